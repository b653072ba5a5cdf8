import { type Box, type Point, sideOf, type Viewport } from '../../ui/viewport';
import type { Camera } from '../session/camera.svelte';

/** Where the picture lies under what is laid over the stage; follows every zoom, move and rotation. */
export class StageFollower {
  #at = $state.raw<Viewport>({ scale: 1, x: 0, y: 0 });

  /** Stage px are CSS px. */
  get at(): Viewport {
    return this.#at;
  }

  /** Follows until the returned function is called. */
  follow(camera: Pick<Camera, 'viewport' | 'onMove'>): () => void {
    const read = (): void => {
      this.#at = camera.viewport;
    };
    read();
    return camera.onMove(read);
  }
}

/**
 * CSS of a zero-size element on the picture's corner, rotated and mirrored like the picture: its children lie on it.
 * Those with words are mirrored once more by `--readable`.
 */
export function planeStyle({ x, y, angle = 0, mirrored = false }: Viewport): string {
  const turn = angle === 0 ? '' : `rotate:${angle}rad;`;
  return `left:${x}px;top:${y}px;${turn}${mirrored ? 'scale:-1 1;--readable:-1 1' : ''}`;
}

/** CSS of a box of image px within such a plane. */
export function placed({ scale }: Viewport, box: Box): string {
  return `left:${box.x * scale}px;top:${box.y * scale}px;width:${box.width * scale}px;height:${box.height * scale}px`;
}

/** How far a pointer moved along the picture's own axes, image px, for a movement in CSS px on the page. */
export function alongPicture(viewport: Viewport, dx: number, dy: number): Point {
  const { scale, angle = 0 } = viewport;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return { x: (sideOf(viewport) * (dx * cos + dy * sin)) / scale, y: (dy * cos - dx * sin) / scale };
}

/** By eighths of a turn from the right, clockwise; opposite directions share theirs. */
const RESIZE_CURSORS = ['ew-resize', 'nwse-resize', 'ns-resize', 'nesw-resize'] as const;

/**
 * CSS cursor for dragging in a direction of the picture (x to its right, y down; only the direction counts), as it is
 * seen in the view.
 */
export function resizeCursor(viewport: Pick<Viewport, 'angle' | 'mirrored'>, x: number, y: number): string {
  const seen = Math.atan2(y, sideOf(viewport) * x) + (viewport.angle ?? 0);
  const eighths = Math.round(seen / (Math.PI / 4));
  return RESIZE_CURSORS[((eighths % 4) + 4) % 4] ?? 'move';
}
