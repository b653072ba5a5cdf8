import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { report, reportingAs } from '../base/report';
import { Stored } from '../base/stored';
import type { Comment, GuestGallery, GuestItem, GuestJob, Making, ShareRights } from '../ports/share-wire';
import type { GuestClient, PictureKind } from './guest-client';
import { t } from './guest-words.svelte';

/** What the server is making, for links that show it. */
export interface LiveQueue {
  pending: number;
  running: GuestJob | null;
}

/** The mark a guest gives a picture, as the server knows it, and as it was changed here since. */
class Marks {
  readonly #here = new SvelteMap<string, { value: boolean; sent: boolean }>();

  get(item: string, there: boolean): boolean {
    return this.#here.get(item)?.value ?? there;
  }

  /** Shows a change at once, and takes it back when it was not kept. Returns whether it was. */
  async set(item: string, value: boolean, keep: () => Promise<void>): Promise<boolean> {
    const change = { value, sent: false };
    this.#here.set(item, change);
    try {
      await keep();
      change.sent = true;
      return true;
    } catch (error) {
      report(error, 'guest.mark');
      // Whoever changed it again meanwhile is shown that.
      if (this.#here.get(item) === change) {
        this.#here.delete(item);
      }
      return false;
    }
  }

  /** The server told what it knows: nothing that has reached it needs to be remembered here. */
  settle(): void {
    for (const [item, { sent }] of this.#here) {
      if (sent) {
        this.#here.delete(item);
      }
    }
  }
}

