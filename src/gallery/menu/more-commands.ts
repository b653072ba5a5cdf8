import type { FileRef } from '../../comfy/file-ref';
import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { JobGraph } from '../../jobs/state/job';
import { type Command, commands } from '../../ui/commands.svelte';
import { goTo } from '../../ui/routes';
import { say } from '../../ui/toasts.svelte';
import { queueVariations } from '../../workflows/variations';
import { canCompare, compareRoute } from '../compare/compare-address';
import { pins } from '../compare/pins.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';
import type { Kin } from '../lineage/kin';
import { canClean, downloadClean } from '../viewer/more-actions';

/** How many variations are queued at once. */
const VARIATIONS = 4;

/** Whose commands they are, and what they act on. */
export interface MoreContext {
  /** Before the ids: `gallery` or `gallery.viewer`. */
  prefix: string;
  room: GalleryRoom;
  kin: Kin;
  item: () => GalleryItem | undefined;
  active: () => boolean;
  /** The graph of the picture, where only the file tells it. */
  known?: () => JobGraph | null;
}

/** The ids of these commands, as menus list them. */
export function moreIds(prefix: string): { compare: string[]; make: string[]; files: string[] } {
  const ids = (...names: string[]): string[] => names.map((name) => `${prefix}.${name}`);
  return {
    compare: ids('compare', 'compareParent', 'pin'),
    make: ids('variations'),
    files: ids('cleanCopy'),
  };
}

/** What can be done with a picture beyond the first needs: the same in the grid and in the viewer. */
export function moreCommands({
  prefix,
  room,
  kin,
  item,
  active,
  known = () => null,
}: MoreContext): Command[] {
  const picture = (): GalleryItem | undefined => (item()?.output.media === 'image' ? item() : undefined);
  const withParent = (): FileRef[] => {
    const ref = picture()?.output.ref;
    const parent = ref && kin.parentOf(ref);
    return ref && parent ? [parent, ref] : [];
  };
  /** With what was pinned, else with what it was made from. */
  const wanted = (): FileRef[] => {
    const ref = picture()?.output.ref;
    const pinned = [...pins.files, ...(ref ? [ref] : [])];
    return canCompare(pinned) ? pinned : pins.files.length > 1 ? [...pins.files] : withParent();
  };
  const command = (
    id: string,
    title: () => string,
    shortcuts: readonly string[],
    enabled: () => boolean,
    run: (item: GalleryItem) => void,
  ): Command => ({
    id: `${prefix}.${id}`,
    group: 'gallery',
    title,
    shortcuts,
    enabled: () => active() && item() !== undefined && enabled(),
    run: () => {
      const current = item();
      if (current) {
        run(current);
      }
    },
  });
  return [
    command(
      'compare',
      () => t('lineage.compare'),
      ['c'],
      () => picture() !== undefined && canCompare(wanted()),
      () => goTo(compareRoute(wanted())),
    ),
    command(
      'compareParent',
      () => t('lineage.compareParent'),
      [],
      () => withParent().length > 0,
      () => goTo(compareRoute(withParent())),
    ),
    command(
      'pin',
      () => t(pins.has(item()?.output.ref ?? NO_FILE) ? 'lineage.unpin' : 'lineage.pin'),
      ['shift+c'],
      () => picture() !== undefined,
      ({ output }) => togglePin(output.ref, `${prefix}.compare`),
    ),
    command(
      'variations',
      () => t('lineage.variations'),
      [],
      () => true,
      ({ job }) => void queueVariations(room.jobs, job.id, VARIATIONS, known()),
    ),
    command(
      'cleanCopy',
      () => t('lineage.cleanCopy'),
      [],
      () => {
        const current = item();
        return current !== undefined && room.actions.canDownload(current) && canClean(current);
      },
      (current) => void downloadClean(room.pictures, current),
    ),
  ];
}

const NO_FILE: FileRef = { filename: '', subfolder: '', type: 'temp' };

function togglePin(file: FileRef, compare: string): void {
  if (pins.full && !pins.has(file)) {
    say(t('lineage.pinsFull'));
    return;
  }
  pins.toggle(file);
  if (pins.has(file)) {
    const count = pins.files.length;
    say(
      matchMedia('(pointer: coarse)').matches
        ? t('lineage.pinnedByTouch', { count })
        : t('lineage.pinned', { count, key: commands.hint(compare) }),
    );
  }
}
