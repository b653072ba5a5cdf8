import type { Point } from '../../ui/viewport';
import type { EditorPicture, ToolId } from '../model/editor-types';
import type { PointerDevice } from '../input/pointer-policy';
import type { MaskDocument } from '../mask/mask-document';
import type { DeviceView } from '../stage/device-view';
import type { ToolSettings } from './tool-settings';
import type { MaskRef, WorkerClient } from '../worker/worker-client';

/** The part of the worker that tools use. */
export type ToolWorker = Pick<
  WorkerClient,
  'dropMask' | 'fill' | 'modify' | 'setPicture' | 'wand' | 'wandPreview' | 'warmPicture'
>;

/** Where a pointer is, image px, with its pressure as the device reports it. */
export interface GestureSample extends Point {
  pressure: number;
}

/** Keys held while a gesture goes on. */
export interface GestureKeys {
  /** Shift: a straight line, a square, a circle. */
  straight: boolean;
  /** Ctrl or ⌘: boxes grow from their centre. */
  centre: boolean;
}

/** How a gesture begins. */
export interface GestureStart extends GestureSample, GestureKeys {
  device: PointerDevice;
  /** Takes mask away whatever the tool: right button, a pen's eraser end, or the erase key is held. */
  subtract: boolean;
  /** Keeps of the mask what lies in the area: the erase key and Shift are held. */
  intersect: boolean;
}

/**
 * One press of the primary pointer, from down to up. Painting goes through `frame`, once before every
 * frame, so that a flood of samples costs no more than what is drawn.
 */
export interface Gesture {
  /** Where the pointer has been since, and the keys as at the newest sample; no samples: only keys changed. */
  move: (samples: readonly GestureSample[], keys: GestureKeys) => void;
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
  /** The mask that is painted on, as the worker knows it. */
  readonly mask: MaskRef;
  readonly picture: EditorPicture;
  /** What lies below the mask: the picture's own pixels, or a result's that is shown in their place. */
  readonly pixels: Blob | string;
  readonly worker: ToolWorker;
  readonly settings: Readonly<ToolSettings>;
  /** CSS px per image px. */
  readonly scale: number;
  /** Asks for a frame: the gesture's `frame` is called, then what changed is drawn. */
  requestFrame: () => void;
  /** What the tool draws over the picture changed. */
  overlayChanged: () => void;
  /** Changes the mask in order with undo and other work: once a gesture under way has ended, if there is one. */
  edit: (change: (document: MaskDocument) => boolean) => void;
  /** Changes settings for good. */
  set: (change: (settings: ToolSettings) => void) => void;
  /** Marks the editor as busy until the work is through; a failure is shown to the person. */
  busy: (work: Promise<void>) => void;
}

/** What is begun with a tool and no gesture holds, such as the corners of a polygon. */
export interface Unfinished {
  /** Mask can be made of it as it is. */
  readonly complete: boolean;
  /** Makes mask of it, if it is complete. */
  finish: (host: ToolHost) => void;
  /** Takes the newest part of it back. */
  back: (host: ToolHost) => void;
  /** As if it had not been begun. */
  drop: (host: ToolHost) => void;
}

/** A way the primary pointer works on the mask. One object for each session; it keeps what outlives a gesture. */
export interface Tool {
  readonly id: ToolId;
  /** What is drawn at the pointer: the rings of the brush, or a small cross. */
  readonly cursor: 'brush' | 'cross';
  /** What is begun and not done: undo goes there first. Changes are told by `overlayChanged`. */
  readonly unfinished?: Unfinished | null;
  /** How Space and Enter work: held for the length of the gesture, or once to begin and once to end. */
  readonly keyboard: 'hold' | 'toggle';
  /** The tool is chosen, or a picture opened with it. */
  enter?: (host: ToolHost) => void;
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
