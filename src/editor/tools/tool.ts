import type { Point } from '../../ui/viewport';
import type { PointerDevice } from '../input/pointer-policy';
import type { MaskDocument } from '../mask/mask-document';
import type { DeviceView } from '../stage/device-view';
import type { ToolSettings } from '../tool-settings';
import type { WorkerClient } from '../worker/worker-client';
import type { EditorPicture, ToolId } from '../editor-types';

/** Where a pointer is, image px, with its pressure as the device reports it. */
export interface GestureSample extends Point {
  pressure: number;
}

/** How a gesture begins. */
export interface GestureStart extends GestureSample {
  device: PointerDevice;
  /** Takes mask away whatever the tool: right button, a pen's eraser end, or the erase key is held. */
  subtract: boolean;
  /** Shift is held: a straight line, a square, a circle. */
  straight: boolean;
}

/**
 * One press of the primary pointer, from down to up. Painting goes through `frame`, once before every
 * frame, so that a flood of samples costs no more than what is drawn.
 */
export interface Gesture {
  /** Where the pointer has been since; `straight` as at the newest sample. */
  move: (samples: readonly GestureSample[], straight: boolean) => void;
  /** Brings what is shown up to date with the samples. */
  frame: () => void;
  /** The pointer went up: what was done becomes part of the mask. */
  end: () => void;
  /** As if it had not been. */
  cancel: () => void;
}

/** What a tool may use of the session. */
export interface ToolHost {
  readonly document: MaskDocument;
  readonly picture: EditorPicture;
  readonly worker: WorkerClient;
  readonly settings: Readonly<ToolSettings>;
  /** CSS px per image px. */
  readonly scale: number;
  /** Asks for a frame: the gesture's `frame` is called, then what changed is drawn. */
  requestFrame: () => void;
  /** What the tool draws over the picture changed. */
  overlayChanged: () => void;
  /** Changes the mask in order with undo and other work. */
  edit: (change: (document: MaskDocument) => boolean) => void;
  /** Marks the editor as busy until the work is through; a failure is shown to the person. */
  busy: (work: Promise<void>) => void;
}

/** A way the primary pointer works on the mask. One object for each session; it keeps what outlives a gesture. */
export interface Tool {
  readonly id: ToolId;
  /** What is drawn at the pointer: the rings of the brush, or a small cross. */
  readonly cursor: 'brush' | 'cross';
  /** Something is begun that no gesture holds, such as the corners of a polygon. */
  readonly pending?: boolean;
  /** The pointer goes down. Its place comes again as the first sample of `move`. Null: nothing to follow. */
  begin: (start: GestureStart, host: ToolHost) => Gesture | null;
  /** The pointer moves without being down; null when it has left. */
  hover?: (at: Point | null, host: ToolHost) => void;
  /** A key press before any shortcut sees it. True when the tool took it. */
  key?: (event: KeyboardEvent, host: ToolHost) => boolean;
  /** Draws over the picture, in device px; called once per frame in which the overlay is drawn. */
  draw?: (context: CanvasRenderingContext2D, view: DeviceView, ratio: number) => void;
  /** Another tool comes, or (`closing`) another picture: what is pending goes. */
  leave?: (closing: boolean) => void;
}
