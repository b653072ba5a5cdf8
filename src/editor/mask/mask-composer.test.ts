import { describe, expect, test } from 'vitest';
import { composeTile, previewTile } from './compose';
import type { Modify } from './mask-composer';
import { type MaskCommit, MaskDocument } from './mask-document';
import type { MaskGrid } from './mask-grid';
import { FULL_TILE, type Tile, makeTile } from './mask-grid';
import { type MaskMode, type MaskStack, NO_MODIFIERS, withMask, withMoved } from './mask-stack';

const codec = {
  deflate: (bytes: Uint8Array) => Promise.resolve(bytes.slice()),
  inflate: (bytes: Uint8Array) => Promise.resolve(bytes.slice()),
};

/** A predictable stand-in: every value becomes its distance to `grow`. */
const shift: Modify = (_, grid, { grow }, changed) =>
  Promise.resolve(
    (changed ?? Array.from({ length: grid.length }, (__, index) => index)).map((index) => {
      const data = new Uint8Array(65_536);
      for (let y = 0; y < grid.insideHeight(index); y++) {
        for (let x = 0; x < grid.insideWidth(index); x++) {
          const value = grid.tile(index)?.data[y * 256 + x] ?? 0;
          data[y * 256 + x] = Math.min(255, Math.max(0, value + grow));
        }
      }
      return { index, tile: makeTile(data) };
    }),
  );

