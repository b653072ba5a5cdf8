import type { AreaTool, CombineChoice } from '../model/editor-types';
import { type MaskShape, rasterShape } from '../mask/coverage';
import { MaskGrid } from '../mask/mask-grid';
import type { GestureStart, ToolHost } from './tool';

/** How a gesture combines with the mask: keys and buttons override the setting. */
export function combineOf(
  start: Pick<GestureStart, 'subtract' | 'intersect'>,
  choice: CombineChoice,
): CombineChoice {
  return start.intersect ? 'intersect' : start.subtract ? 'subtract' : choice;
}

let selections = 0;

/**
 * Combines an outlined area with the mask, using its tool's settings. A soft edge is computed off the main
 * thread; everything else happens at once.
 */
export function applyShape(host: ToolHost, tool: AreaTool, shape: MaskShape, mode: CombineChoice): void {
  const { document: doc, settings } = host;
  const { antialias, feather, opacity } = settings.areas[tool];
  const selection = rasterShape(shape, doc, !antialias);
  if (feather === 0) {
    host.edit((now) => now.combine(tool, selection, mode, opacity));
    return;
  }
  host.busy(
    feathered(host, selection, feather).then((soft) => {
      host.edit((now) => now.combine(tool, soft, mode, opacity));
    }),
  );
}

async function feathered(host: ToolHost, selection: MaskGrid, feather: number): Promise<MaskGrid> {
  const id = `selection-${++selections}`;
  try {
    const changes = await host.worker.modify(
      { id, grid: selection },
      { grow: 0, feather: Math.round(feather), threshold: null },
    );
    const soft = new MaskGrid(selection.width, selection.height);
    for (const { index, tile } of changes ?? []) {
      soft.put(index, tile && soft.normal(index, tile));
    }
    return soft;
  } finally {
    host.worker.dropMask(id);
  }
}
