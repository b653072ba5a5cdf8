import { untrack } from 'svelte';
import type { ComfyClient } from '../../comfy/client';
import { formatNumber, t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { libraryPort } from '../../ports/library.svelte';
import { type Command, commands } from '../../ui/commands.svelte';
import { complain } from '../../ui/toasts.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';
import { isAway } from '../marks/away';
import { organise } from '../marks/organise.svelte';
import { countWords } from '../selection/count-words';
import { deleteFiles } from '../selection/delete-files';
import { deletable } from '../selection/server-deletion';
import { type Together, trashBook } from './trash.svelte';

/** Whether Darkroom's server knows the file of a picture, which is still that picture. Reactive. */
export function isInLibrary({ output, replaced }: GalleryItem): boolean {
  return !replaced && libraryPort.treeOf(output.ref) !== undefined;
}

/**
 * Moves the files of pictures to the trash; where the server only reads them, says what is needed.
 * @param begin what else goes with them, and comes back by the same undo.
 */
export function moveToTrash(items: readonly GalleryItem[], begin?: () => Together): void {
  if (libraryPort.verbs) {
    void trashBook.delete(
      items.map(({ output }) => output.ref),
      begin,
    );
  } else {
    complain(t('library.trash.refused'));
  }
}

/** How files go: what is asked of the server, and what that is called. */
interface Way {
  /** Whether it can do so with a file. Reactive. */
  can: (item: GalleryItem) => boolean;
  /** What the command is called for so many files. */
  title: (count: number) => string;
  /** Whether they leave the gallery when it is run; otherwise it says why not. */
  leaves: () => boolean;
  run: (items: readonly GalleryItem[]) => void;
}

const TO_TRASH: Way = {
  can: isInLibrary,
  title: (count) =>
    count === 1
      ? t('library.trash.command')
      : t('library.trash.title', { count, formatted: formatNumber(count) }),
  leaves: () => libraryPort.verbs !== null,
  run: (items) => moveToTrash(items),
};

/**
 * Grid and viewer offer to delete files while there is a library, or else a ComfyUI that deletes them; until the
 * component that called it is gone.
 * @param deletes whether ComfyUI announces that it deletes files. Reactive.
 */
export function offerDelete(room: GalleryRoom, client: ComfyClient, deletes: () => boolean): void {
  const byServer: Way = {
    can: (item) => deletable([item]).length > 0,
    title: (count) => countWords('selection.remove.delete', count),
    leaves: () => true,
    run: (items) => deleteFiles(items, room, client),
  };
  const way = $derived(libraryPort.status?.on === true ? TO_TRASH : deletes() ? byServer : null);
  $effect(() => {
    const chosen = way;
    if (chosen) {
      return untrack(() => commands.register([inGrid(room, chosen), inViewer(room, chosen)]));
    }
  });
}

/** Deletes what the tile stands for: all of a stack while that is closed. */
function inGrid(room: GalleryRoom, way: Way): Command {
  const items = (): readonly GalleryItem[] => {
    const current = room.openKey === null ? room.grid.current : undefined;
    return current ? room.stacks.behind(current) : [];
  };
  return command('gallery.delete', way, items, way.run);
}

function inViewer(room: GalleryRoom, way: Way): Command {
  return command(
    'gallery.viewer.delete',
    way,
    () => (room.open ? [room.open] : []),
    (items) => {
      const [item] = items;
      if (item && way.leaves()) {
        const at = room.beside.indexOf(item);
        const next = room.beside.at(at + 1) ?? (at > 0 ? room.beside.at(at - 1) : undefined);
        if (at >= 0 && next) {
          room.step(next);
        } else {
          room.close();
        }
      }
      way.run(items);
    },
  );
}

function command(
  id: string,
  way: Way,
  items: () => readonly GalleryItem[],
  run: (items: readonly GalleryItem[]) => void,
): Command {
  const wanted = (): GalleryItem[] => items().filter((item) => way.can(item));
  const there = (): GalleryItem[] => wanted().filter((item) => !isAway(item));
  return {
    ...{ id, group: 'gallery', shortcuts: ['shift+delete'] },
    title: () => way.title(Math.max(1, there().length)),
    enabled: () => there().length > 0,
    why: () => {
      const [first] = wanted();
      return (first && organise.parts?.note(first)?.away) ?? null;
    },
    run: () => run(there()),
  };
}