/** Numbers from 0 to `below` - 1 that look random and are the same every time. */
function dice(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const merge = (mode: MaskMode, below: number, above: number): number =>
  mode === 'add'
    ? Math.max(below, above)
    : mode === 'subtract'
      ? Math.min(below, 255 - above)
      : Math.min(below, above);

/** The composite pixel by pixel. */
function expected(doc: MaskDocument): number[] {
  const whole = { x0: 0, y0: 0, x1: doc.width, y1: doc.height };
  const values = new Array<number>(doc.width * doc.height).fill(0);
  for (const { id, mode, visible, modifiers } of doc.stack.masks) {
    const painted = doc.gridOf(id)?.readRect(whole);
    if (visible) {
      values.forEach((below, i) => {
        const above = Math.min(255, Math.max(0, (painted?.[i] ?? 0) + modifiers.grow));
        values[i] = merge(mode, below, above);
      });
    }
  }
  return values;
}

function read(grid: MaskGrid): number[] {
  return [...grid.readRect({ x0: 0, y0: 0, x1: grid.width, y1: grid.height })];
}

function dab(doc: MaskDocument, x: number, y: number, erase = false): void {
  doc.beginStroke({ mode: erase ? 'erase' : 'paint', hardness: 0.5, opacity: 1, tool: 'brush' });
  doc.strokeTo({ x, y, radius: 20, strength: 1 });
  doc.flushStroke();
  doc.endStroke();
}

describe('composeTile', () => {
  test('agrees with the law pixel by pixel, whatever the mix of empty, full and soft tiles', () => {
    const next = dice(7);
    const some = (): Tile | null => {
      const kind = next(4);
      return kind === 0
        ? null
        : kind === 1
          ? FULL_TILE
          : makeTile(Uint8Array.from({ length: 65_536 }, () => next(256)));
    };
    for (let round = 0; round < 40; round++) {
      const plies = Array.from({ length: 1 + next(4) }, () => ({
        tile: some(),
        mode: (['add', 'subtract', 'intersect'] as const)[next(3)] ?? 'add',
      }));
      const before = plies.map(({ tile }) => tile?.data.slice(0, 64));
      const out = composeTile(plies, FULL_TILE);
      for (let i = 0; i < 65_536; i += 997) {
        const want = plies.reduce((below, { tile, mode }) => merge(mode, below, tile?.data[i] ?? 0), 0);
        expect(out?.data[i] ?? 0).toBe(want);
      }
      expect(plies.map(({ tile }) => tile?.data.slice(0, 64))).toEqual(before);
    }
  });
});

test('a preview follows the stroke where it is and is unchanged elsewhere', () => {
  const base = makeTile(new Uint8Array(65_536).fill(100));
  const was = makeTile();
  const now = makeTile();
  now.data[3] = 180;
  was.data[4] = 200;
  now.data[4] = 20;
  const added = previewTile(base, was, now, true);
  expect([...added.data.slice(2, 6)]).toEqual([100, 180, 20, 100]);
  const cut = previewTile(base, was, now, false);
  expect([...cut.data.slice(2, 6)]).toEqual([100, 75, 235, 100]);
});

describe('several masks', () => {
  test('the composite of random steps follows the law, and undo takes all of it back', async () => {
    const next = dice(20_261_123);
    for (let round = 0; round < 3; round++) {
      const doc = new MaskDocument(270, 120, { codec, modify: shift });
      const first = doc.stack;
      let steps = 0;
      const states: { values: number[]; stack: MaskStack }[] = [];
      for (let step = 0; step < 25; step++) {
        const { masks } = doc.stack;
        const mask = masks[next(masks.length)] ?? doc.active;
        const before = doc.history.list().length;
        switch (next(8)) {
          case 0:
            doc.addMask(`m${step}`, { copyOf: next(2) === 0 ? mask.id : undefined });
            break;
          case 1:
            doc.removeMask(mask.id);
            break;
          case 2:
            doc.activate(mask.id);
            break;
          case 3: {
            const mode = (['add', 'subtract', 'intersect'] as const)[next(3)] ?? 'add';
            doc.restack('mode', withMask(doc.stack, mask.id, { mode, visible: next(3) > 0 }));
            break;
          }
          case 4: {
            for (let grow = 1; grow < 40; grow += 13) {
              doc.tryStack(
                withMask(doc.stack, mask.id, { modifiers: { ...NO_MODIFIERS, grow: next(2) * grow } }),
              );
            }
            doc.restack('modifiers', doc.stack);
            break;
          }
          case 5:
            doc.restack('order', withMoved(doc.stack, mask.id, next(masks.length)));
            break;
          case 6:
            doc.invert();
            break;
          default:
            dab(doc, next(270), next(120), next(3) === 0);
        }
        steps += doc.history.list().length - before;
        await doc.settled();
        expect(read(doc.composite)).toEqual(expected(doc));
        if (doc.history.list().length > before) {
          states.push({ values: read(doc.composite), stack: doc.stack });
        }
      }
      for (let step = 0; step < steps; step++) {
        await doc.undo();
      }
      await doc.settled();
      expect(doc.stack.masks).toEqual(first.masks);
      expect(doc.composite.empty).toBe(true);
      for (const state of states) {
        expect(await doc.redo()).toBe(true);
        await doc.settled();
        expect(doc.stack.masks).toEqual(state.stack.masks);
        expect(read(doc.composite)).toEqual(state.values);
      }
    }
  });

  test('a dragged slider is one step, and a stroke in between keeps what was tried', () => {
    const commits: MaskCommit[] = [];
    const doc = new MaskDocument(64, 64, {
      codec,
      events: { committed: (commit) => commits.push(commit) },
    });
    const grown = (grow: number): MaskStack =>
      withMask(doc.stack, doc.active.id, { modifiers: { ...NO_MODIFIERS, grow } });
    doc.tryStack(grown(1));
    doc.tryStack(grown(2));
    expect(commits).toEqual([]);
    doc.restack('modifiers', grown(3));
    expect(doc.history.list().map(({ tool }) => tool)).toEqual(['modifiers']);
    doc.tryStack(grown(9));
    doc.selectAll();
    expect(doc.history.list().map(({ tool }) => tool)).toEqual(['modifiers', 'modifiers', 'all']);
    void doc.undo();
    void doc.undo();
    expect(doc.active.modifiers.grow).toBe(3);
    void doc.undo();
    expect(doc.active.modifiers.grow).toBe(0);
  });

  test('a slider dragged and put back is not a step', () => {
    const doc = new MaskDocument(64, 64, { codec });
    const start = doc.stack;
    doc.tryStack(withMask(start, doc.active.id, { modifiers: { ...NO_MODIFIERS, grow: 5 } }));
    doc.restack('modifiers', start);
    expect([doc.history.list(), doc.active.modifiers.grow]).toEqual([[], 0]);
  });

  test('a finished stroke shows while modifiers are still being evaluated', async () => {
    let go: () => void = () => undefined;
    const slow: Modify = async (mask, grid, modifiers, changed) => {
      const result = await shift(mask, grid, modifiers, changed);
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      return result;
    };
    const doc = new MaskDocument(256, 256, { codec, modify: slow });
    doc.restack('modifiers', withMask(doc.stack, doc.active.id, { modifiers: { ...NO_MODIFIERS, grow: 1 } }));
    await Promise.resolve();
    dab(doc, 100, 100);
    expect(doc.composing).toBe(true);
    expect(doc.viewTile(0)?.data[100 * 256 + 100]).toBeGreaterThan(200);
    const settled = doc.settled();
    for (let turn = 0; turn < 20; turn++) {
      go();
      await new Promise((resolve) => setTimeout(resolve));
    }
    await settled;
    expect(read(doc.composite)).toEqual(expected(doc));
  });

  test('a failing modifier is reported to whoever waits, and tried again with the next change', async () => {
    let broken = true;
    const flaky: Modify = (...args) => (broken ? Promise.reject(new Error('no memory')) : shift(...args));
    const doc = new MaskDocument(64, 64, { codec, modify: flaky });
    doc.restack('modifiers', withMask(doc.stack, doc.active.id, { modifiers: { ...NO_MODIFIERS, grow: 4 } }));
    await expect(doc.settled()).rejects.toThrow('no memory');
    broken = false;
    dab(doc, 20, 20);
    await doc.settled();
    expect(read(doc.composite)).toEqual(expected(doc));
  });
});
