import { type FileRef, fileRefKey } from '../comfy/file-ref';
import { randomUuid } from '../comfy/uuid';
import type { DraftState } from './editor-types';
import { DocumentStates, holdsWork, restoreDocument } from './journal/document-state';
import { draftThumbnail } from './journal/draft-thumbnail';
import { JournalPresence } from './journal/journal-presence';
import type { JournalState } from './journal/journal-state';
import { type DraftInfo, JournalStore, type RestoredJournal } from './journal/journal-store';
import type { JournalWriter } from './journal/journal-writer';
import { lastDocument, rememberDocument } from './journal/last-document';
import type { ByteCodec } from './mask/history';
import type { MaskCommit, MaskDocument } from './mask/mask-document';
import type { MaskStack } from './mask/mask-stack';
import type { MaskThumbnail } from './mask/thumbnail';

/** A finished stroke is kept within this time, ms. */
const DRAFT_DELAY = 300;
/** A stroke that lasts longer than one or two of these is kept as far as it goes, ms. */
const STROKE_TICK = 400;
/** When tiles that were saved in a hurry are packed, ms. */
const REPACK_DELAY = 1500;
/** When a save that failed is tried again, ms. */
const RETRY_DELAY = 5000;
/** How often either is tried between two changes. */
const MOST_TRIES = 10;

/** A draft that can be taken in place of the present one. */
export type DraftChoice = Pick<DraftInfo, 'id' | 'changedAt' | 'coverage' | 'steps'>;

/** The document that is being kept. */
interface Kept {
  doc: MaskDocument;
  states: DocumentStates;
  picture: string;
  writer: JournalWriter | null;
  /** The stack that was last seen. */
  stack: MaskStack;
}

/**
 * Keeps the open picture's masks and history in the browser's storage while they change. Each page writes a
 * document of its own; pages on the same picture know of each other.
 */
export class DraftKeeper {
  readonly #codec: ByteCodec;
  readonly #page = randomUuid();
  readonly #presence: JournalPresence;
  #state = $state<DraftState>('none');
  #restored = $state(false);
  #openElsewhere = $state(false);
  #extra = $state.raw<unknown>(null);
  #store: Promise<JournalStore | null> | null = null;
  #kept: Kept | null = null;
  /** Something changed since the last save began. */
  #dirty = false;
  /** The database holds a stroke that was not finished then. */
  #partial = false;
  #leaving = false;
  #tries = 0;
  #strokeTicks = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #saving: Promise<void> = Promise.resolve();
  readonly #off = new AbortController();

