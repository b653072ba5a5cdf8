import type { MaskExport, MaskPngVariant } from '../editor-types';
import type { MaskDocument } from '../mask/mask-document';
import { maskTiles } from '../mask/mask-tiles';
import type { WorkerClient } from '../worker/worker-client';

/** Writes a document's composite as PNG beside the page; what did not change is not written again. */
export class MaskExporter {
  readonly #worker: WorkerClient;
  #newest: { doc: MaskDocument; rev: number; variant: MaskPngVariant; file: Promise<MaskExport> } | null =
    null;

  constructor(worker: WorkerClient) {
    this.#worker = worker;
  }

  /** The composite of all masks, modifiers included. Asked again without a change between, the same file. */
  async export(doc: MaskDocument, variant: MaskPngVariant): Promise<MaskExport> {
    await doc.settled();
    const known = this.#newest;
    if (known?.doc === doc && known.rev === doc.rev && known.variant === variant) {
      return known.file;
    }
    const exported = { doc, rev: doc.rev, variant, file: this.#encode(doc, variant) };
    this.#newest = exported;
    exported.file.catch(() => {
      if (this.#newest === exported) {
        this.#newest = null;
      }
    });
    return exported.file;
  }

  /** Lets go of the newest file. */
  forget(): void {
    this.#newest = null;
  }

  async #encode(doc: MaskDocument, variant: MaskPngVariant): Promise<MaskExport> {
    const { rev, width, height } = doc;
    const empty = doc.composite.empty;
    const tiles = maskTiles(doc.composite);
    // A worker that dies is replaced by work in place: ask once more.
    const file = await this.#worker.encode(tiles, variant).catch(() => this.#worker.encode(tiles, variant));
    const blob = new Blob([file.png], { type: 'image/png' });
    return { blob, hash: file.hash, width, height, empty, rev };
  }
}
