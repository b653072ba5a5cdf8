import { untrack } from 'svelte';
import { t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import { libraryPort } from '../../ports/library.svelte';
import { type Command, commands } from '../../ui/commands.svelte';
import { complain } from '../../ui/toasts.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';
import { isAway } from '../marks/away';
import { organise } from '../marks/organise.svelte';
import { type Together, trashBook } from './trash.svelte';

/** Whether Darkroom's server knows the file of a picture, which is still that picture. Reactive. */
export function isInLibrary({ output, replaced }: GalleryItem): boolean {
  const { status } = libraryPort;
  return status?.on === true && !replaced && status.trees.some(({ kind }) => kind === output.ref.type);
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

/** While there is a library, grid and viewer offer to delete files; until the component that called it is gone. */
export function offerDelete(room: GalleryRoom): void {
  const on = $derived(libraryPort.status?.on === true);
  $effect(() => {
    if (on) {
      return untrack(() => commands.register([inGrid(room), inViewer(room)]));
    }
  });
}

function inGrid(room: GalleryRoom): Command {
  const item = (): GalleryItem | undefined => (room.openKey === null ? room.grid.current : undefined);
  return command('gallery.delete', item, (current) => moveToTrash([current]));
}

function inViewer(room: GalleryRoom): Command {
  return command(
    'gallery.viewer.delete',
    () => room.open,
    (item) => {
      if (libraryPort.verbs) {
        const at = room.beside.indexOf(item);
        const next = room.beside.at(at + 1) ?? (at > 0 ? room.beside.at(at - 1) : undefined);
        if (at >= 0 && next) {
          room.step(next);
        } else {
          room.close();
        }
      }
      moveToTrash([item]);
    },
  );
}

function command(id: string, item: () => GalleryItem | undefined, run: (item: GalleryItem) => void): Command {
  const wanted = (): GalleryItem | null => {
    const current = item();
    return current && isInLibrary(current) ? current : null;
  };
  return {
    ...{ id, group: 'gallery', title: () => t('library.trash.command'), shortcuts: ['shift+delete'] },
    enabled: () => {
      const current = wanted();
      return current !== null && !isAway(current);
    },
    why: () => {
      const current = wanted();
      return (current && organise.parts?.note(current)?.away) ?? null;
    },
    run: () => {
      const current = wanted();
      if (current) {
        run(current);
      }
    },
  };
}