/** The pictures of a link that is open, and what the guest says of them. */
export class GuestShow {
  readonly #client: GuestClient;
  readonly #name = new Stored('darkroom.guest.name', {
    read: (stored) => (typeof stored === 'string' ? stored : ''),
  });
  readonly #favourites = new Marks();
  readonly #votes = new Marks();
  readonly #making = new Map<string, Promise<Making>>();
  /** Items whose files are others now, as far as somebody has looked. */
  readonly #changed = new SvelteSet<string>();
  #gallery = $state.raw<GuestGallery>() as GuestGallery;
  #comments = $state.raw<readonly Comment[]>([]);
  #queue = $state.raw<LiveQueue | null>(null);
  #preview = $state<string | null>(null);
  #notice = $state<string | null>(null);
  #typedName = $state('');
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;

  readonly #byItem = $derived.by(() => {
    const byItem = new Map<string, Comment[]>();
    for (const comment of this.#comments) {
      byItem.set(comment.item, [...(byItem.get(comment.item) ?? []), comment]);
    }
    return byItem;
  });
  readonly #favourite = $derived(this.items.filter((item) => this.isFavourite(item)));
  readonly #votesGiven = $derived(this.items.filter((item) => this.hasVote(item)).length);

  constructor(client: GuestClient, gallery: GuestGallery) {
    this.#client = client;
    this.#typedName = this.#name.load();
    this.update(gallery);
  }

  get id(): string {
    return this.#gallery.id;
  }

  get title(): string {
    return this.#gallery.title.trim() || t('unnamed');
  }

  get expiresAt(): number | null {
    return this.#gallery.expiresAt;
  }

  get rights(): ShareRights {
    return this.#gallery.rights;
  }

  /** In the owner's order. */
  get items(): readonly GuestItem[] {
    return this.#gallery.items;
  }

  get favourites(): readonly GuestItem[] {
    return this.#favourite;
  }

  get votesGiven(): number {
    return this.#votesGiven;
  }

  /** What is being made; `null` before the server told. */
  get queue(): LiveQueue | null {
    return this.#queue;
  }

  /** Address of the preview of what is being made. */
  get preview(): string | null {
    return this.#preview;
  }

  /** What went wrong just now, in a sentence. */
  get notice(): string | null {
    return this.#notice;
  }

  /** What the guest signs comments with. */
  get name(): string {
    return this.#typedName;
  }

  setName(name: string): void {
    this.#typedName = name;
    this.#name.save(name);
  }

  isFavourite({ id, favourite }: GuestItem): boolean {
    return this.#favourites.get(id, favourite);
  }

  hasVote({ id, vote }: GuestItem): boolean {
    return this.#votes.get(id, vote);
  }

  /** Comments on one picture, oldest first. */
  comments(item: string): readonly Comment[] {
    return this.#byItem.get(item) ?? [];
  }

  thumb({ id }: GuestItem): string {
    return this.#client.picture(this.id, id, 'thumb');
  }

  view({ id }: GuestItem): string {
    return this.#client.picture(this.id, id, 'preview');
  }

  /** What zooming in shows. */
  sharpest(item: GuestItem): string {
    return this.#client.sharpest(this.id, item, this.rights.download);
  }

  /** Whether a picture that did not arrive never will: its file is another now than when it was shared. */
  async isChanged({ id }: GuestItem, kind: PictureKind): Promise<boolean> {
    const isChanged = await this.#client
      .isChanged(this.id, id, kind)
      .catch(reportingAs('guest.picture', false));
    if (isChanged) {
      this.#changed.add(id);
    }
    return isChanged;
  }

  /** Where to download an item from; `null` where the link allows none, or the file is another one now. */
  download({ id }: GuestItem): string | null {
    const { download } = this.rights;
    return download === 'none' || this.#changed.has(id) ? null : this.#client.picture(this.id, id, download);
  }

  /** How a picture was made; asked once. */
  making({ id }: GuestItem): Promise<Making> {
    const known = this.#making.get(id);
    if (known) {
      return known;
    }
    const asked = this.#client.making(this.id, id);
    this.#making.set(id, asked);
    asked.catch((error: unknown) => {
      report(error, 'guest.making');
      this.#making.delete(id);
    });
    return asked;
  }

  async toggleFavourite(item: GuestItem): Promise<void> {
    const value = !this.isFavourite(item);
    if (
      !(await this.#favourites.set(item.id, value, () => this.#client.setFavourite(this.id, item.id, value)))
    ) {
      this.#say(t('favourite.failed'));
    }
  }

  async toggleVote(item: GuestItem): Promise<void> {
    const value = !this.hasVote(item);
    if (!(await this.#votes.set(item.id, value, () => this.#client.setVote(this.id, item.id, value)))) {
      this.#say(t('vote.failed'));
    }
  }

  /** Sends a comment; returns whether it was kept. */
  async comment(item: GuestItem, text: string): Promise<boolean> {
    try {
      const name = this.name.trim() || t('comments.unnamed');
      this.addComment(await this.#client.comment(this.id, item.id, name, text.trim()));
      return true;
    } catch (error) {
      report(error, 'guest.comment');
      return false;
    }
  }

  /** The server told what the link shows now. */
  update(gallery: GuestGallery): void {
    this.#gallery = gallery;
    this.#comments = [...gallery.comments].sort((a, b) => a.at - b.at);
    this.#favourites.settle();
    this.#votes.settle();
  }

  addComment(comment: Comment): void {
    if (!this.#comments.some(({ id }) => id === comment.id)) {
      this.#comments = [...this.#comments, comment];
    }
  }

  setQueue(queue: LiveQueue): void {
    this.#queue = queue;
    if (!queue.running) {
      this.setPreview(null);
    }
  }

  setPreview(picture: Blob | null): void {
    if (this.#preview) {
      URL.revokeObjectURL(this.#preview);
    }
    this.#preview = picture && URL.createObjectURL(picture);
  }

  /** Lets go of everything the page holds of the pictures. */
  close(): void {
    this.setPreview(null);
    clearTimeout(this.#noticeTimer);
  }

  #say(notice: string): void {
    clearTimeout(this.#noticeTimer);
    this.#notice = notice;
    this.#noticeTimer = setTimeout(() => (this.#notice = null), 6000);
  }
}
