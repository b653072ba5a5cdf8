import type { FileRef } from '../comfy/file-ref';

/** Tools that put or remove mask. */
export type PaintTool = 'brush' | 'eraser';
/** What the primary pointer does. `hand` moves the picture. */
export type ToolId = PaintTool | 'hand';

/** Settings of one painting tool. Each tool keeps its own. */
export interface BrushSettings {
  /** Diameter in image px, 1 to 2000. */
  size: number;
  /** 0 = falls off from the centre, 1 = hard with a 1 px anti-aliased edge. */
  hardness: number;
  /** Strongest effect of one stroke, 0 to 1. Overlaps inside a stroke never add up. */
  opacity: number;
}

/** How pen pressure acts. Mouse and finger always count as full pressure. */
export interface PressureSettings {
  toSize: boolean;
  toOpacity: boolean;
  /** -1 soft (light touch is enough) … 0 linear … 1 firm. */
  curve: number;
  /** Size or opacity at no pressure, as a fraction of the full one, 0 to 1. */
  minimum: number;
}

/** A picture to be masked. The mask has exactly its size. */
export interface EditorPicture {
  /** The pristine original on the server: becomes `original_ref`, and keys the draft. */
  ref: FileRef;
  /** The pixels to show: an encoded image, or a same-origin URL of one (ask `/view` with `channel=rgb`). */
  source: Blob | string;
  /** Size in image px, as the mask must have it. */
  width: number;
  height: number;
}

/** Whole pixels, half open: `x0 ≤ x < x1`. */
export interface PixelRect {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** The mask as a file for `/upload/mask`: an 8-bit palette PNG, alpha 0 = repaint, 255 = keep. */
export interface MaskExport {
  blob: Blob;
  /** 16 hex digits over size and pixels: equal masks have equal hashes, in every browser. */
  hash: string;
  width: number;
  height: number;
  /** True when nothing is to be repainted. */
  empty: boolean;
  /** The session's `rev` this export shows. */
  rev: number;
}

export type EditorStatus = 'empty' | 'opening' | 'ready' | 'failed';

/** Why a picture could not be opened or a mask not be read. The room words it. */
export type EditorErrorCode =
  | 'fetch-failed'
  | 'decode-failed'
  | 'size-mismatch'
  | 'too-large'
  | 'mask-not-png'
  | 'mask-unsupported-png'
  | 'mask-size-mismatch';

/** A refusal with its facts: sizes in px, an HTTP status, or the browser's own words. */
export class EditorError extends Error {
  override readonly name = 'EditorError';

  constructor(
    readonly code: EditorErrorCode,
    readonly facts: Readonly<Record<string, string | number>> = {},
    cause?: unknown,
  ) {
    super(code, { cause });
  }
}

/** Whether finished strokes reach the browser's storage. */
export type DraftState = 'none' | 'saving' | 'saved' | 'unavailable';

/** Verbs a key, a button or the command palette may ask for. */
export type EditorCommand =
  | 'tool.brush'
  | 'tool.eraser'
  | 'tool.hand'
  | 'tool.swap'
  | 'brush.smaller'
  | 'brush.larger'
  | 'brush.softer'
  | 'brush.harder'
  | `brush.opacity.${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}0`
  | 'history.undo'
  | 'history.redo'
  | 'mask.all'
  | 'mask.clear'
  | 'mask.invert'
  | 'view.fit'
  | 'view.actual'
  | 'view.mask'
  | 'view.in'
  | 'view.out'
  | 'view.maskOnly';

/** Where the view looks: `fit` the picture, `mask` the painted part, `100%`, or a scale (1 = 100 %). */
export type ZoomTarget = 'fit' | 'mask' | '100%' | number;

/** What the stage shows. `image` hides the mask, `mask` shows it alone in black and white. */
export type ViewMode = 'overlay' | 'image' | 'mask';