  constructor(codec: ByteCodec) {
    this.#codec = codec;
    this.#presence = new JournalPresence(this.#page, {
      changed: () => {
        this.#lookAround();
      },
      taken: (doc) => {
        if (this.#kept?.writer?.id === doc) {
          this.#kept.writer.lose();
        }
      },
      discarded: (picture) => {
        if (this.#kept?.picture === picture) {
          this.#kept.writer?.lose();
        }
      },
    });
    if (typeof document !== 'undefined' && typeof window !== 'undefined') {
      const options = { signal: this.#off.signal };
      const leave = (): void => {
        this.#leaving = true;
        void this.save(true);
      };
      window.addEventListener('pagehide', leave, options);
      window.addEventListener(
        'pageshow',
        () => {
          this.#leaving = false;
        },
        options,
      );
    }
  }

  /** Whether finished strokes reach the browser's storage. */
  get state(): DraftState {
    return this.#state;
  }

  /** The mask shown at first came from a draft of this browser. */
  get restored(): boolean {
    return this.#restored;
  }

  /** Another tab has the same picture open. Neither overwrites what the other keeps. */
  get openElsewhere(): boolean {
    return this.#openElsewhere;
  }

  /** What `setExtra` was told, now or before a reload; null when nothing was. Do not change it in place. */
  get extra(): unknown {
    return this.#extra;
  }

  /** Keeps something with the picture, such as the values of a form. Must be plain JSON. */
  setExtra(extra: unknown): void {
    if (JSON.stringify(extra) !== JSON.stringify(this.#extra)) {
      this.#extra = extra;
      this.#changed();
    }
  }

  /** Begins to keep a document; what was kept of the picture last time is put into it. */
  async begin(doc: MaskDocument, ref: FileRef): Promise<void> {
    const { stack } = doc;
    const kept: Kept = {
      doc,
      states: new DocumentStates(doc),
      picture: fileRefKey(ref),
      writer: null,
      stack,
    };
    this.#kept = kept;
    this.#presence.set(kept.picture);
    this.#presence.ask();
    this.#lookAround();
    this.#ticker ??= setInterval(() => {
      this.#tick();
    }, STROKE_TICK);
    const store = await this.#open();
    if (!store || this.#kept !== kept) {
      return;
    }
    const found = await this.#find(store, kept).catch(() => null);
    this.#take(store, kept, found);
    if (this.#kept === kept) {
      void this.#trim();
    }
  }

  /** Saves what is unsaved and lets go of the document. Its draft stays. */
  end(): void {
    const leaving = this.#leaving;
    this.#leaving = true;
    void this.save(true);
    this.#leaving = leaving;
    clearTimeout(this.#later);
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    if (this.#kept) {
      rememberDocument(null);
    }
    this.#kept = null;
    this.#dirty = false;
    this.#partial = false;
    this.#extra = null;
    this.#presence.set(null);
    this.#state = 'none';
    this.#restored = false;
    this.#openElsewhere = false;
  }

  /** To be told of every change of the document. */
  committed(_commit?: MaskCommit): void {
    this.#partial = false;
    this.#changed();
  }

  /** To be told when the stack may be another without a step: a mask was chosen, a modifier is tried out. */
  restacked(): void {
    const kept = this.#kept;
    if (kept && kept.stack !== kept.doc.stack) {
      this.#changed();
    }
  }

  /** @param urgent the page may go away: all that is not surely kept is handed over before this returns. */
  async save(urgent: boolean): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept = this.#kept;
    const writer = kept?.writer;
    if (!kept || !writer) {
      return;
    }
    const painting = kept.doc.painting;
    const read = (): JournalState => kept.states.state(this.#extra);
    let saving: Promise<boolean | void>;
    if (urgent) {
      // Saves under way may not come through: whatever is not surely there is written.
      const state = this.#dirty || painting || this.#state === 'saving' ? read() : null;
      this.#dirty = false;
      saving = writer.saveNow(state, this.#leaving);
    } else {
      saving = writer.save(() => {
        if (this.#kept !== kept) {
          return null;
        }
        this.#dirty = false;
        return read();
      });
    }
    this.#partial = painting;
    const ending = saving.then(
      () => undefined,
      () => undefined,
    );
    this.#saving = Promise.all([this.#saving, ending]).then(() => undefined);
    try {
      await saving;
      if (this.#kept === kept) {
        this.#saved(kept, writer);
      }
    } catch {
      if (this.#kept === kept) {
        this.#failed();
      }
    }
  }

  /** Other drafts of this picture, newest first. */
  async drafts(): Promise<DraftChoice[]> {
    const kept = this.#kept;
    const store = await this.#open();
    if (!store || !kept) {
      return [];
    }
    const all = await store.list(kept.picture, kept.doc.width, kept.doc.height);
    // A copy that nothing was done to is no other draft.
    const same = ({ changedAt, coverage, steps }: DraftInfo): string =>
      JSON.stringify([changedAt, coverage, steps]);
    const seen = new Set(all.filter(({ id }) => id === kept.writer?.id).map(same));
    return all.filter((draft) => !seen.has(same(draft)) && seen.add(same(draft)));
  }

  /**
   * Shows another draft of this picture. The present one stays among the drafts.
   * @returns false when it is gone.
   */
  async choose(id: string): Promise<boolean> {
    const kept = this.#kept;
    const store = await this.#open();
    if (!kept || !store) {
      return false;
    }
    await this.save(false);
    const info = (await store.list(kept.picture, kept.doc.width, kept.doc.height)).find(
      (draft) => draft.id === id,
    );
    const found = info ? await this.#obtain(store, kept, info) : null;
    if (!found || this.#kept !== kept) {
      return false;
    }
    await kept.writer?.saveNow(null, true).catch(() => undefined);
    this.#dirty = false;
    this.#take(store, kept, found);
    return true;
  }

  /**
   * Keeps the masks a job was queued with beside the drafts, so that they come back raw and with
   * their modifiers. Where storage fails they come back as they were sent.
   */
  async keepMade(key: string, state: JournalState): Promise<void> {
    const kept = this.#kept;
    const store = await this.#open();
    if (store && kept) {
      await store.keepMade(key, state, kept.doc.history.packer).catch(() => undefined);
      void this.#trim();
    }
  }

  /** Masks as `keepMade` kept them; null when it did not, for a picture of this size. */
  async made(key: string): Promise<RestoredJournal | null> {
    const kept = this.#kept;
    const store = await this.#open();
    if (!store || !kept) {
      return null;
    }
    const { width, height, history } = kept.doc;
    return store.readMade(key, width, height, history.packer).catch(() => null);
  }

  /** What a draft of this picture masks, neither side longer than `most` px; null when it is gone. */
  async thumbnail(id: string, most: number): Promise<MaskThumbnail | null> {
    const kept = this.#kept;
    const store = await this.#open();
    if (!store || !kept) {
      return null;
    }
    const { width, height, history } = kept.doc;
    const found = await store.read(id, width, height, history.packer);
    return found && draftThumbnail(found, { width, height }, most);
  }

  /** Forgets one of the other drafts of this picture. */
  async forget(id: string): Promise<void> {
    if (this.#kept?.writer?.id !== id) {
      await (await this.#open())?.forget(id);
    }
  }

  /** Forgets the drafts of this picture. The mask on screen stays as it is. */
  async discard(): Promise<void> {
    const kept = this.#kept;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dirty = false;
    await kept?.writer?.settled();
    const store = await this.#open();
    if (store && kept) {
      await store.discard(kept.picture);
      this.#presence.discarded(kept.picture);
      // The next stroke begins a document of its own, with all there is.
      kept.writer?.fork();
    }
    this.#state = this.#state === 'unavailable' ? 'unavailable' : 'none';
    this.#restored = false;
  }

  /** Ends everything once the last save is through. */
  async destroy(): Promise<void> {
    clearTimeout(this.#timer);
    clearTimeout(this.#later);
    clearInterval(this.#ticker);
    this.#off.abort();
    this.#presence.close();
    const store = this.#store;
    this.#store = null;
    await this.#saving;
    (await store)?.close();
  }

  #changed(): void {
    if (this.#kept) {
      this.#kept.stack = this.#kept.doc.stack;
    }
    this.#dirty = true;
    this.#tries = 0;
    if (this.#state !== 'unavailable') {
      this.#state = 'saving';
    }
    // Not put off by further strokes: a long session is kept as well as a short one.
    this.#timer ??= setTimeout(() => {
      void this.save(false);
    }, DRAFT_DELAY);
  }

  #saved(kept: Kept, writer: JournalWriter): void {
    if (!this.#dirty && this.#state !== 'none') {
      this.#state = 'saved';
    }
    rememberDocument(writer.id);
    this.#presence.set(kept.picture, writer.id);
    if (writer.raw) {
      this.#again(REPACK_DELAY);
    }
  }

  #failed(): void {
    this.#dirty = true;
    this.#state = 'unavailable';
    this.#again(RETRY_DELAY);
  }

  #again(delay: number): void {
    clearTimeout(this.#later);
    if (this.#tries++ < MOST_TRIES) {
      this.#later = setTimeout(() => {
        void this.#renew().then(() => this.save(false));
      }, delay);
    }
  }

  /** A storage that went away is opened again; the document is then written as a new one. */
  async #renew(): Promise<void> {
    const kept = this.#kept;
    if (kept && !this.#store) {
      const store = await this.#open();
      if (store && this.#kept === kept) {
        kept.writer = this.#newWriter(store, kept);
      }
    }
  }

  /** While a stroke is painted, and after one that was taken back. */
  #tick(): void {
    const painting = this.#kept?.doc.painting ?? false;
    this.#strokeTicks = painting ? this.#strokeTicks + 1 : 0;
    if (this.#strokeTicks > 1 || (this.#partial && !painting)) {
      void this.save(false);
    }
  }

  /** The document to begin with: what this page showed before a reload, else the newest. */
  async #find(store: JournalStore, kept: Kept): Promise<RestoredJournal | null> {
    const { width, height } = kept.doc;
    const all = await store.list(kept.picture, width, height);
    const last = lastDocument();
    const info = all.find(({ id }) => id === last) ?? all[0];
    return info ? this.#obtain(store, kept, info) : null;
  }

  /** Makes a document this page's own: the document itself, or a copy when another page has it open. */
  async #obtain(store: JournalStore, kept: Kept, info: DraftInfo): Promise<RestoredJournal | null> {
    const { width, height, history } = kept.doc;
    const { id, owner } = info;
    let own: string | null = id;
    if (owner !== this.#page) {
      const used = owner !== '' && (await this.#presence.used()).has(id);
      const mine = !used && ((await store.adopt(id, owner, this.#page)) || (await store.isOld(id)));
      if (mine) {
        this.#presence.take(id);
      } else {
        own = await store.copy(id, randomUuid(), this.#page);
      }
    }
    return own === null ? null : store.read(own, width, height, history.packer);
  }

  #take(store: JournalStore, kept: Kept, found: RestoredJournal | null): void {
    const writer = found?.writer?.(this.#page) ?? this.#newWriter(store, kept);
    if (this.#kept !== kept) {
      // Closed meanwhile: left in good order for the next.
      void writer.saveNow(null, true).catch(() => undefined);
      return;
    }
    kept.writer = writer;
    if (found?.writer) {
      rememberDocument(writer.id);
      this.#presence.set(kept.picture, writer.id);
    }
    if (found && holdsWork(found)) {
      restoreDocument(kept.doc, found);
      kept.stack = kept.doc.stack;
      this.#restored = true;
      this.#state = 'saved';
    }
    this.#extra = found?.extra ?? null;
  }

  #newWriter(store: JournalStore, { picture, doc }: Kept): JournalWriter {
    const { width, height, history } = doc;
    return store.create(history.packer, { picture, width, height, owner: this.#page });
  }

  #lookAround(): void {
    const { picture } = this.#kept ?? {};
    this.#openElsewhere = picture !== undefined && this.#presence.on(picture).length > 0;
  }

  async #trim(): Promise<void> {
    const store = await this.#open();
    const used = await this.#presence.used();
    const own = this.#kept?.writer?.id;
    if (store && this.#store) {
      await store.trim(own === undefined ? used : used.add(own)).catch(() => undefined);
    }
  }

  #open(): Promise<JournalStore | null> {
    this.#store ??= JournalStore.open(this.#codec, undefined, () => {
      this.#store = null;
    }).catch(() => {
      this.#state = 'unavailable';
      return null;
    });
    return this.#store;
  }
}
