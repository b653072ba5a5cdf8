import type { ApiGraph } from '../comfy/graph';
import type { JobGraph } from '../jobs/state/job';

/** Three quarters of each side need little more than half of the memory. */
const SHARE = 0.75;
/** Sides stay multiples of this, which every model takes, and no smaller than four of them, px. */
const STEP = 64;

/**
 * The same job with fewer pixels and one picture at a time, for when memory ran out; `null` when its size is not
 * written into the graph, as when it repaints a picture.
 */
export function smaller(job: JobGraph): JobGraph | null {
  let changed = false;
  const graph: ApiGraph = Object.fromEntries(
    Object.entries(job.graph).map(([id, node]) => {
      const { width, height, batch_size } = node.inputs;
      // Other nodes with a size, such as those that scale back, must keep theirs.
      if (!/latent/i.test(node.class_type) || typeof width !== 'number' || typeof height !== 'number') {
        return [id, node];
      }
      const side = (length: number): number => {
        const less = Math.max(STEP * 4, Math.floor((length * SHARE) / STEP) * STEP);
        return Math.min(length, less);
      };
      const less = {
        width: side(width),
        height: side(height),
        ...(typeof batch_size === 'number' ? { batch_size: 1 } : {}),
      };
      changed ||= less.width < width || less.height < height || Number(batch_size ?? 1) > 1;
      return [id, { ...node, inputs: { ...node.inputs, ...less } }];
    }),
  );
  return changed ? { graph, pngInfo: withoutSweep(job.pngInfo) } : null;
}

/** A picture of another size is no run of its sweep: those differ by what is swept alone. */
function withoutSweep(pngInfo: JobGraph['pngInfo']): JobGraph['pngInfo'] {
  const { darkroom } = pngInfo;
  if (
    typeof darkroom !== 'object' ||
    darkroom === null ||
    Array.isArray(darkroom) ||
    !('sweep' in darkroom)
  ) {
    return pngInfo;
  }
  const { sweep: _, ...rest } = darkroom;
  return { ...pngInfo, darkroom: rest };
}
