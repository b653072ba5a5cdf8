import type { FileRef } from '../../comfy/file-ref';
import { folderPath } from '../../comfy/folder-path';
import { shownPath } from '../../comfy/tree-ref';
import { formatNumber, t } from '../../i18n/index.svelte';
import { libraryPort } from '../../ports/library.svelte';
import type { LibraryRefusal } from '../../ports/library-wire';
import { complain, say } from '../../ui/toasts.svelte';
import { isRoot, joinPath, splitPath } from '../folders/folder-of';
import { inTurn, reasonOf } from './trash.svelte';

interface Move {
  from: string;
  to: string;
}

/** Moves files and folders of the library, and says so with the way back. Paths as `folderPath` makes them. */
export class MoveBook {
  /** Moves files into a folder. */
  async moveFiles(files: readonly FileRef[], folder: string): Promise<void> {
    const moves = files
      .map((ref) => ({ from: joinPath(folderPath(ref), ref.filename), to: joinPath(folder, ref.filename) }))
      .filter(({ from, to }) => from !== to);
    await this.#move(moves, (count) =>
      t('library.move.done', {
        count,
        formatted: formatNumber(count),
        folder: shownPath(folder) || t('library.folders.all'),
      }),
    );
  }

  /** Moves or renames a folder. @returns why it was not done; `null` when it was. */
  async moveFolder(from: string, to: string): Promise<string | null> {
    const [refused] = await this.#try([{ from, to }]);
    if (refused) {
      return sentence(refused);
    }
    say(t('library.move.folderDone', { from: shownPath(from), to: shownPath(to) }), {
      label: t('common.undo'),
      run: () => void this.moveFolder(to, from).then((problem) => problem !== null && complain(problem)),
    });
    return null;
  }

  /** Makes a folder. @returns why it was not made; `null` when it was. */
  async makeFolder(path: string): Promise<string | null> {
    const [refused] = await this.#make(path);
    return refused ? sentence(refused) : null;
  }

  /**
   * Makes a folder and those above it, where they are not there.
   * @param known folders that are.
   * @returns why one could not be made; `null` when all are there.
   */
  async provide(path: string, known: readonly string[]): Promise<string | null> {
    const missing: string[] = [];
    for (let each = path; !isRoot(each) && !known.includes(each); each = splitPath(each)[0]) {
      missing.unshift(each);
    }
    for (const each of missing) {
      const [refused] = await this.#make(each);
      // Another program may have made it meanwhile.
      if (refused && refused.why !== 'exists') {
        return sentence(refused);
      }
    }
    return null;
  }

  #make(path: string): ReturnType<typeof inTurn> {
    return inTurn([path], () => libraryPort.verbs?.makeFolder(path).then((result) => [result]));
  }

  async #move(moves: readonly Move[], words: (count: number) => string): Promise<void> {
    const done: Move[] = [];
    const refused = await this.#try(moves, (move) => done.push(move));
    if (done.length > 0) {
      const back = done.map(({ from, to }) => ({ from: to, to: from }));
      say(words(done.length), {
        label: t('common.undo'),
        run: () =>
          void this.#move(back, (count) => t('library.move.back', { count, formatted: formatNumber(count) })),
      });
    }
    const [first] = refused;
    if (first) {
      const count = refused.length;
      complain(t('library.move.failed', { count, formatted: formatNumber(count), reason: reasonOf(first) }));
    }
  }

  #try(moves: readonly Move[], done?: (move: Move) => void): ReturnType<typeof inTurn> {
    return inTurn(moves, (some) => libraryPort.verbs?.move(some), done);
  }
}

export const moveBook = new MoveBook();

function sentence({ why }: LibraryRefusal | { why: 'silent' }): string {
  return t(`library.move.why.${why}`);
}
