/** Values on a grid, `channels` each, with a weight per cell: 0 where nothing is known. */
export interface Grid {
  width: number;
  height: number;
  channels: number;
  values: Float32Array;
  weights: Float32Array;
}

function halve(grid: Grid): Grid {
  const width = Math.ceil(grid.width / 2);
  const height = Math.ceil(grid.height / 2);
  const { channels } = grid;
  const values = new Float32Array(width * height * channels);
  const weights = new Float32Array(width * height);
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const from = y * grid.width + x;
      const weight = grid.weights[from] as number;
      if (weight === 0) {
        continue;
      }
      const to = (y >> 1) * width + (x >> 1);
      weights[to] = (weights[to] as number) + weight;
      for (let c = 0; c < channels; c++) {
        values[to * channels + c] =
          (values[to * channels + c] as number) + weight * (grid.values[from * channels + c] as number);
      }
    }
  }
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at] as number;
    if (weight > 0) {
      for (let c = 0; c < channels; c++) {
        values[at * channels + c] = (values[at * channels + c] as number) / weight;
      }
      weights[at] = Math.min(1, weight);
    }
  }
  return { width, height, channels, values, weights };
}

/**
 * Bilinear value of every channel at a place given in pixels of the grid (centres at half pixels), written to the
 * front of `out`.
 */
export function sampleGrid(grid: Omit<Grid, 'weights'>, x: number, y: number, out: Float64Array): void {
  const { values, channels, width, height } = grid;
  const fx = Math.min(width - 1, Math.max(0, x - 0.5));
  const fy = Math.min(height - 1, Math.max(0, y - 0.5));
  const x0 = Math.floor(fx);
  const y0 = Math.floor(fy);
  const x1 = Math.min(width - 1, x0 + 1);
  const y1 = Math.min(height - 1, y0 + 1);
  const u = fx - x0;
  const v = fy - y0;
  const topLeft = (y0 * width + x0) * channels;
  const topRight = (y0 * width + x1) * channels;
  const bottomLeft = (y1 * width + x0) * channels;
  const bottomRight = (y1 * width + x1) * channels;
  for (let c = 0; c < channels; c++) {
    const top = (values[topLeft + c] as number) * (1 - u) + (values[topRight + c] as number) * u;
    const bottom = (values[bottomLeft + c] as number) * (1 - u) + (values[bottomRight + c] as number) * u;
    out[c] = top * (1 - v) + bottom * v;
  }
}

/**
 * Fills the unknown cells of a grid smoothly from the known ones, like a membrane stretched between them.
 * Known values stay. With nothing known at all, everything stays 0.
 */
export function fillSmoothly(grid: Grid): void {
  if (grid.width <= 1 && grid.height <= 1) {
    return;
  }
  const coarse = halve(grid);
  fillSmoothly(coarse);
  const guess = new Float64Array(grid.channels);
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      const at = y * grid.width + x;
      const weight = grid.weights[at] as number;
      if (weight >= 1) {
        continue;
      }
      sampleGrid(coarse, (x + 0.5) / 2, (y + 0.5) / 2, guess);
      for (let c = 0; c < grid.channels; c++) {
        const index = at * grid.channels + c;
        grid.values[index] = (grid.values[index] as number) * weight + (guess[c] as number) * (1 - weight);
      }
      grid.weights[at] = 1;
    }
  }
}
