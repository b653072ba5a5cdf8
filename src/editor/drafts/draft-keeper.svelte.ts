import { report, reporting, reportingAs } from '../../base/report';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { randomUuid } from '../../comfy/uuid';
import { type LeftDraft, LeftDrafts } from './left-drafts';
import type { DraftState } from '../model/editor-types';
import { DocumentStates, holdsWork, reopenDocument, restoreDocument } from './journal/document-state';
import { draftThumbnail } from './journal/draft-thumbnail';
import { JournalDoor } from './journal/journal-door';
import { JournalPresence } from './journal/journal-presence';
import type { JournalState } from './journal/journal-state';
import type { DraftInfo, JournalStore, RestoredJournal } from './journal/journal-store';
import type { JournalWriter } from './journal/journal-writer';
import { lastDocument, rememberDocument } from './journal/last-document';
import type { PendingWork } from './journal/pending-work';
import { within } from './journal/within';
import type { ByteCodec } from '../mask/history';
import type { MaskDocument } from '../mask/mask-document';
import type { MaskStack } from '../mask/mask-stack';
import type { MaskThumbnail } from '../mask/thumbnail';
import {
  MOST_TRIES,
  RETRY_DELAY,
  SAVING_TIME,
  SaveLoop,
  type SaveTarget,
  writeWithRoom,
} from './save-loop.svelte';

/** A stroke that lasts longer than one or two of these is saved as far as it got, ms. */
const STROKE_TICK = 400;
/** At least this much is freed when storage is full, bytes by our own count. */
const LEAST_ROOM = 16 * 1024 * 1024;

/** The document on screen could not be saved, so it was not replaced. */
export class DraftNotKept extends Error {
  override readonly name = 'DraftNotKept';
}

/** A draft that can replace the present one. */
export type DraftChoice = Pick<DraftInfo, 'id' | 'changedAt' | 'coverage' | 'steps'>;

/** Work that is not a step yet, and is kept with the document. */
export interface PendingHolder {
  list: () => readonly PendingWork[];
  /** The document shown is another one, with this work left in it. */
  restore: (left: readonly PendingWork[]) => void;
}

const NO_PENDING: PendingHolder = { list: () => [], restore: () => undefined };

/** The document being kept. */
interface Kept {
  doc: MaskDocument;
  states: DocumentStates;
  picture: string;
  writer: JournalWriter | null;
  /** Where it is written. */
  store: JournalStore | null;
  /** The stack as last seen. */
  stack: MaskStack;
}

/**
 * Keeps the open picture's masks and history in the browser's storage as they change. Each page writes its
 * own document; pages on the same picture know of each other.
 */
