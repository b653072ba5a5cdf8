import type { FileRef } from '../../comfy/file-ref';
import type { TipShape } from '../mask/brush';
import type { PixelRect } from '../mask/rect';
import type { RampShape } from '../mask/ramp';

/** Tools that add or remove mask. */
export type PaintTool = 'brush' | 'eraser';
/** Tools that draw an outline around what to mask. */
export type AreaTool = 'rect' | 'ellipse' | 'lasso' | 'polygon';
/** Tools that select an object up to its edges: painted over, or boxed in. */
export type QuickTool = 'quick' | 'quickBox';
/** Brushes of the paint layer above the picture: they paint colour, or take it away. */
export type PaintBrushTool = 'paint' | 'paintEraser';
/** Brushes of the paint layer that copy what is seen elsewhere: as it is, or fitted in. */
export type CopyToolId = 'clone' | 'heal';
/** Tools that change the paint layer. */
export type PaintLayerTool = PaintBrushTool | CopyToolId | 'paintFill' | 'paintGradient' | 'place';
/** What the primary pointer does. `hand` moves the picture. */
export type ToolId =
  | PaintTool
  | AreaTool
  | 'fill'
  | 'gradient'
  | 'wand'
  | 'range'
  | QuickTool
  | 'smart'
  | PaintLayerTool
  | 'hand';
/** How a tool's selection combines with the mask: more, less, or only what both hold. */
export type CombineChoice = 'add' | 'subtract' | 'intersect';

/** Settings of one painting tool. Each tool keeps its own. */
export interface BrushSettings {
  /** Diameter, or side of a square tip, 1 to 2000: in image px, or in CSS px when sizes follow the screen. */
  size: number;
  tip: TipShape;
  /** 0 = falls off from the centre, 1 = hard with a 1 px anti-aliased edge. */
  hardness: number;
  /** Strongest effect of one stroke, 0 to 1. Overlaps inside a stroke never add up. */
  opacity: number;
  /** 0 = the line goes exactly where the pointer went, 1 = as smooth as possible. */
  smoothing: number;
  /** No soft pixels at all: 0 or 255. */
  binary: boolean;
}

/** Settings of a tool whose selection combines with the mask. */
export interface SelectionSettings {
  combine: CombineChoice;
}

/** Settings of a tool that outlines an area. */
export interface AreaSettings extends SelectionSettings {
  /** 0 to 1. */
  opacity: number;
  /** Edge pixels are covered by the share of them that lies inside. */
  antialias: boolean;
  /** Width of a soft edge, image px to both sides, 0 to 256. */
  feather: number;
}

/** Settings of the bucket. */
export interface FillSettings extends SelectionSettings {
  /** 0 to 1. */
  opacity: number;
}

/** Settings of the magic wand. */
export interface WandSettings extends SelectionSettings {
  /** 0 to 1. */
  opacity: number;
  /** Largest colour difference, 0 to 100 (OKLab distance × 100). */
  tolerance: number;
  /** Only what is connected to the clicked pixel. */
  contiguous: boolean;
  antialias: boolean;
  /** Stops at what is already masked. */
  avoidPainted: boolean;
}

/** Settings of the selection by a range of colours or of brightness. */
export interface RangeSettings extends SelectionSettings {
  /** 0 to 1. */
  opacity: number;
  kind: 'color' | 'light';
  /** The colour that is wanted, `#rrggbb`. */
  color: string;
  /** How far a colour may be away from it, 0 to 100 (OKLab distance × 100). */
  tolerance: number;
  /** Brightnesses that are wanted, 0 black to 100 white (OKLab lightness × 100), in either order. */
  from: number;
  to: number;
  /** Over how much more the selection fades, 0 to 100. */
  softness: number;
}

/** Settings of the gradient on the mask. */
export interface GradientSettings extends SelectionSettings {
  /** Where the gradient begins, 0 to 1. */
  opacity: number;
  shape: RampShape;
}

