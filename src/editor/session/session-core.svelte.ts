import type { EditorPicture, EditorStatus, ToolId } from '../model/editor-types';
import { holdKey } from '../input/shortcuts';
import { HoldMachine } from '../keys/hold-machine';
import { PointedFocus } from '../keys/pointed-focus';
import type { MaskDocument } from '../mask/mask-document';
import type { ImagePyramid } from '../stage/image-pyramid';
import type { StageView } from '../stage/stage-view';
import type { Tool } from '../tools/tool';
import { makeTools } from '../tools/tools';

/**
 * What the parts of an editor session share: the open picture, its mask, the stage that shows them and the
 * tool in hand. Written by the session; its parts read.
 */
export class SessionCore {
  status = $state<EditorStatus>('empty');
  toolId = $state<ToolId>('brush');
  picture = $state.raw<EditorPicture | null>(null);

  /** The open picture's own pixels, small; null until they are there. */
  overview = $state.raw<ImageBitmap | null>(null);

  document: MaskDocument | null = null;
  pyramid: ImagePyramid | null = null;
  /** Of what the pyramid is: the picture's own pixels, or others that are shown in their place. */
  pixels: Blob | string | null = null;
  stage: StageView | null = null;
  container: HTMLElement | null = null;
  /** Counts pictures opened and closed: work begun for an earlier one has no effect. */
  turn = 0;

  readonly tools = makeTools();
  /** Keys that stand for a tool, or hide the mask, while they are down. */
  readonly held = new HoldMachine((event) => holdKey(event));
  /** Controls of the page that a pointer chose last. */
  readonly pointed = new PointedFocus();

  /** The picture can be painted on. */
  get ready(): boolean {
    return this.status === 'ready';
  }

  /** The tool in hand; null with the hand itself, which only moves the picture. */
  get tool(): Tool | null {
    return this.tools.get(this.toolId) ?? null;
  }

  /** Dragging moves or turns the picture, whatever the tool. */
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

  /** The worker knows masks of all pictures by name. */
  workerId(mask: string): string {
    return `${this.turn}:${mask}`;
  }
}