export class DraftKeeper {
  readonly #door: JournalDoor;
  readonly #page = randomUuid();
  readonly #pending: PendingHolder;
  readonly #presence: JournalPresence;
  readonly #left = new LeftDrafts(
    (draft) => this.#keepLeft(draft),
    () => {
      this.#guard();
    },
  );
  readonly #loop = new SaveLoop({
    target: () => this.#target(),
    renew: () => this.#renew(),
    changed: () => {
      this.#guard();
    },
  });
  #openElsewhere = $state(false);
  #extra = $state.raw<unknown>(null);
  #kept: Kept | null = null;
  /** The database holds a stroke that was unfinished at the time. */
  #partial = false;
  #leaving = false;
  /** The page itself is going away: nothing can be awaited. */
  #going = false;
  /** The browser asks before the page is left. */
  #guarded = false;
  #strokeTicks = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  readonly #off = new AbortController();

  constructor(codec: ByteCodec, pending = NO_PENDING) {
    this.#pending = pending;
    this.#door = new JournalDoor(codec);
    this.#presence = new JournalPresence(this.#page, {
      changed: () => {
        this.#lookAround();
      },
      taken: (doc) => {
        if (this.#kept?.writer?.id === doc) {
          this.#kept.writer.lose();
        }
      },
    });
    if (typeof document !== 'undefined' && typeof window !== 'undefined') {
      const options = { signal: this.#off.signal };
      const leave = (): void => {
        this.#leaving = true;
        this.#going = true;
        void this.save(true);
      };
      window.addEventListener('pagehide', leave, options);
      window.addEventListener(
        'pageshow',
        () => {
          this.#leaving = false;
          this.#going = false;
        },
        options,
      );
    }
  }

  /** Whether finished strokes reach the browser's storage. */
  get state(): DraftState {
    return this.#loop.state;
  }

  /** Another tab has the same picture open. Neither overwrites the other's draft. */
  get openElsewhere(): boolean {
    return this.#openElsewhere;
  }

  /** What `setExtra` last stored, now or before a reload; null when nothing was. Do not mutate it. */
  get extra(): unknown {
    return this.#extra;
  }

  /** Stores something with the picture, such as the values of a form. Must be plain JSON. */
  setExtra(extra: unknown): void {
    if (JSON.stringify(extra) !== JSON.stringify(this.#extra)) {
      this.#extra = extra;
      this.#changed();
    }
  }

  /**
   * Starts keeping a document, and restores into it what was kept of the picture last time. Never rejects:
   * without storage, or with an unreadable record, the picture is shown all the same.
   */
  async begin(doc: MaskDocument, ref: FileRef): Promise<void> {
    const { stack } = doc;
    const kept: Kept = {
      doc,
      states: new DocumentStates(doc, () => this.#pending.list()),
      picture: fileRefKey(ref),
      writer: null,
      store: null,
      stack,
    };
    this.#kept = kept;
    this.#loop.begin();
    this.#presence.set(kept.picture);
    this.#presence.ask();
    this.#lookAround();
    this.#ticker ??= setInterval(() => {
      this.#tick();
    }, STROKE_TICK);
    const store = await this.#door.open();
    const left = await this.#left.take(kept.picture, doc.width, doc.height);
    if (this.#kept !== kept) {
      if (left) {
        this.#left.hold(left, this.#keepLeft(left));
      }
      return;
    }
    if (left) {
      reopenDocument(doc, left.state);
      this.#pending.restore(left.state.pending);
      this.#extra = left.state.extra;
      kept.writer = store && left.store === store ? left.writer : null;
      this.#changed();
    }
    if (!store) {
      this.#loop.show('unavailable');
      this.#loop.again(RETRY_DELAY);
      return;
    }
    if (left) {
      kept.writer ??= this.#newWriter(store, kept);
      kept.store = store;
      return;
    }
    const found = await this.#find(store, kept).catch(reportingAs('drafts.find', null));
    try {
      this.#take(store, kept, found);
    } catch (error) {
      report(error, 'drafts.take');
      // The record stays as it is, for the shelf; new work goes into another document.
      this.#letGo(found);
      restoreNothing(kept.doc, stack);
      this.#pending.restore([]);
      kept.writer = this.#newWriter(store, kept);
      kept.store = store;
    }
    if (this.#kept === kept) {
      void this.#trim();
    }
  }

  /** Saves what is unsaved and lets go of the document. Its draft stays, in memory if nowhere else. */
  end(): void {
    const left = this.#kept && this.#isUnsaved(this.#kept) ? this.#leave(this.#kept) : null;
    const leaving = this.#leaving;
    this.#leaving = true;
    const saving = this.save(true);
    this.#leaving = leaving;
    if (left) {
      this.#left.hold(
        left,
        saving.then((saved) => {
          if (!saved) {
            throw new DraftNotKept('closed before it was kept');
          }
        }),
      );
    }
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    if (this.#kept) {
      rememberDocument(null);
    }
    this.#kept = null;
    this.#partial = false;
    this.#extra = null;
    this.#presence.set(null);
    this.#loop.reset();
    this.#openElsewhere = false;
  }

  /** Call after every change of the document. */
  committed(): void {
    this.#partial = false;
    this.#changed();
  }

  /** Call when work that is not a step yet began, changed or ended. */
  pendingChanged(): void {
    this.#changed();
  }

  /**
   * Call when the stack may have changed without a step: a mask was chosen, or a modifier is being tried out.
   */
  restacked(): void {
    const kept = this.#kept;
    if (kept && kept.stack !== kept.doc.stack) {
      this.#changed();
    }
  }

  /**
   * Saves now.
   * @param urgent the page may go away: everything not certain to be stored is handed over before this
   *   returns.
   * @returns false when it could not be saved. Does not throw.
   */
  save(urgent: boolean): Promise<boolean> {
    return this.#loop.save(urgent);
  }

  #target(): SaveTarget | 'nowhere' | null {
    const kept = this.#kept;
    const writer = kept?.writer;
    if (!kept || !writer) {
      return kept && 'nowhere';
    }
    return {
      current: () => this.#kept === kept,
      write: (urgent) => this.#write(kept, writer, urgent),
      makeRoom: () => this.#makeRoom(kept.picture, writer),
      saved: (recovered) => {
        if (recovered) {
          this.#left.retry();
        }
        rememberDocument(writer.id);
        this.#presence.set(kept.picture, writer.id);
        return writer.raw;
      },
    };
  }

  /** When urgent, hands everything over before it returns. */
  #write(kept: Kept, writer: JournalWriter, urgent: boolean): Promise<boolean | void> {
    const { painting } = kept.doc;
    const read = (): JournalState => kept.states.state(this.#extra);
    this.#partial = painting;
    if (urgent) {
      // Saves in progress may not complete: everything not certain to be stored is written again.
      const sure = !this.#loop.unsaved && !painting;
      const state = sure ? null : read();
      this.#loop.taken();
      return writer.saveNow(state, this.#leaving, this.#going);
    }
    return writer.save(() => {
      if (this.#kept !== kept) {
        return null;
      }
      this.#loop.taken();
      return read();
    });
  }

  /** Other drafts of this picture, newest first. */
  async list(): Promise<DraftChoice[]> {
    const kept = this.#kept;
    const store = await this.#door.open();
    if (!store || !kept) {
      return [];
    }
    const all = await store.list(kept.picture, kept.doc.width, kept.doc.height);
    // An unchanged copy of the present draft is not another draft.
    const same = ({ changedAt, coverage, steps }: DraftInfo): string =>
      JSON.stringify([changedAt, coverage, steps]);
    const seen = new Set(all.filter(({ id }) => id === kept.writer?.id).map(same));
    return all.filter((draft) => !seen.has(same(draft)) && seen.add(same(draft)));
  }

  /**
   * Switches to another draft of this picture. The present one stays among the drafts.
   * @param settle ends work in progress on the document; called whenever it has to be at rest.
   * @returns false when the other is gone; also true when the picture was closed meanwhile.
   * @throws DraftNotKept when the present one could not be saved; whatever IndexedDB throws; also when the
   *   other cannot be restored. What was shown stays.
   */
  async choose(id: string, settle: () => void): Promise<boolean> {
    const kept = this.#kept;
    settle();
    const store = await this.#door.open();
    if (!kept) {
      return false;
    }
    if (!store || !(await this.#keepAll(kept, false))) {
      if (this.#kept !== kept) {
        return true;
      }
      throw new DraftNotKept('the present draft could not be kept');
    }
    const info = (await store.list(kept.picture, kept.doc.width, kept.doc.height)).find(
      (draft) => draft.id === id,
    );
    const found = info ? await this.#obtain(store, kept, info) : null;
    if (!found) {
      return false;
    }
    const leave = (): void => {
      this.#letGo(found);
      if (found.id !== id) {
        // A copy that was made for this page only.
        void store.forget(found.id).catch(reporting('drafts.forget'));
      }
    };
    settle();
    // Changes made while the other was fetched belong to the present one.
    for (let turn = 0; this.#kept === kept && this.#isUnsaved(kept); turn++) {
      if (turn === MOST_TRIES || !(await this.#keepAll(kept, true))) {
        leave();
        if (this.#kept !== kept) {
          return true;
        }
        throw new DraftNotKept('what was done meanwhile could not be kept');
      }
      settle();
    }
    if (this.#kept !== kept) {
      leave();
      return true;
    }
    const { writer, stack } = kept;
    const before = this.#extra;
    try {
      this.#take(store, kept, found);
    } catch (error) {
      leave();
      kept.writer = writer;
      this.#extra = before;
      await this.#putBack(store, kept, stack);
      throw error;
    }
    void writer?.saveNow(null, true).catch(reporting('drafts.release'));
    return true;
  }

  #isUnsaved(kept: Kept): boolean {
    return this.#loop.unsaved || kept.doc.painting;
  }

  /** Saves everything. False when that is impossible. */
  async #keepAll(kept: Kept, urgent: boolean): Promise<boolean> {
    if (!this.#isUnsaved(kept)) {
      return true;
    }
    const saved = await this.save(urgent);
    // A save that was overtaken is as good as the one that overtook it.
    await this.#loop.ended;
    return saved && kept.writer !== null && this.#kept === kept && this.#loop.state !== 'unavailable';
  }

  /** Restores the document as it was last saved, after another failed to take its place. */
  async #putBack(store: JournalStore, kept: Kept, stack: MaskStack): Promise<void> {
    const { width, height, history } = kept.doc;
    const id = kept.writer?.id ?? '';
    const own = await store.read(id, width, height, history.packer).catch(reportingAs('drafts.read', null));
    if (this.#kept === kept) {
      restoreNothing(kept.doc, stack);
      this.#pending.restore(own?.pending ?? []);
      if (own) {
        restoreDocument(kept.doc, own);
      }
      kept.stack = kept.doc.stack;
    }
  }

  #leave({ picture, doc, states, writer, store }: Kept): LeftDraft {
    return { picture, state: states.state(this.#extra), packer: doc.history.packer, writer, store };
  }

  /** Saves a document that is already closed. */
  async #keepLeft(draft: LeftDraft): Promise<void> {
    const store = await this.#door.open();
    if (!store) {
      throw new DraftNotKept('no storage');
    }
    if (draft.store !== store || !draft.writer) {
      const { picture, packer, state } = draft;
      const { width, height } = state;
      draft.writer = store.create(packer, { picture, width, height, owner: this.#page });
      draft.store = store;
    }
    const { writer } = draft;
    const write = (): Promise<boolean> =>
      within(
        writer.save(() => draft.state),
        SAVING_TIME,
      );
    const makeRoom = (): Promise<boolean> => this.#makeRoom(draft.picture, writer);
    await writeWithRoom(write, { current: () => true, makeRoom });
    await writer.saveNow(null, true);
  }

  /** Releases a document so that another page can take it over. */
  #letGo(found: RestoredJournal | null): void {
    void found?.writer?.(this.#page).saveNow(null, true).catch(reporting('drafts.let-go'));
  }

  /**
   * Keeps the masks a job was queued with beside the drafts, so that they come back unmodified, with live
   * modifiers. If storage fails, they come back as they were sent.
   */
  async keepMade(key: string, state: JournalState): Promise<void> {
    const kept = this.#kept;
    const store = await this.#door.open();
    if (store && kept) {
      await store.keepMade(key, state, kept.doc.history.packer).catch(reporting('drafts.keep-made'));
      void this.#trim();
    }
  }

  /** Masks kept by `keepMade`; null when there are none for a picture of this size. */
  async made(key: string): Promise<RestoredJournal | null> {
    const kept = this.#kept;
    const store = await this.#door.open();
    if (!store || !kept) {
      return null;
    }
    const { width, height, history } = kept.doc;
    return store.readMade(key, width, height, history.packer).catch(reportingAs('drafts.read-made', null));
  }

  /**
   * A small picture of what a draft masks, neither side longer than `most` px; null when the draft is gone.
   */
  async thumbnail(id: string, most: number): Promise<MaskThumbnail | null> {
    const kept = this.#kept;
    const store = await this.#door.open();
    if (!store || !kept) {
      return null;
    }
    const { width, height, history } = kept.doc;
    const found = await store.read(id, width, height, history.packer);
    return found && draftThumbnail(found, { width, height }, most);
  }

  /** Deletes one of the other drafts of this picture. */
  async forget(id: string): Promise<void> {
    if (this.#kept?.writer?.id !== id) {
      await (await this.#door.open())?.forget(id);
      this.#presence.take(id);
    }
  }

  /** Ends everything once the last save is done. */
  async destroy(): Promise<void> {
    this.#loop.stop();
    clearInterval(this.#ticker);
    this.#off.abort();
    this.#presence.close();
    this.#left.stop();
    this.#door.shut();
    await this.#loop.ended;
    await this.#door.close();
  }

  #changed(): void {
    if (this.#kept) {
      this.#kept.stack = this.#kept.doc.stack;
    }
    this.#loop.changed();
  }

  /** The browser asks before work that exists only in memory is left. */
  #guard(): void {
    const guarded = (this.#loop.state === 'unavailable' && this.#loop.dirty) || this.#left.size > 0;
    if (guarded !== this.#guarded && typeof window !== 'undefined') {
      this.#guarded = guarded;
      // Only while needed: pages with this listener are excluded from the browser's back/forward cache.
      if (guarded) {
        window.addEventListener('beforeunload', askBefore, { signal: this.#off.signal });
      } else {
        window.removeEventListener('beforeunload', askBefore);
      }
    }
  }

  /**
   * Reopens storage that went away or was never there; the document is then written as a new one.
   * @returns whether it did.
   */
  async #renew(): Promise<boolean> {
    const kept = this.#kept;
    const store = kept ? await this.#door.open() : null;
    if (!kept || !store || this.#kept !== kept || kept.store === store) {
      return false;
    }
    kept.writer = this.#newWriter(store, kept);
    kept.store = store;
    return true;
  }

  async #makeRoom(picture: string, writer: JournalWriter): Promise<boolean> {
    const store = await this.#door.open();
    const used = await this.#presence.used();
    const bytes = Math.max(LEAST_ROOM, 2 * writer.bytes);
    return (
      store !== null &&
      (await store
        .makeRoom(bytes, picture, used.add(writer.id))
        .catch(reportingAs('drafts.make-room', false)))
    );
  }

  /** Saves during a long stroke, and after a stroke that was taken back. */
  #tick(): void {
    const painting = this.#kept?.doc.painting ?? false;
    this.#strokeTicks = painting ? this.#strokeTicks + 1 : 0;
    if (this.#strokeTicks > 1 || (this.#partial && !painting)) {
      void this.save(false);
    }
  }

  /** The document to start with: the one this page showed before a reload, else the newest. */
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

  /** @throws when what was found cannot be restored into the document, which is then inconsistent. */
  #take(store: JournalStore, kept: Kept, found: RestoredJournal | null): void {
    if (this.#kept !== kept) {
      // Closed meanwhile.
      this.#letGo(found);
      return;
    }
    if (found && (kept.writer || holdsWork(found))) {
      restoreDocument(kept.doc, found);
      kept.stack = kept.doc.stack;
      this.#pending.restore(found.pending);
      this.#loop.show('saved');
    }
    const writer = found?.writer?.(this.#page) ?? this.#newWriter(store, kept);
    kept.writer = writer;
    kept.store = store;
    if (found?.writer) {
      rememberDocument(writer.id);
      this.#presence.set(kept.picture, writer.id);
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
    const store = await this.#door.open();
    const used = await this.#presence.used();
    const own = this.#kept?.writer?.id;
    if (store) {
      await store.trim(own === undefined ? used : used.add(own)).catch(reporting('drafts.trim'));
    }
  }
}

/** No text of our own: browsers use theirs. */
function askBefore(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Empties a document, history included. */
function restoreNothing(doc: MaskDocument, stack: MaskStack): void {
  doc.restoreStack(stack, new Map());
}
