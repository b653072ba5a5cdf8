import type { PatchLevel } from './patch-level';

const SWEEPS = 220;
const OVERSHOOT = 1.88;

/**
 * Fills the hole with the structure of the matched patches and the colours of its edge: neighbouring pixels
 * differ as in the patches, without a seam at the edge (Poisson blending). RGB of the whole level.
 */
export function blendIntoRim(level: PatchLevel): Float32Array {
  const { width, height, hole } = level;
  const answer = level.pixels.slice();
  const unknown: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (hole[y * width + x]) {
        unknown.push(y * width + x);
      }
    }
  }
  const links = unknown.map((at) => linksOf(level, at));
  const pulls = links.map((own, index) => wantedPull(level, unknown[index] as number, own));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let index = 0; index < unknown.length; index++) {
      relax(answer, (unknown[index] as number) * 3, links[index] as number[], pulls[index] as number[]);
    }
  }
  return answer;
}

/** Index offsets of the neighbours inside the picture. */
function linksOf({ width, height }: PatchLevel, at: number): number[] {
  const x = at % width;
  const y = (at - x) / width;
  const steps: number[] = [];
  if (x > 0) {
    steps.push(-1);
  }
  if (x + 1 < width) {
    steps.push(1);
  }
  if (y > 0) {
    steps.push(-width);
  }
  if (y + 1 < height) {
    steps.push(width);
  }
  return steps;
}

/** The target difference between the pixel and its neighbours, summed per channel. */
function wantedPull(level: PatchLevel, at: number, steps: readonly number[]): number[] {
  const sum = [0, 0, 0];
  for (const step of steps) {
    for (let c = 0; c < 3; c++) {
      const ours = rise(level, level.sources[at] as number, step, c);
      const theirs = rise(level, level.sources[at + step] ?? -1, -step, c);
      const wanted = ours === null ? -(theirs ?? 0) : theirs === null ? ours : (ours - theirs) / 2;
      sum[c] = (sum[c] as number) + wanted;
    }
  }
  return sum;
}

/** How much a source exceeds its neighbour one step away; `null` without a source. */
function rise({ pixels }: PatchLevel, source: number, step: number, c: number): number | null {
  return source < 0 ? null : (pixels[source * 3 + c] as number) - (pixels[(source + step) * 3 + c] as number);
}

function relax(answer: Float32Array, at: number, steps: readonly number[], pull: readonly number[]): void {
  for (let c = 0; c < 3; c++) {
    let sum = pull[c] as number;
    for (const step of steps) {
      sum += answer[at + c + step * 3] as number;
    }
    const before = answer[at + c] as number;
    answer[at + c] = before + OVERSHOOT * (sum / steps.length - before);
  }
}
