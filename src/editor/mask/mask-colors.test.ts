import { describe, expect, it } from 'vitest';
import { findOwners, freeColor, maskColors } from './mask-colors';
import { MaskGrid, TILE, makeTile } from './mask-grid';
import { type MaskFacts, type MaskStack, newMask } from './mask-stack';

const PRESET = '#ff5a36';
const SKY = '#56b4e9';
const GREEN = '#009e73';

const stackOf = (...masks: Partial<MaskFacts>[]): MaskStack => ({
  masks: masks.map((mask, i) => ({ ...newMask(`m${i}`), ...mask })),
  active: 'm0',
});

describe('the colours of the overlay', () => {
  it('are one while all masks that show have the same, at no cost', () => {
    expect(maskColors(stackOf({}), PRESET)).toEqual({ base: PRESET, layers: [] });
    expect(maskColors(stackOf({ color: SKY }), PRESET)).toEqual({ base: SKY, layers: [] });
    expect(maskColors(stackOf({}, { color: PRESET }), PRESET).layers).toEqual([]);
    // What is hidden or only takes away shows nothing.
    const others = stackOf({}, { color: SKY, visible: false }, { color: GREEN, mode: 'subtract' });
    expect(maskColors(others, PRESET)).toEqual({ base: PRESET, layers: [] });
    expect(maskColors(stackOf({ visible: false }, { color: SKY }), PRESET).base).toBe(SKY);
    expect(maskColors(stackOf({ visible: false }), PRESET).base).toBe(PRESET);
  });

  it('are those of each mask otherwise, and that of the mask painted on for what is being painted', () => {
    const stack = stackOf({}, { color: SKY });
    const layers = [
      { id: 'm0', color: PRESET },
      { id: 'm1', color: SKY },
    ];
    expect(maskColors(stack, PRESET)).toEqual({ base: PRESET, layers });
    expect(maskColors({ ...stack, active: 'm1' }, PRESET)).toEqual({ base: SKY, layers });
  });

  it('begin with one that no other mask has', () => {
    const choices = [PRESET, SKY, GREEN];
    expect(freeColor(stackOf({}), PRESET, choices)).toBe(SKY);
    expect(freeColor(stackOf({}, { color: SKY }), PRESET, choices)).toBe(GREEN);
    expect(freeColor(stackOf({ color: GREEN }, { color: SKY }), PRESET, choices)).toBe(PRESET);
    expect(freeColor(stackOf({}, { color: SKY }, { color: GREEN }), PRESET, choices)).toBeUndefined();
  });
});

describe('whose a pixel is', () => {
  const WHOLE = { x0: 0, y0: 0, x1: TILE, y1: TILE };

  /** 600 × 300 px, painted in a box. */
  function painted(x0: number, y0: number, x1: number, y1: number): MaskGrid {
    const grid = new MaskGrid(600, 300);
    grid.writeRect({ x0, y0, x1, y1 }, new Uint8Array((x1 - x0) * (y1 - y0)).fill(9));
    return grid;
  }

  it('is the topmost mask that is painted there', () => {
    const owners = new Uint8Array(TILE * TILE).fill(7);
    const grids = [painted(250, 0, 400, 300), null, painted(300, 100, 320, 120)];
    findOwners(grids, 0, { x: 256, y: 0 }, WHOLE, owners);
    const at = (x: number, y: number): number | undefined => owners[y * TILE + x - 256];
    expect([at(256, 0), at(399, 255), at(400, 0), at(300, 100), at(319, 119), at(320, 119)]).toEqual([
      1, 1, 0, 3, 3, 1,
    ]);
  });

  it('is found out on halved levels, beyond the edge, and only for the part asked for', () => {
    const grid = painted(250, 0, 600, 300);
    grid.put(0, makeTile(new Uint8Array(TILE * TILE)));
    const owners = new Uint8Array(TILE * TILE).fill(7);
    findOwners([grid], 2, { x: 0, y: 0 }, { x0: 60, y0: 0, x1: 160, y1: 2 }, owners);
    expect([owners[59], owners[63], owners[64], owners[149], owners[159], owners[160]]).toEqual([
      7, 0, 1, 1, 1, 7,
    ]);
    expect(owners[2 * TILE + 64]).toBe(7);
  });
});
