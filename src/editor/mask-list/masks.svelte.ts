import { randomUuid } from '../../comfy/uuid';
import { ALPHA, rgbOf } from '../paint/planes';
import { t } from '../../i18n/index.svelte';
import { say } from '../../ui/toasts.svelte';
import type { MaskPngVariant } from '../mask/png-write';
import { EditorError } from '../model/editor-types';
import type { MaskSize } from '../mask/coverage';
import type { MaskDocument } from '../mask/mask-document';
import { type MaskFit, MaskShapeError } from '../mask/mask-fit';
import type { TileChange } from '../mask/mask-grid';
import { freeColor } from '../mask/mask-colors';
import { MASK_COLORS } from '../session/view-settings';
import type { MaskChannel, MaskReading } from '../mask/mask-import';
import {
  type MaskFacts,
  type MaskMode,
  type MaskModifiers,
  type MaskStack,
  isPlain,
  maskById,
  singleMask,
  withMask,
  withMoved,
} from '../mask/mask-stack';
import type { PaintLayerRef, WorkerClient } from '../worker/worker-client';

/** A slider that rests this long has been released, ms. */
const SLIDER_REST = 600;

/** Names of the steps in which another mask is combined with the present one. */
const COMBINE_STEPS: Readonly<Record<MaskMode, string>> = {
  add: 'mask-unite',
  subtract: 'mask-subtract',
  intersect: 'mask-intersect',
};

/** How a mask from a file combines with the present one. */
export type ImportMode = MaskMode | 'replace';

/** A mask file whose shape differs from the picture's. Sizes in px. */
export interface AskedImport {
  file: Blob;
  mode: ImportMode;
  source: MaskSize;
  picture: MaskSize;
}

/** A mask file that can be read in two ways, and where its mask goes. */
export interface AskedReading {
  readings: readonly [MaskReading, MaskReading];
  mode: ImportMode;
  /** Set when the file had another size. */
  scaled: ScaledSizes | null;
}

/** Sizes of a file and of the picture it was scaled to, px. */
interface ScaledSizes {
  sourceWidth: number;
  sourceHeight: number;
  width: number;
  height: number;
}

/** What the masks need from the session. */
export interface MasksHost {
  readonly document: MaskDocument | null;
  readonly worker: WorkerClient;
  /** Of masks without a colour of their own, `#rrggbb`. */
  readonly maskColor: string;
  /** The id under which the worker knows a mask of this picture. */
  workerId: (mask: string) => string;
  /** The paint layer as the worker knows it. */
  paintLayer: (document: MaskDocument) => PaintLayerRef;
  /** Changes the mask in order with undo and other work, outside strokes. */
  edit: (change: (document: MaskDocument) => boolean) => void;
  /** Marks the editor as busy until the work is done; shows a failure to the person. */
  busy: (work: Promise<void>) => void;
}

/** What the paint layer's options do with masks. */
export type PaintedMasks = Pick<Masks, 'painted' | 'empty' | 'addPainted' | 'fillWithPaint'>;

