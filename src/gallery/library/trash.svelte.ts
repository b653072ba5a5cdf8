import { report } from '../../base/report';
import type { FileRef } from '../../comfy/file-ref';
import { formatNumber, t } from '../../i18n/index.svelte';
import { libraryPort, type TrashedFile } from '../../ports/library.svelte';
import type { LibraryRefusal } from '../../ports/library-wire';
import { complain, say, UNDO_TIME } from '../../ui/toasts.svelte';

/** Files at once: an answer tells what became of each. */
const AT_ONCE = 500;

type Refused = LibraryRefusal | { ok: false; why: 'silent' };

/** Something that goes and comes back with the files: their jobs, say. */
export interface Together {
  undo: () => void;
  /** The way back is no longer on offer. */
  commit: () => void;
}

/** What is in the trash, and the way there and back. */
export class TrashBook {
  #all = $state.raw<readonly TrashedFile[] | null>(null);

  /** The newest first; `null` until it was asked for. */
  get all(): readonly TrashedFile[] | null {
    return this.#all;
  }

  /** Asks the server what is there. What is known stays where it does not answer. */
  async load(): Promise<void> {
    try {
      this.#all = (await libraryPort.verbs?.trash()) ?? this.#all;
    } catch (error) {
      report(error, 'library.trash');
    }
  }

  /**
   * Moves files to the trash, and says so with the way back.
   * @param begin is called once something was moved.
   */
  async delete(files: readonly FileRef[], begin?: () => Together): Promise<void> {
    const done: Pick<TrashedFile, 'file' | 'trash'>[] = [];
    const refused = await inTurn(
      files,
      (some) => libraryPort.verbs?.delete(some),
      (file, result) => done.push({ file, trash: result.trash }),
    );
    if (done.length > 0) {
      const together = begin?.();
      const timer = together && setTimeout(() => together.commit(), UNDO_TIME);
      say(countWords('done', done.length), {
        label: t('common.undo'),
        run: () => {
          clearTimeout(timer);
          together?.undo();
          void this.restore(done);
        },
      });
    }
    complainOf('failed', refused);
    await this.#reload();
  }

  /** Brings files back to where they were, and says so. */
  async restore(wanted: readonly Pick<TrashedFile, 'file' | 'trash'>[]): Promise<void> {
    let count = 0;
    const refused = await inTurn(
      wanted,
      (some) => libraryPort.verbs?.restore(some),
      () => (count += 1),
    );
    if (count > 0) {
      say(countWords('restored', count));
    }
    complainOf('unrestored', refused);
    await this.#reload();
  }

  /** Removes files of the trash for good, and says so. */
  async empty(wanted: readonly TrashedFile[]): Promise<void> {
    let count = 0;
    const refused = await inTurn(
      wanted,
      (some) => libraryPort.verbs?.empty(some.map(({ trash }) => trash)),
      () => (count += 1),
    );
    if (count > 0) {
      say(countWords('emptied', count));
    }
    complainOf('unremoved', refused);
    await this.#reload();
  }

  /** Nobody looks at what was never asked for. */
  async #reload(): Promise<void> {
    if (this.#all) {
      await this.load();
    }
  }
}

export const trashBook = new TrashBook();

/** Asks for some after some. @returns what was refused; of a server that does not answer, everything is. */
export async function inTurn<T, R extends { ok: true }>(
  all: readonly T[],
  ask: (some: readonly T[]) => Promise<readonly (R | LibraryRefusal)[]> | undefined,
  done?: (one: T, result: R) => void,
): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const some = all.slice(from, from + AT_ONCE);
    let results: readonly (R | LibraryRefusal)[] | undefined;
    try {
      results = await ask(some);
    } catch (error) {
      report(error, 'library.change');
    }
    some.forEach((one, i) => {
      const result: R | Refused = results?.[i] ?? { ok: false, why: 'silent' };
      if (result.ok) {
        done?.(one, result);
      } else {
        refused.push(result);
      }
    });
  }
  return refused;
}

/** Why something was not done, in words. */
export function reasonOf(refused: Refused): string {
  return t(`library.trash.why.${refused.why}`);
}

function complainOf(what: 'failed' | 'unrestored' | 'unremoved', refused: readonly Refused[]): void {
  const [first] = refused;
  if (first) {
    const count = refused.length;
    const reason = reasonOf(first);
    complain(t(`library.trash.${what}`, { count, formatted: formatNumber(count), reason }));
  }
}

function countWords(what: 'done' | 'restored' | 'emptied', count: number): string {
  return t(`library.trash.${what}`, { count, formatted: formatNumber(count) });
}