/** Settings of quick select, shared by its two tools. */
export interface QuickSettings extends SelectionSettings {
  /** 0 to 1. */
  opacity: number;
  /** Diameter of the brush, as in `BrushSettings`. */
  size: number;
  /** 0 to 1: how weak an edge may be to stop the selection. */
  sensitivity: number;
  antialias: boolean;
}

/** Settings of the paint layer, shared by its tools. */
export interface PaintLayerSettings {
  /** `#rrggbb` */
  color: string;
  /** Diameter of the brush, as in `BrushSettings`. */
  size: number;
  tip: TipShape;
  /** 0 to 1, as in `BrushSettings`. */
  hardness: number;
  /** Of a stroke, 0 to 1. */
  opacity: number;
  /** Of the whole layer, 0 to 1: as it is seen, and as the model starts from it. */
  layer: number;
  /** By how much the mask of what is painted is wider than the paint, px. */
  grow: number;
  /** Nothing is painted outside the mask; where nothing is masked, there is no inside. */
  inMask: boolean;
  /** Of the bucket: largest colour difference, as in `WandSettings`. */
  tolerance: number;
  /** Of the bucket: only what is connected to the clicked pixel. */
  contiguous: boolean;
  shape: RampShape;
  /** Whether a gradient ends in the second colour; otherwise in nothing. */
  toSecond: boolean;
  /** `#rrggbb` */
  second: string;
  /** The next press takes the colour that is there. Not kept. */
  pick: boolean;
  /** The next press of clone or heal says where they copy from. Not kept. */
  fromHere: boolean;
}

/** Settings of smart select, which a model on the server does. */
export interface SmartSettings extends SelectionSettings {
  /** 0 to 1. */
  opacity: number;
  /** 0 to 1: how sure the model must be of what words name. */
  threshold: number;
  /** 0 to 5: passes that make the edge more exact. */
  refine: number;
}

/** A picture to be masked. The mask has exactly its size. */
export interface EditorPicture {
  /** The untouched original on the server: becomes `original_ref`, and identifies the draft. */
  ref: FileRef;
  /** The pixels to show: an encoded image, or a same-origin URL of one (ask `/view` with `channel=rgb`). */
  source: Blob | string;
  /** The same with its own transparency, if it has any; `source` shows the colours beneath. */
  clear?: Blob;
  /**
   * The file with the alpha channel that results keep: `clear`, or one that may turn out to be opaque. Absent
   * when there is none.
   */
  alpha?: Blob;
  /** Size in image px, which the mask must have. */
  width: number;
  height: number;
  /**
   * The server's LoadImage reads the file as it is shown here, pixel for pixel and as one picture, so the
   * mask may be sent separately. Unknown counts as no.
   */
  readable?: boolean;
  /** What is worth saying about the file; absent when nothing is. */
  notes?: readonly PictureNote[];
}

/**
 * Something a person should know about a file. `turned`: an upright copy is edited. `cmyk`, `profile` and
 * `converted`: a copy in screen colours (sRGB) is edited. `sixteen-bit`: results have 8 bits. `first-frame`:
 * the rest of the animation is left out. `transparent`: it has an alpha channel of its own.
 */
export type PictureNote =
  'turned' | 'cmyk' | 'profile' | 'converted' | 'sixteen-bit' | 'first-frame' | 'transparent';

/** The mask as a file. */
export interface MaskExport {
  /** A PNG with alpha 0 = repaint, 255 = keep; 8-bit palette unless asked otherwise. */
  blob: Blob;
  /** 16 hex digits over size and pixels: equal masks have equal hashes, in every browser. */
  hash: string;
  /** px. */
  width: number;
  height: number;
  /** True when nothing is to be repainted. */
  empty: boolean;
  /** Around everything to be repainted, px; null when nothing is. */
  bounds: PixelRect | null;
  /** Around each part of it that touches no other, px, a little too large; absent where nobody looked. */
  islands?: readonly PixelRect[];
  /** The `mask.rev` of the session that this file holds. */
  rev: number;
}

export type EditorStatus = 'empty' | 'opening' | 'ready' | 'failed';

