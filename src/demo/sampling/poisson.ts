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
  for (let at = 0; at < width * height; at++) {
    if (hole[at]) {
      unknown.push(at);
    }
  }
  const links = unknown.map((at) => linksOf(level, at));
  const pulls = Float64Array.from(
    unknown.flatMap((at, index) => wantedPull(level, at, links[index] as number[])),
  );
  const isInner = Uint8Array.from(links, ({ length }) => (length === 4 ? 1 : 0));
  const places = Int32Array.from(unknown, (at) => at * 3);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let index = 0; index < places.length; index++) {
      const at = places[index] as number;
      if (isInner[index]) {
        relaxInner(answer, at, width * 3, pulls, index * 3);
      } else {
        relax(answer, at, links[index] as number[], pulls, index * 3);
      }
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

/** As `relax`, for a pixel with all four neighbours: nearly every one, 220 times. */
function relaxInner(
  answer: Float32Array,
  at: number,
  row: number,
  pulls: Float64Array,
  pullAt: number,
): void {
  for (let c = 0; c < 3; c++) {
    const i = at + c;
    const sum =
      (pulls[pullAt + c] as number) +
      (answer[i - 3] as number) +
      (answer[i + 3] as number) +
      (answer[i - row] as number) +
      (answer[i + row] as number);
    const before = answer[i] as number;
    answer[i] = before + OVERSHOOT * (sum * 0.25 - before);
  }
}

function relax(
  answer: Float32Array,
  at: number,
  steps: readonly number[],
  pulls: Float64Array,
  pullAt: number,
): void {
  for (let c = 0; c < 3; c++) {
    let sum = pulls[pullAt + c] as number;
    for (const step of steps) {
      sum += answer[at + c + step * 3] as number;
    }
    const before = answer[at + c] as number;
    answer[at + c] = before + OVERSHOOT * (sum / steps.length - before);
  }
}
