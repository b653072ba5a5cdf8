import { report } from '../../base/report';
import type { MaskPngVariant } from '../mask/png-write';
import type { MaskExport } from '../model/editor-types';
import { masksAlone } from '../drafts/journal/document-state';
import type { JournalState } from '../drafts/journal/journal-state';
import type { MaskDocument } from '../mask/mask-document';
import { xxh32 } from '../mask/hash';
import { onlyPlainMask } from '../mask/mask-stack';
import { maskTiles } from '../mask/mask-tiles';
import type { WorkerClient } from '../worker/worker-client';

/** The masks a file was made from, where the file does not say everything about them. */
export interface MadeMasks {
  /**
   * 24 hex digits: the file's hash, and one over names, modes and modifiers, because different masks may give
   * the same file.
   */
  key: string;
  masks: JournalState;
}

/** Writes a document's composite as PNG off the main thread; unchanged masks are not written again. */
export class MaskExporter {
  readonly #worker: WorkerClient;
  #newest: { doc: MaskDocument; rev: number; variant: MaskPngVariant; file: Promise<MaskExport> } | null =
    null;

  readonly #masks = new WeakMap<MaskExport, MadeMasks>();

  constructor(worker: WorkerClient) {
    this.#worker = worker;
  }

  /** The masks a file was made from; null for a single mask without modifiers, which the file itself is. */
  masksOf(file: MaskExport): MadeMasks | null {
    return this.#masks.get(file) ?? null;
  }

  /** The composite of all masks, modifiers included. Without a change in between, the same file. */
  async export(doc: MaskDocument, variant: MaskPngVariant): Promise<MaskExport> {
    await doc.settled();
    const known = this.#newest;
    if (known?.doc === doc && known.rev === doc.rev && known.variant === variant) {
      return known.file;
    }
    const exported = { doc, rev: doc.rev, variant, file: this.#encode(doc, variant) };
    this.#newest = exported;
    // eslint-disable-next-line local/no-silent-catch -- the caller gets the same failure
    exported.file.catch(() => {
      if (this.#newest === exported) {
        this.#newest = null;
      }
    });
    return exported.file;
  }

  /** Drops the newest file. */
  forget(): void {
    this.#newest = null;
  }

  async #encode(doc: MaskDocument, variant: MaskPngVariant): Promise<MaskExport> {
    const { rev, width, height } = doc;
    const masks = onlyPlainMask(doc.stack) === null ? masksAlone(doc) : null;
    const { empty } = doc.composite;
    const tiles = maskTiles(doc.composite);
    // A worker that dies is replaced by work in place: ask once more.
    const file = await this.#worker.encode(tiles, variant).catch((error: unknown) => {
      report(error, 'export.encode');
      return this.#worker.encode(tiles, variant);
    });
    const blob = new Blob([file.png], { type: 'image/png' });
    const { hash, bounds, islands } = file;
    const exported = { blob, hash, width, height, empty, bounds, islands, rev };
    if (masks) {
      const about = xxh32(new TextEncoder().encode(JSON.stringify(masks.meta))) >>> 0;
      this.#masks.set(exported, { key: file.hash + about.toString(16).padStart(8, '0'), masks });
    }
    return exported;
  }
}