/** Why a picture could not be opened or a mask not be read. The room puts it into words. */
export type EditorErrorCode =
  /** The picture could not be fetched. Facts: `status` (HTTP) or `reason`. */
  | 'fetch-failed'
  /** The browser cannot show it. Facts: `reason`. */
  | 'decode-failed'
  /** Not a picture at all. */
  | 'not-a-picture'
  /** A picture this browser cannot read. Facts: `format`. */
  | 'unsupported-picture'
  /** Empty, or cut short. Facts: `bytes`. */
  | 'damaged'
  /**
   * Its size differs from the stated one (EXIF rotation?). Facts: `width`, `height`, `shownWidth`,
   * `shownHeight`.
   */
  | 'size-mismatch'
  /** Larger than browsers can hold. Facts: `width`, `height`. */
  | 'too-large'
  /** Not a PNG, or one that ends too early. Facts: `reason`. */
  | 'mask-not-png'
  /** Not 8 bit, or interlaced. Facts: `reason`. */
  | 'mask-unsupported-png'
  /** Facts: `width`, `height` of the file, `wantedWidth`, `wantedHeight`. */
  | 'mask-size-mismatch'
  /** Every pixel of the picture is opaque: there is no transparency to take. */
  | 'no-transparency'
  /** Work on the mask failed. Facts: `reason`. */
  | 'work-failed'
  /** What undo or redo needs is gone from the browser's storage. Facts: `reason`. */
  | 'history-lost';

/** An error with its facts: sizes in px, an HTTP status, or the browser's own words. */
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

/**
 * Whether finished strokes reach the browser's storage. `none`: nothing to store so far; `unavailable`: the
 * browser stores nothing.
 */
export type DraftState = 'none' | 'saving' | 'saved' | 'unavailable';

/** Verbs that a key, a button or the command palette can invoke. */
export type EditorCommand =
  | `tool.${ToolId}`
  /** Swaps brush and eraser; with other tools, adding and subtracting. */
  | 'tool.swap'
  | `combine.${CombineChoice}`
  /** Switches between image px and screen px. */
  | 'brush.unit'
  /** The next press of clone or heal says where they copy from. */
  | 'brush.source'
  /** Switches between a round and a square tip. */
  | 'brush.tip'
  | 'brush.smaller'
  | 'brush.larger'
  | 'brush.softer'
  | 'brush.harder'
  /** Smooths the line less or more. */
  | 'brush.rougher'
  | 'brush.smoother'
  | `brush.opacity.${10 | 20 | 30 | 40 | 50 | 60 | 70 | 80 | 90 | 100}`
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
  /** A quarter turn of the view. */
  | 'view.rotateLeft'
  | 'view.rotateRight'
  /** Upright again. */
  | 'view.rotateReset'
  /** Swaps left and right of the view. */
  | 'view.mirror'
  /** Switches between the mask over the picture and the mask alone. */
  | 'view.maskOnly';

/** Where the view looks: `fit` the picture, `mask` the painted part, `100%`, or a scale (1 = 100 %). */
export type ZoomTarget = 'fit' | 'mask' | '100%' | number;

/** What the stage shows. `image` hides the mask, `mask` shows it alone in black and white. */
export type ViewMode = 'overlay' | 'image' | 'mask';

/** How the mask is filled: a flat tint, or diagonal lines that leave the picture visible between them. */
export type MaskStyle = 'tint' | 'hatch';

/** Greys behind transparent pixels. */
export type CheckerTone = 'dark' | 'mid' | 'light';

/** What the wheel, or two fingers on a touchpad, does without a key. */
export type WheelChoice = 'zoom' | 'move';

/** How a person wants to see picture and mask, besides colour and opacity; kept in this browser. */
export interface ViewSettings {
  style: MaskStyle;
  /** A moving outline where the mask is half or more. */
  ants: boolean;
  /** Lines between pixels from 800 % on. */
  grid: boolean;
  checker: CheckerTone;
  wheel: WheelChoice;
}

/** Bytes the editor holds besides the picture. */
export interface EditorBytes {
  tiles: number;
  mips: number;
  history: number;
  stroke: number;
  /** Canvases of visible tiles. */
  canvases: number;
}
