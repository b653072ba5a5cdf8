import type { EditorBytes, EditorPicture, EditorStatus, MaskExport, ToolId } from '../model/editor-types';
import type { PaintExport } from '../paint/paint-png';
import type { PixelRect } from '../mask/rect';
import type { EditorSession } from './editor-session.svelte';

/** What browser tests and benchmarks see and control of the painting session. */
export interface EditorProbe extends Pick<EditorSession, 'camera' | 'masks' | 'options'> {
  readonly status: EditorStatus;
  readonly picture: EditorPicture | null;
  readonly tool: ToolId;
  readonly rev: number;
  readonly coverage: number | null;
  /** Slow work is under way. */
  readonly working: boolean;
  open: (picture: EditorPicture) => Promise<void>;
  setTool: (tool: ToolId) => void;
  undo: () => void;
  redo: () => void;
  clear: () => void;
  invert: () => void;
  maskBounds: () => PixelRect | null;
  readMask: (rect: PixelRect) => Uint8Array;
  exportMask: () => Promise<MaskExport>;
  loadMask: (png: Uint8Array) => Promise<void>;
  exportPaint: () => Promise<PaintExport | null>;
  bytes: () => EditorBytes;
}

declare global {
  interface Window {
    /** The painting session of a page opened with `?darkroom-test`. */
    __darkroomEditor?: EditorProbe;
  }
}

/** Lets tests and benchmarks reach the session on pages opened for them. */
export function exposeSession(session: EditorSession): void {
  if (typeof location !== 'undefined' && new URLSearchParams(location.search).has('darkroom-test')) {
    window.__darkroomEditor = probe(session);
  }
}

function probe(session: EditorSession): EditorProbe {
  const { camera, masks, options, mask, tool, history, edits, work } = session;
  return {
    camera,
    masks,
    options,
    get status() {
      return session.status;
    },
    get picture() {
      return session.picture;
    },
    get tool() {
      return tool.id;
    },
    get rev() {
      return mask.rev;
    },
    get coverage() {
      return mask.coverage;
    },
    get working() {
      return work.busy;
    },
    open: (picture) => session.open(picture),
    setTool: (id) => {
      tool.choose(id);
    },
    undo: () => {
      history.undo();
    },
    redo: () => {
      history.redo();
    },
    clear: () => {
      edits.clear();
    },
    invert: () => {
      edits.invert();
    },
    maskBounds: () => mask.bounds(),
    readMask: (rect) => mask.read(rect),
    exportMask: () => session.exportMask(),
    loadMask: (png) => session.loadMask(png),
    exportPaint: () => session.exportPaint(),
    bytes: () => session.bytes(),
  };
}
