import type { GalleryItem } from '../../jobs/job-store.svelte';
import { StageView } from '../../ui/pictures/stage-view.svelte';
import { Swipe } from '../../ui/pictures/swipe.svelte';
import type { Size } from '../../ui/viewport';
import { type GalleryRoom, itemOf } from '../gallery-room.svelte';
import { organise } from '../marks/organise.svelte';
import { Kin, type KnownGraph } from '../lineage/kin';
import { PictureShelf } from './picture-shelf.svelte';

const UNKNOWN_SIZE: Size = { width: 1024, height: 1024 };

/** The viewer: one picture, its neighbours, and how it lies in view. */
export class ViewerView {
  readonly room: GalleryRoom;
  readonly stage = new StageView();
  readonly shelf: PictureShelf;
  /** Who was made from whom. */
  readonly kin: Kin;
  /** Whether what the picture was made from is shown in its place. */
  #peek = $state(false);
  /** Which way the reader went last: what lies that way is fetched first. */
  #direction: 1 | -1 = 1;
  readonly swipe = new Swipe({
    has: (direction) => (direction === 1 ? this.next : this.previous) !== undefined,
    go: (direction) => this.go(direction),
  });

  readonly #index = $derived.by(() => (this.room.open ? this.room.beside.indexOf(this.room.open) : -1));

  /** @param known the graph of the open picture, once it is there. */
  constructor(room: GalleryRoom, known: () => KnownGraph | null = () => null) {
    this.room = room;
    this.kin = new Kin(
      room.items,
      known,
      (ref) => room.search?.showsHidden !== true && organise.ofFile(ref).hidden,
    );
    this.shelf = new PictureShelf(room.pictures, (item, tag) => room.items.setSeenTag(item, tag));
  }

  get peek(): boolean {
    return this.#peek;
  }

  setPeek(on: boolean): void {
    this.#peek = on;
  }

  get item(): GalleryItem | undefined {
    return this.room.open;
  }

  /** Position in the list from 0; −1 for a picture that is not in its list. */
  get index(): number {
    return this.#index;
  }

  get next(): GalleryItem | undefined {
    return this.#index < 0 ? this.#beside(1) : this.room.beside.at(this.#index + 1);
  }

  get previous(): GalleryItem | undefined {
    if (this.#index < 0) {
      return this.#beside(-1);
    }
    return this.#index === 0 ? undefined : this.room.beside.at(this.#index - 1);
  }

  /** The size of a picture, px, once it was seen. */
  knownSize(item: GalleryItem): Size | null {
    const state = this.shelf.picture(item)?.state;
    if (state?.status === 'ready' && state.element.naturalWidth > 0) {
      return { width: state.element.naturalWidth, height: state.element.naturalHeight };
    }
    void this.room.thumbs.factsRev;
    const facts = this.room.thumbs.facts(item);
    return facts ? { width: facts.width, height: facts.height } : null;
  }

  /** The best guess at a picture's size, px. */
  sizeOf(item: GalleryItem): Size {
    const { width, height } = item.job.summary ?? {};
    return this.knownSize(item) ?? (width && height ? { width, height } : UNKNOWN_SIZE);
  }

  /** Whether the open picture is still on its way. */
  get isWaiting(): boolean {
    return this.item !== undefined && this.shelf.picture(this.item)?.state.status === 'loading';
  }

  /** Steps to a neighbour. */
  go(direction: 1 | -1): void {
    this.#step(direction === 1 ? this.next : this.previous, direction);
  }

  toFirst(): void {
    this.#step(this.room.beside.at(0), -1);
  }

  toLast(): void {
    this.#step(this.room.beside.at(-1), 1);
  }

  /** Removes the job of the picture from the list and goes on to what comes after it. */
  remove(): void {
    const item = this.item;
    if (!item) {
      return;
    }
    const next = this.#outsideJob(item.job.id, 1) ?? this.#outsideJob(item.job.id, -1);
    this.room.actions.remove(item);
    if (next) {
      this.room.step(next);
    } else {
      this.room.close();
    }
  }

  /** The nearest item this way that is of another job than the open one. */
  #outsideJob(job: string, direction: 1 | -1): GalleryItem | undefined {
    const items = this.room.beside;
    let at = Math.max(0, this.#index);
    while (at >= 0 && items.at(at)?.job.id === job) {
      at += direction;
    }
    return at < 0 ? undefined : items.at(at);
  }

  /** Puts the open picture and its neighbours on the shelf; runs anew when they change. */
  fill(): void {
    const { item } = this;
    if (!item) {
      this.shelf.show([]);
      return;
    }
    const items = this.room.beside;
    const at = this.#index;
    const offsets = this.#direction === 1 ? [1, -1, 2] : [-1, 1, -2];
    const around =
      at < 0
        ? [this.next ?? [], this.previous ?? []].flat()
        : offsets.flatMap((offset) => (at + offset < 0 ? [] : (items.at(at + offset) ?? [])));
    this.shelf.show([item, ...around]);
    this.room.thumbs.want('viewer', [item, ...around]);
  }

  #beside(step: 1 | -1): GalleryItem | undefined {
    return this.item && besideTemporary(this.item, step);
  }

  close(): void {
    this.shelf.close();
    this.room.thumbs.want('viewer', []);
  }

  #step(item: GalleryItem | undefined, direction: 1 | -1): void {
    if (item && item.key !== this.item?.key) {
      this.#direction = direction;
      this.room.step(item);
    }
  }
}

/** The temporary result before (−1) or after (1) one in its job: the list has none of them. */
function besideTemporary({ job, output }: GalleryItem, step: 1 | -1): GalleryItem | undefined {
  const beside = job.outputs.find(({ index }) => index === output.index + step);
  return beside?.ref.type === 'temp' ? itemOf(job, beside) : undefined;
}
