import type { Point } from '../../ui/viewport';
import type { EditorPicture, ToolId } from '../model/editor-types';
import type { PointerDevice } from '../input/pointer-policy';
import type { MaskDocument } from '../mask/mask-document';
import type { MipChain } from '../mask/mips';
import type { PixelRect } from '../mask/rect';
import type { DeviceView } from '../stage/device-view';
import type { ToolSettings } from './tool-settings';
import type { MaskRef, PaintLayerRef, WorkerClient } from '../worker/worker-client';

/** The part of the worker that tools use. */
export type ToolWorker = Pick<
  WorkerClient,
  | 'colorAt'
  | 'combine'
  | 'dropMask'
  | 'fill'
  | 'gradient'
  | 'importMask'
  | 'modify'
  | 'paint'
  | 'quick'
  | 'quickPrepare'
  | 'quickPreview'
  | 'range'
  | 'rangePreview'
  | 'setPicture'
  | 'wand'
  | 'wandPreview'
  | 'warmPicture'
>;

/** A pointer position, image px, with its pressure as the device reports it. */
export interface GestureSample extends Point {
  pressure: number;
}

/** Keys held during a gesture. */
export interface GestureKeys {
  /** Shift: a straight line, a square, a circle. */
  straight: boolean;
  /** Ctrl or ⌘: boxes grow from their centre. */
  centre: boolean;
}

/** How a gesture begins. */
export interface GestureStart extends GestureSample, GestureKeys {
  device: PointerDevice;
  /** Removes mask whatever the tool: right button, a pen's eraser end, or the erase key is held. */
  subtract: boolean;
  /** Keeps only the mask inside the area: the erase key and Shift are held. */
  intersect: boolean;
}

/**
 * One press of the primary pointer, from down to up. Painting goes through `frame`, once before every frame,
 * so that a flood of samples costs no more than what is drawn.
 */
export interface Gesture {
  /**
   * The positions since the last call, and the keys as of the newest sample; no samples: only keys changed.
   */
  move: (samples: readonly GestureSample[], keys: GestureKeys) => void;
  /** Brings what is shown up to date with the samples. */
  frame: () => void;
  /** The pointer went up: the gesture becomes part of the mask. */
  end: () => void;
  /** Discards the gesture. */
  cancel: () => void;
}

/** What a tool may use of the session. */
export interface ToolHost {
  readonly document: MaskDocument;
  /** The mask that is painted on, as the worker knows it. */
  readonly mask: MaskRef;
  readonly picture: EditorPicture;
  /** The paint layer as the worker knows it; with a limit where paint is to stay inside the mask. */
  readonly paint: PaintLayerRef;
  /** What lies below the mask: the picture's own pixels, or those of a result shown in their place. */
  readonly pixels: Blob | string;
  readonly worker: ToolWorker;
  readonly settings: Readonly<ToolSettings>;
  /** CSS px per image px. */
  readonly scale: number;
  /** The part of the picture in view, image px. */
  readonly visible: PixelRect;
  /** Asks for a frame: the gesture's `frame` is called, then what changed is drawn. */
  requestFrame: () => void;
  /** Call when what the tool draws over the picture changed. */
  overlayChanged: () => void;
  /** Call when what the tool shows on the paint layer changed: as a whole, or in a part, image px. See `Tool.float`. */
  floatChanged: (rect?: PixelRect) => void;
  /** Call when what is to become paint began, changed or ended: it is kept with the draft. */
  pendingChanged: () => void;
  /** Changes the mask in order with undo and other work: after the gesture in progress, if there is one. */
  edit: (change: (document: MaskDocument) => boolean) => void;
  /** Changes settings and stores them. */
  set: (change: (settings: ToolSettings) => void) => void;
  /** Marks the editor as busy until the work is done; shows a failure to the person. */
  busy: (work: Promise<void>) => void;
}

/** What a tool has begun and no gesture holds, such as the corners of a polygon. */
export interface Unfinished {
  /** It can become mask as it is. */
  readonly complete: boolean;
  /** Turns it into mask, if it is complete. */
  finish: (host: ToolHost) => void;
  /** Takes back its newest part. */
  back: (host: ToolHost) => void;
  /** Discards it. */
  drop: (host: ToolHost) => void;
}

/** What a tool shows above the paint layer and below the mask before it is part of the layer. */
export interface Float {
  /** It is shown as far as this is painted; null: everywhere. */
  readonly within: MipChain | null;
  /**
   * Draws it in device px.
   * @param seen draws the picture with its paint, as it lies in a view.
   */
  draw: (context: CanvasRenderingContext2D, view: DeviceView, seen: DrawView) => void;
}

/** Draws something as it lies in a view, device px. */
export type DrawView = (context: CanvasRenderingContext2D, view: DeviceView) => void;

/** A way the primary pointer works on the mask. One object per session; it keeps what outlives a gesture. */
export interface Tool {
  readonly id: ToolId;
  /** What is drawn at the pointer: the rings of the brush, or a small cross. */
  readonly cursor: 'brush' | 'cross';
  /** What is begun but not done: undo goes there first. Call `overlayChanged` when it changes. */
  readonly unfinished?: Unfinished | null;
  /** How Space and Enter work: held for the length of the gesture, or once to begin and once to end. */
  readonly keyboard: 'hold' | 'toggle';
  /** The tool was chosen, or a picture was opened with it. */
  enter?: (host: ToolHost) => void;
  /**
   * The pointer goes down. Its position comes again as the first sample of `move`. Null: nothing to follow.
   */
  begin: (start: GestureStart, host: ToolHost) => Gesture | null;
  /** The pointer moves without being down; null when it has left. */
  hover?: (at: Point | null, host: ToolHost) => void;
  /** A setting changed, whichever it was. */
  changed?: (host: ToolHost) => void;
  /** Sees a key press before any shortcut does. True when the tool took it. */
  key?: (event: KeyboardEvent, host: ToolHost) => boolean;
  /** Draws over the picture, in device px; called once per frame in which the overlay is drawn. */
  draw?: (context: CanvasRenderingContext2D, view: DeviceView, ratio: number) => void;
  /** Undo, while its last work is still being done: drops that work. True when there was any. */
  recall?: (host: ToolHost) => boolean;
  /** What it is about to put on the paint layer, from bottom to top; null when there is nothing. */
  readonly float?: Float | readonly Float[] | null;
  /** Another tool or (`closing`) another picture is coming: what is pending is dropped. */
  leave?: (closing: boolean) => void;
}
