import { type FileRef, fileRefKey } from '../comfy/file-ref';
import { DraftStore, type DraftWriter } from './draft-store';
import type { DraftState } from './editor-types';
import type { ByteCodec } from './mask/history';
import type { MaskCommit, MaskDocument } from './mask/mask-document';

/** A finished stroke is kept within this time, ms. */
const DRAFT_DELAY = 300;

/** Keeps the mask of the open picture in the browser's storage while it is painted. */
export class DraftKeeper {
  readonly #codec: ByteCodec;
  #state = $state<DraftState>('none');
  #restored = $state(false);
  #store: Promise<DraftStore | null> | null = null;
  #writer: DraftWriter | null = null;
  #doc: MaskDocument | null = null;
  #ref: FileRef | null = null;
  #unsaved = new Set<number>();
  #step: MaskCommit['label'] | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(codec: ByteCodec) {
    this.#codec = codec;
  }

  /** Whether finished strokes reach the browser's storage. */
  get state(): DraftState {
    return this.#state;
  }

  /** The mask shown at first came from a draft of this browser. */
  get restored(): boolean {
    return this.#restored;
  }

  /** Begins to keep a document; what was kept of the picture last time is put into it. */
  async begin(doc: MaskDocument, ref: FileRef): Promise<void> {
    this.#doc = doc;
    this.#ref = ref;
    const store = await this.#open();
    if (!store || this.#doc !== doc) {
      return;
    }
    const key = fileRefKey(ref);
    // A draft that cannot be read must not keep the picture from opening.
    const draft = await store.newest(key, doc.width, doc.height).catch(() => null);
    if (this.#doc !== doc) {
      return;
    }
    this.#writer = store.write(key, doc.width, doc.height);
    if (draft && draft.changes.length > 0) {
      doc.restore(draft.changes);
      this.#restored = true;
      this.#state = 'saved';
    }
  }

  /** Saves what is unsaved and lets go of the document. Its draft stays. */
  end(): void {
    void this.save(true);
    this.#doc = null;
    this.#ref = null;
    this.#writer = null;
    this.#state = 'none';
    this.#restored = false;
  }

  /** To be told of every change of the document. */
  committed({ label, indices }: MaskCommit): void {
    for (const index of indices) {
      this.#unsaved.add(index);
    }
    this.#step = label;
    if (this.#state !== 'unavailable') {
      this.#state = 'saving';
    }
    // Not put off by further strokes: a long session is kept as well as a short one.
    this.#timer ??= setTimeout(() => {
      void this.save(false);
    }, DRAFT_DELAY);
  }

  /** @param urgent the page may go away. */
  async save(urgent: boolean): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const doc = this.#doc;
    const writer = this.#writer;
    if (!doc || !writer || this.#unsaved.size === 0) {
      return;
    }
    const indices = this.#unsaved;
    this.#unsaved = new Set();
    const saving = writer.save(doc.grid, indices, this.#step, urgent);
    this.#saving = saving.catch(() => undefined);
    try {
      await saving;
      if (this.#doc === doc && this.#unsaved.size === 0) {
        this.#state = 'saved';
      }
    } catch {
      if (this.#doc === doc) {
        // Tried again with the next stroke.
        for (const index of indices) {
          this.#unsaved.add(index);
        }
        this.#state = 'unavailable';
      }
    }
  }

  /** Forgets the drafts of this picture. The mask on screen stays as it is. */
  async discard(): Promise<void> {
    const ref = this.#ref;
    const doc = this.#doc;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unsaved.clear();
    await this.#writer?.settled();
    const store = await this.#open();
    if (store && ref && doc) {
      const key = fileRefKey(ref);
      await store.discard(key);
      if (this.#doc === doc) {
        // The next stroke begins a draft of its own, with the whole mask.
        this.#writer = store.write(key, doc.width, doc.height);
      }
    }
    this.#state = this.#state === 'unavailable' ? 'unavailable' : 'none';
    this.#restored = false;
  }

  /** Ends everything once the last save is through. */
  async destroy(): Promise<void> {
    clearTimeout(this.#timer);
    const store = this.#store;
    this.#store = null;
    await this.#saving;
    (await store)?.close();
  }

  #open(): Promise<DraftStore | null> {
    this.#store ??= DraftStore.open(this.#codec).catch(() => {
      this.#state = 'unavailable';
      return null;
    });
    return this.#store;
  }
}
