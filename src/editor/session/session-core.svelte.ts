import type { CopyToolId, EditorPicture, EditorStatus, ToolId } from '../model/editor-types';
import { holdKey } from '../input/shortcuts';
import { HoldMachine } from '../keys/hold-machine';
import { PointedFocus } from '../keys/pointed-focus';
import { PLANES } from '../paint/planes';
import type { MaskDocument } from '../mask/mask-document';
import type { ImagePyramid } from '../stage/image-pyramid';
import type { StageView } from '../stage/stage-view';
import { SmartSelection } from '../smart/smart-selection.svelte';
import { Copies, CopyTool } from '../tools/copy-tool';
import { PlaceTool } from '../tools/place-tool';
import type { Tool } from '../tools/tool';
import { makeTools } from '../tools/tools';
import type { PaintLayerRef } from '../worker/worker-client';
import { KeptWork } from './kept-work';

/** The mask outside of which nothing is painted, for the worker. */
const LIMIT = 'paint:limit';

/**
 * What the parts of an editor session share: the open picture, its mask, the stage that shows them and the
 * tool in hand. The session writes it; the parts read it.
 */
export class SessionCore {
  status = $state<EditorStatus>('empty');
  toolId = $state<ToolId>('brush');
  picture = $state.raw<EditorPicture | null>(null);

  /** A small copy of the open picture's own pixels; null until it is there. */
  overview = $state.raw<ImageBitmap | null>(null);

  document: MaskDocument | null = null;
  pyramid: ImagePyramid | null = null;
  /** What the pyramid shows: the picture's own pixels, or others in their place. */
  pixels: Blob | string | null = null;
  stage: StageView | null = null;
  container: HTMLElement | null = null;
  /** Counts pictures opened and closed: work begun for an earlier one has no effect. */
  turn = 0;

  /** Told to the tool in hand. */
  settingsChanged: () => void = () => undefined;

  /** What a model on the server selects. */
  readonly smart = new SmartSelection();
  /** A picture that is being put on the paint layer. */
  readonly place = new PlaceTool();
  /** What is being copied onto the paint layer. */
  readonly copies = new Copies();
  /** What of both is kept with the draft. */
  readonly kept = new KeptWork(this.place, this.copies);
  readonly tools = makeTools(this.smart, this.place, this.copies);
  /** Keys that stand for a tool, or hide the mask, while held down. */
  readonly held = new HoldMachine((event) => holdKey(event));
  /** The control a pointer last chose on the page. */
  readonly pointed = new PointedFocus();

  /** The picture can be painted on. */
  get ready(): boolean {
    return this.status === 'ready';
  }

  /** The tool in hand; null for the hand, which only moves the picture. */
  get tool(): Tool | null {
    return this.tools.get(this.toolId) ?? null;
  }

  /** Clone or heal, in hand or not. */
  copyTool(id: CopyToolId): CopyTool | null {
    const tool = this.tools.get(id);
    return tool instanceof CopyTool ? tool : null;
  }

  /** Dragging moves or rotates the picture, whatever the tool. */
  get moves(): boolean {
    return this.toolId === 'hand' || this.held.is('pan') || this.held.is('turn');
  }

  /** @throws Error when no picture is open. */
  openDocument(): MaskDocument {
    if (!this.document) {
      throw new Error('no picture is open');
    }
    return this.document;
  }

  /** The id under which the worker knows a mask: unique across pictures. */
  workerId(mask: string, turn = this.turn): string {
    return `${turn}:${mask}`;
  }

  /** Everything the worker may know of the open picture besides its masks. */
  paintIds(): string[] {
    return [...PLANES, LIMIT].map((id) => this.workerId(id));
  }

  /** The paint layer of a picture as the worker knows it. Where nothing is masked, there is no inside. */
  paintLayer(document: MaskDocument, inMask: boolean, turn = this.turn): PaintLayerRef {
    const grids = document.paintPlanes();
    const { composite } = document;
    return {
      planes: PLANES.flatMap((plane, i) => {
        const grid = grids[i];
        return grid ? [{ id: this.workerId(plane, turn), grid }] : [];
      }),
      limit: inMask && !composite.empty ? { id: this.workerId(LIMIT, turn), grid: composite } : null,
    };
  }
}
