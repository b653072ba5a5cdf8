import * as v from 'valibot';
import { report } from '../../base/report';
import { Stored } from '../../base/stored';
import { type FileRef, fileRefSchema } from '../../comfy/file-ref';
import { formatNumber, t } from '../../i18n/index.svelte';
import { libraryPort } from '../../ports/library.svelte';
import type { LibraryMoved } from '../../ports/library-wire';
import { complain, say } from '../../ui/toasts.svelte';

/** A file that was moved to the trash from this browser. */
export interface Trashed {
  file: FileRef;
  /** What the server calls it. */
  trash: string;
  /** ms since the epoch. */
  at: number;
}

/** How long the server keeps what is in the trash, ms. */
const KEPT = 30 * 86_400_000;
/** Files that are remembered to be there. */
const MOST = 500;

const trashedSchema = v.array(v.object({ file: fileRefSchema, trash: v.string(), at: v.number() }));
const stored = new Stored<Trashed[]>('darkroom.trash', {
  read: (json) => (json === null ? [] : v.parse(trashedSchema, json)),
});

/** Files at once: an answer tells what became of each. */
const AT_ONCE = 500;

type Result = LibraryMoved['results'][number];
type Refusal = Extract<Result, { ok: false }>['why'] | 'silent';

/** What was moved to the trash from this browser, and the way back. */
export class TrashBook {
  #all = $state.raw<readonly Trashed[]>(stored.load().filter(({ at }) => at > Date.now() - KEPT));

  /** The newest first. */
  get all(): readonly Trashed[] {
    return this.#all;
  }

  /** Moves files to the trash, and says so with the way back. */
  async delete(files: readonly FileRef[]): Promise<void> {
    const done: Trashed[] = [];
    const refused: Refusal[] = [];
    for (let from = 0; from < files.length; from += AT_ONCE) {
      const some = files.slice(from, from + AT_ONCE);
      const results = await ask(some.length, () => libraryPort.verbs?.delete(some));
      results.forEach((result, i) => {
        const file = some[i];
        if (result.ok && file) {
          done.push({ file, trash: result.trash, at: Date.now() });
        } else if (!result.ok) {
          refused.push(result.why);
        }
      });
    }
    this.#keep([...done.toReversed(), ...this.#all]);
    if (done.length > 0) {
      say(countWords('done', done.length), {
        label: t('common.undo'),
        run: () => void this.restore(done),
      });
    }
    complainOf('failed', refused);
  }

  /** Brings files back to where they were, and says so. */
  async restore(wanted: readonly Trashed[]): Promise<void> {
    const back = new Set<string>();
    const lost = new Set<string>();
    const refused: Refusal[] = [];
    for (let from = 0; from < wanted.length; from += AT_ONCE) {
      const some = wanted.slice(from, from + AT_ONCE);
      const results = await ask(some.length, () => libraryPort.verbs?.restore(some));
      results.forEach((result, i) => {
        const trash = some[i]?.trash ?? '';
        if (result.ok) {
          back.add(trash);
        } else {
          refused.push(result.why);
          if (result.why === 'not_found') {
            lost.add(trash);
          }
        }
      });
    }
    this.#keep(this.#all.filter(({ trash }) => !back.has(trash) && !lost.has(trash)));
    if (back.size > 0) {
      say(countWords('restored', back.size));
    }
    complainOf('unrestored', refused);
  }

  #keep(all: readonly Trashed[]): void {
    this.#all = all.slice(0, MOST);
    stored.save([...this.#all]);
  }
}

export const trashBook = new TrashBook();

type Silent = { ok: false; why: 'silent' };

/** What became of each file; of none anything, when the server does not answer. */
async function ask(
  count: number,
  run: () => Promise<readonly Result[]> | undefined,
): Promise<readonly (Result | Silent)[]> {
  try {
    const results = await run();
    if (results) {
      return results;
    }
  } catch (error) {
    report(error, 'library.trash');
  }
  return Array.from({ length: count }, (): Silent => ({ ok: false, why: 'silent' }));
}

function complainOf(what: 'failed' | 'unrestored', refused: readonly Refusal[]): void {
  const [first] = refused;
  if (first) {
    const reason = t(`library.trash.why.${first}`);
    const count = refused.length;
    complain(t(`library.trash.${what}`, { count, formatted: formatNumber(count), reason }));
  }
}

function countWords(what: 'done' | 'restored', count: number): string {
  return t(`library.trash.${what}`, { count, formatted: formatNumber(count) });
}
