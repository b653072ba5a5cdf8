import { Stored } from '../../base/stored';
import { formatNumber, t } from '../../i18n/index.svelte';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { MarkBook } from '../../jobs/marks/mark-book.svelte';
import { type Collection, type Marks, type MarksChange, NO_MARKS } from '../../jobs/marks/marks';
import { say } from '../../ui/toasts.svelte';
import type { GalleryRoom } from '../gallery-room.svelte';
import { markable } from './markable';
import { MARKS_TOAST, stepWords } from './step-words';

const advancing = new Stored<boolean>('darkroom.culling', { read: (json) => json !== false });

/** What can be chosen for pictures, in a dialog. */
export type Picking = 'tags' | 'collections';

/** Marks as the gallery works with them: for the picture at hand, told in words, and taken back. */
export class GalleryMarks {
  readonly book: MarkBook;
  readonly #room: GalleryRoom;
  #advances = $state(advancing.load());
  #picking = $state.raw<{ what: Picking; items: readonly GalleryItem[] } | null>(null);

  constructor(book: MarkBook, room: GalleryRoom) {
    this.book = book;
    this.#room = room;
  }

  /** The picture that keys mark: the one in the viewer, or the one the keyboard is on in the grid. */
  get current(): GalleryItem | undefined {
    return this.#room.openKey === null ? this.#room.grid.current : this.#room.open;
  }

  /** The marks of the picture at hand. */
  get currentMarks(): Marks {
    const { current } = this;
    return current ? this.book.of(current.output.ref) : NO_MARKS;
  }

  /** Whether a key that marks a picture goes on to the next. */
  get advances(): boolean {
    return this.#advances;
  }

  setAdvances(advances: boolean): void {
    this.#advances = advances;
    advancing.save(advances);
  }

  /** What is being chosen, and for which pictures; `null`: no dialog is open. */
  get picking(): { what: Picking; items: readonly GalleryItem[] } | null {
    return this.#picking;
  }

  pick(what: Picking, items: readonly GalleryItem[]): void {
    this.#picking = { what, items };
  }

  closePicking(): void {
    this.#picking = null;
  }

  /** Marks pictures in one step, says so, and offers to undo it. */
  change(items: readonly GalleryItem[], change: MarksChange): void {
    const step = this.book.change(markable(items.map(({ output }) => output.ref)), change);
    if (step) {
      say(
        stepWords(step, this.book.collections),
        {
          label: t('common.undo'),
          run: () => step.undo(),
        },
        MARKS_TOAST,
      );
    }
  }

  /** Whether there is anything that keys could mark. */
  get any(): boolean {
    return this.#selected || this.current !== undefined;
  }

  /** What keys mark: everything selected in the grid, or else what the picture at hand stands for. */
  targets(): readonly GalleryItem[] {
    const { current } = this;
    return this.#selected ? (this.#room.selection?.items() ?? []) : current ? this.behind(current) : [];
  }

  /** What is marked with a picture: in the grid its whole stack while that is closed, in the viewer itself alone. */
  behind(item: GalleryItem): readonly GalleryItem[] {
    return this.#room.openKey === null ? this.#room.stacks.behind(item) : [item];
  }

  /** Whether all of the pictures have a mark. */
  are(items: readonly GalleryItem[], mark: 'favourite' | 'rejected' | 'hidden'): boolean {
    return items.every(({ output }) => this.book.of(output.ref)[mark]);
  }

  /** What a command does, and to how many where one tile stands for more than is seen. */
  saying(what: string): string {
    const { current } = this;
    const count = current && !this.#selected ? this.behind(current).length : 1;
    return count > 1 ? t('organise.command.stack', { what, formatted: formatNumber(count) }) : what;
  }

  /** Marks pictures as a key does: after a single one it is the next one's turn. */
  press(change: MarksChange): void {
    const targets = this.targets();
    // Before it is marked: marked, it may be gone from the list.
    if (this.#advances && !this.#selected) {
      this.advance();
    }
    this.change(targets, change);
  }

  /** Marks with the mark, or takes it away where all have it already. */
  toggle(mark: 'favourite' | 'rejected'): void {
    this.press(this.toggling(this.targets(), mark));
  }

  /** The change that marks pictures, or takes the mark away where all have it. */
  toggling(items: readonly GalleryItem[], mark: 'favourite' | 'rejected'): MarksChange {
    const other = mark === 'favourite' ? 'rejected' : 'favourite';
    return this.are(items, mark) ? { [mark]: false } : { [mark]: true, [other]: false };
  }

  /** Hides pictures, or shows them again where all are hidden. */
  toggleHidden(): void {
    const targets = this.targets();
    const hidden = !this.are(targets, 'hidden');
    if (this.#selected) {
      this.#room.selection?.clear();
    } else if (targets.length > 0) {
      this.leave();
    }
    this.change(targets, { hidden });
  }

  get #selected(): boolean {
    const { grid, openKey, selection } = this.#room;
    if (openKey !== null || selection?.active !== true) {
      return false;
    }
    return !grid.hasMenu || grid.current === undefined || selection.has(grid.current.key);
  }

  /** Goes to the next picture; at the end it stays. */
  advance(): boolean {
    const { grid, open, openKey, beside } = this.#room;
    if (openKey === null) {
      const before = grid.currentIndex;
      void grid.move('right');
      return grid.currentIndex !== before;
    }
    const at = open ? beside.indexOf(open) : -1;
    const next = at < 0 ? undefined : beside.at(at + 1);
    if (next) {
      this.#room.step(next);
    }
    return next !== undefined;
  }

  /** Goes to a neighbour of a picture that will be gone. */
  leave(): void {
    if (this.advance()) {
      return;
    }
    const { grid, open, openKey, beside } = this.#room;
    if (openKey === null) {
      void grid.move('left');
      return;
    }
    const at = open ? beside.indexOf(open) : -1;
    const previous = at > 0 ? beside.at(at - 1) : undefined;
    if (previous) {
      this.#room.step(previous);
    } else {
      this.#room.close();
    }
  }

  /** Takes the newest step back and says so. */
  undo(): void {
    const step = this.book.undo();
    if (step) {
      say(t('organise.undone', { what: stepWords(step, this.book.collections) }), undefined, MARKS_TOAST);
    }
  }

  /** Deletes a collection and offers to undo that; its pictures stay where they are. */
  deleteCollection({ id, name }: Collection): void {
    const restore = this.book.collections.delete(id);
    say(t('organise.collections.deleted', { name }), { label: t('common.undo'), run: restore }, MARKS_TOAST);
  }
}