/** The masks of the open picture as views see them, and what can be done with them. */
export class Masks {
  readonly #host: MasksHost;
  #stack = $state.raw<MaskStack>(singleMask(''));
  #composing = $state(false);
  #empty = $state(true);
  #painted = $state(false);
  #importMode = $state<ImportMode>('replace');
  #asked = $state.raw<AskedImport | null>(null);
  #askedReading = $state.raw<AskedReading | null>(null);
  #fileKind = $state<MaskPngVariant>('gray');
  #speckSize = $state(64);
  #contourWidth = $state(32);
  #document: MaskDocument | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(host: MasksHost) {
    this.#host = host;
  }

  /** All masks, bottom first. */
  get list(): readonly MaskFacts[] {
    return this.#stack.masks;
  }

  /** The mask that is painted on. */
  get active(): MaskFacts | null {
    return maskById(this.#stack, this.#stack.active);
  }

  /** Something is painted in colour above the picture. */
  get painted(): boolean {
    return this.#painted;
  }

  /**
   * Nothing is painted on the present mask. What is shown may differ either way: a mask that is hidden,
   * removed by a threshold or not shared by others is invisible, and other masks may be visible.
   */
  get empty(): boolean {
    return this.#empty;
  }

  /** Modifiers are being evaluated: what is shown follows in a moment. */
  get composing(): boolean {
    return this.#composing;
  }

  /** How masks from files combine with the present one, until chosen otherwise. */
  get importMode(): ImportMode {
    return this.#importMode;
  }

  setImportMode(mode: ImportMode): void {
    this.#importMode = mode;
  }

  /** The kind of file a mask is saved as. */
  get fileKind(): MaskPngVariant {
    return this.#fileKind;
  }

  setFileKind(kind: MaskPngVariant): void {
    this.#fileKind = kind;
  }

  /** Islands of at most this many px are removed as specks. */
  get speckSize(): number {
    return this.#speckSize;
  }

  setSpeckSize(px: number): void {
    this.#speckSize = px;
  }

  /** Width of the border that `keepContour` leaves, px. */
  get contourWidth(): number {
    return this.#contourWidth;
  }

  setContourWidth(px: number): void {
    this.#contourWidth = px;
  }

  /** A mask file is waiting for somebody to say how it fits; null when none is. */
  get asked(): AskedImport | null {
    return this.#asked;
  }

  /** A mask file is waiting for somebody to say how it is meant; null when none is. */
  get askedReading(): AskedReading | null {
    return this.#askedReading;
  }

  /** Some mask is sent differently from how it was painted. */
  get modified(): boolean {
    return this.#stack.masks.some(({ visible, modifiers }) => visible && !isPlain(modifiers));
  }

  /** The masks as JSON, for a record of what a picture was made with. */
  get stack(): MaskStack {
    return this.#stack;
  }

  /** Call after every change of the document. */
  sync(document: MaskDocument | null): void {
    if (document !== this.#document) {
      this.#document = document;
      this.cancelImport();
    }
    this.#stack = document?.stack ?? singleMask('');
    this.#empty = document?.grid.empty ?? true;
    this.#painted = !(document?.paintEmpty ?? true);
    this.#composing = document?.composing ?? false;
  }

  /** Adds an empty mask above the present one. */
  add(name = ''): void {
    this.#edit((doc) => {
      doc.addMask(randomUuid(), { name, color: this.#freeColor(doc) });
    });
  }

  duplicate(id: string): void {
    this.#edit((doc) => {
      const name = maskById(doc.stack, id)?.name ?? '';
      doc.addMask(randomUuid(), { name, color: this.#freeColor(doc), copyOf: id });
    });
  }

  remove(id: string): void {
    this.#edit((doc) => {
      doc.removeMask(id);
    });
  }

  /** Paints on this mask from now on. */
  activate(id: string): void {
    this.#edit((doc) => {
      doc.activate(id);
    });
  }

  rename(id: string, name: string): void {
    this.#restack('mask-rename', (stack) => withMask(stack, id, { name: name.trim().slice(0, 60) }));
  }

  /** The colour a mask is shown in, `#rrggbb`. */
  colorOf({ color }: MaskFacts): string {
    return color ?? this.#host.maskColor;
  }

  setColor(id: string, color: string): void {
    this.#restack('mask-color', (stack) => withMask(stack, id, { color }));
  }

  #freeColor({ stack }: MaskDocument): string | undefined {
    return freeColor(stack, this.#host.maskColor, MASK_COLORS);
  }

  setMode(id: string, mode: MaskMode): void {
    this.#restack('mask-mode', (stack) => withMask(stack, id, { mode }));
  }

  setVisible(id: string, visible: boolean): void {
    this.#restack(visible ? 'mask-show' : 'mask-hide', (stack) => withMask(stack, id, { visible }));
  }

  /** @param to position from the bottom, 0 first. */
  move(id: string, to: number): void {
    this.#restack('mask-order', (stack) => withMoved(stack, id, to));
  }

  /**
   * Changes modifiers of the present mask at once. Dragging a slider is one step of the history, made when
   * the slider has come to rest.
   */
  setModifiers(change: Partial<MaskModifiers>): void {
    const doc = this.#host.document;
    const active = doc?.active;
    if (!doc || !active || doc.moving) {
      return;
    }
    doc.tryStack(withMask(doc.stack, active.id, { modifiers: { ...active.modifiers, ...change } }));
    this.sync(doc);
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.keepModifiers();
    }, SLIDER_REST);
  }

  /** Makes a step of what the sliders were moved to, if they were. */
  keepModifiers(): void {
    clearTimeout(this.#resting);
    const doc = this.#host.document;
    if (doc?.trying) {
      doc.restack('modifiers', doc.stack);
      this.sync(doc);
    }
  }

  /**
   * Unites the present mask with another one as shown, subtracts that from it, or keeps what both share, as
   * one step. The other mask stays.
   */
  combineWith(id: string, mode: MaskMode): void {
    this.#compute(COMBINE_STEPS[mode], async (doc, worker, mask) => {
      const painted = doc.gridOf(id);
      const modifiers = maskById(doc.stack, id)?.modifiers;
      if (!painted || !modifiers) {
        return [];
      }
      const other = isPlain(modifiers) ? painted : await worker.modified(painted, modifiers);
      return worker.combine(mask, other, { mode, opacity: 1 });
    });
  }

  /** Adds everything painted in colour to the present mask, wider by `grow` px. */
  addPainted(grow: number): void {
    this.#compute('paint-mask', async (doc, worker, mask) => {
      const paint = doc.paintGrid(ALPHA);
      if (!paint || paint.empty) {
        return [];
      }
      const whole = await worker.modified(paint, { grow, feather: 0, threshold: 1 });
      return worker.combine(mask, whole, { mode: 'add', opacity: 1 });
    });
  }

  /**
   * Fills what is masked in the present mask with colour on the paint layer, as one step.
   * @param color `#rrggbb`.
   * @param opacity 0 to 1.
   */
  fillWithPaint(color: string, opacity: number): void {
    this.keepModifiers();
    this.#host.edit((doc) => {
      const { worker, paintLayer } = this.#host;
      const request = { kind: 'selection', color: rgbOf(color), mode: 'paint', opacity } as const;
      this.#host.busy(
        worker.paint(paintLayer(doc), request, doc.grid).then((changes) => {
          if (this.#host.document === doc) {
            this.#host.edit(() => doc.changePaint('paint-fill', changes));
          }
        }),
      );
      return true;
    });
  }

  /** Fills holes of at most this many px; all of them without a limit. */
  fillHoles(maxArea?: number): void {
    this.#compute('holes', (_, worker, mask) => worker.fillHoles(mask, maxArea));
  }

  /** Removes islands of at most `speckSize` px. */
  removeSpecks(): void {
    const maxArea = this.#speckSize;
    this.#compute('specks', (_, worker, mask) => worker.removeSpecks(mask, maxArea));
  }

  /** Leaves a border `contourWidth` px wide along the edge of the present mask, half outside and half inside. */
  keepContour(): void {
    const width = this.#contourWidth;
    this.#compute('contour', (_, worker, mask) => worker.contour(mask, width));
  }

  /**
   * Puts a picture file into the present mask. Detects whether its alpha or its brightness is the mask; see
   * `importMode`. A file of another size but the same shape is scaled, with a message; one of another shape
   * waits in `asked` for somebody to say how it fits, and one that could be meant in two ways in
   * `askedReading`.
   */
  import(file: Blob): void {
    this.#import({ file, mode: this.#importMode }, null);
  }

  /** Puts the waiting file into the present mask. */
  importAs(fit: MaskFit): void {
    const asked = this.#asked;
    this.#asked = null;
    if (asked) {
      this.#import(asked, fit);
    }
  }

  /** Puts the waiting file into the present mask, read in one of the two ways. */
  readAs(channel: MaskChannel): void {
    const asked = this.#askedReading;
    const reading = asked?.readings.find((one) => one.channel === channel);
    this.#askedReading = null;
    if (asked && reading) {
      this.#compute('load', async (_, worker, mask) => {
        const changes = await worker.combine(mask, reading.grid, { mode: asked.mode, opacity: 1 });
        if (asked.scaled) {
          sayScaled(asked.scaled);
        }
        return changes;
      });
    }
  }

  /** Drops the waiting file, and leaves the mask as it is. */
  cancelImport(): void {
    this.#asked = null;
    this.#askedReading = null;
  }

  #import({ file, mode }: Pick<AskedImport, 'file' | 'mode'>, fit: MaskFit | null): void {
    this.#compute('load', async (doc, worker, mask) => {
      const { width, height } = doc;
      try {
        const found = await worker.importMask(file, { width, height, fit });
        const { sourceWidth, sourceHeight, other } = found;
        const isScaled = fit === null && (sourceWidth !== width || sourceHeight !== height);
        const scaled = isScaled ? { sourceWidth, sourceHeight, width, height } : null;
        if (other) {
          if (this.#host.document === doc) {
            this.#askedReading = { readings: [other, found], mode, scaled };
          }
          return [];
        }
        const changes = await worker.combine(mask, found.grid, { mode, opacity: 1 });
        if (scaled) {
          sayScaled(scaled);
        }
        return changes;
      } catch (error) {
        if (!(error instanceof MaskShapeError)) {
          throw error;
        }
        if (this.#host.document === doc) {
          this.#asked = {
            file,
            mode,
            source: { width: error.width, height: error.height },
            picture: { width, height },
          };
        }
        return [];
      }
    });
  }

  /**
   * Puts the transparency of the picture's own file into the present mask: transparent parts are to be
   * repainted. Read from the bytes, because `/view?channel=a` knows the alpha of RGBA files only (API
   * reference 3). A file without transparent pixels is refused (`no-transparency`).
   */
  takeAlpha(file: Blob): void {
    const mode = this.importMode;
    this.#compute('load', async (doc, worker, mask) => {
      const { width, height } = doc;
      const { grid } = await worker.importMask(file, { width, height, fit: null }, 'alpha');
      if (grid.empty) {
        throw new EditorError('no-transparency');
      }
      return worker.combine(mask, grid, { mode, opacity: 1 });
    });
  }

  #edit(change: (document: MaskDocument) => void): void {
    this.keepModifiers();
    this.#host.edit((doc) => {
      change(doc);
      this.sync(doc);
      return true;
    });
  }

  #restack(tool: string, change: (stack: MaskStack) => MaskStack): void {
    this.#edit((doc) => {
      doc.restack(tool, change(doc.stack));
    });
  }

  /** Has the worker compute the new present mask, and makes one step of it. */
  #compute(
    tool: string,
    work: (
      document: MaskDocument,
      worker: WorkerClient,
      mask: { id: string; grid: MaskDocument['grid'] },
    ) => Promise<TileChange[]>,
  ): void {
    this.keepModifiers();
    this.#host.edit((doc) => {
      const { id } = doc.active;
      const computing = work(doc, this.#host.worker, { id: this.#host.workerId(id), grid: doc.grid });
      this.#host.busy(
        computing.then((changes) => {
          if (this.#host.document === doc && doc.active.id === id) {
            this.#host.edit(() => doc.change(tool, changes));
          }
        }),
      );
      return true;
    });
  }
}

function sayScaled({ sourceWidth, sourceHeight, width, height }: ScaledSizes): void {
  say(t('editor.masks.scaled', { sourceWidth, sourceHeight, width, height }));
}
