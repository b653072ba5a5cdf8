import type { FileRef } from '../../comfy/file-ref';
import { t } from '../../i18n/index.svelte';
import type { MarksBook, MarksChange } from '../../jobs/marks/marks';
import { say } from '../../ui/toasts.svelte';
import { markable } from '../marks/markable';
import { MARKS_TOAST, stepWords } from '../marks/step-words';
import type { Selection } from './selection.svelte';

/** What a member of many pictures is: a tag, or a collection under its id. */
export interface Membership {
  id: string;
  name: string;
  /** Of how many of the pictures. */
  count: number;
}

/** Marks everything that is selected in one step, says so, and offers the way back. */
export class BulkMarks {
  readonly #selection: Selection;
  readonly book: MarksBook;

  constructor(selection: Selection, book: MarksBook) {
    this.#selection = selection;
    this.book = book;
  }

  /** Makes all of them favourites, or none if they are. */
  favourite(): void {
    const files = this.#files();
    const are = files.every((ref) => this.book.of(ref).favourite);
    this.#change(are ? { favourite: false } : { favourite: true, rejected: false }, files);
  }

  /** @param rating 0–5; 0 takes it away. */
  rate(rating: number): void {
    this.#change({ rating });
  }

  /** Hides them; nothing of them is selected any more. */
  hide(): void {
    const files = this.#files();
    this.#selection.clear();
    this.#change({ hidden: true }, files);
  }

  /** The tags of what is selected, those of the most pictures first. */
  tags(): Membership[] {
    return this.#members((ref) => this.book.of(ref).tags.map((tag) => [tag, tag]));
  }

  /** The collections that something of what is selected is in. */
  collections(): Membership[] {
    return this.#members((ref) =>
      this.book.of(ref).collections.flatMap((id) => {
        const name = this.book.collectionName(id);
        return name === undefined ? [] : [[id, name]];
      }),
    );
  }

  tag(tag: string): void {
    this.#change({ addTags: [tag] });
  }

  untag(tag: string): void {
    this.#change({ removeTags: [tag] });
  }

  /** Puts them into a collection, which is made if there is none of this name. */
  collect(name: string): void {
    const { id } = this.book.collections.create(name);
    this.#change({ addCollections: [id] });
  }

  takeOut({ id }: Membership): void {
    this.#change({ removeCollections: [id] });
  }

  #files(): FileRef[] {
    return this.#selection.items().map(({ output }) => output.ref);
  }

  #change(change: MarksChange, files = this.#files()): void {
    const own = markable(files);
    if (own.length === 0) {
      return;
    }
    const step = this.book.change(own, change);
    if (step) {
      say(
        stepWords(step, this.book.collections),
        { label: t('common.undo'), run: () => step.undo() },
        MARKS_TOAST,
      );
    } else {
      say(t('selection.marked'), undefined, MARKS_TOAST);
    }
  }

  #members(of: (ref: FileRef) => [id: string, name: string][]): Membership[] {
    const found = new Map<string, Membership>();
    for (const ref of this.#files()) {
      for (const [id, name] of of(ref)) {
        const known = found.get(id) ?? { id, name, count: 0 };
        known.count += 1;
        found.set(id, known);
      }
    }
    return [...found.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  }
}
