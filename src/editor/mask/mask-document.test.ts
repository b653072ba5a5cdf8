import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskHash } from './hash';
import type { ByteCodec } from './history';
import { MaskDocument, type MaskCommit } from './mask-document';
import { MaskGrid, TILE_BYTES, type Tile, uniformValue } from './mask-grid';
import type { Modify } from './mask-composer';
import { modifyTiles } from './modifiers';
import { newMask, withMask } from './mask-stack';
import { gridFromTiles, maskTiles } from './mask-tiles';
import type { PixelRect } from './rect';

const codec: ByteCodec = {
  deflate: async (bytes) => new Uint8Array(await promisify(deflateRaw)(bytes)),
  inflate: async (bytes) => new Uint8Array(await promisify(inflateRaw)(bytes)),
};

type Op =
  | {
      kind: 'stroke';
      mode: 'paint' | 'erase' | 'max';
      hardness: number;
      opacity: number;
      points: [number, number, number][];
    }
  | { kind: 'clear' | 'all' | 'invert' | 'undo' | 'redo' | 'settle' }
  | { kind: 'load'; value: number; x: number; y: number };

const stroke: fc.Arbitrary<Op> = fc.record({
  kind: fc.constant('stroke' as const),
  mode: fc.constantFrom('paint', 'paint', 'erase', 'max'),
  hardness: fc.constantFrom(0, 0.5, 1),
  opacity: fc.constantFrom(1, 1, 0.4),
  points: fc.array(
    fc.tuple(
      fc.integer({ min: -50, max: 750 }),
      fc.integer({ min: -50, max: 450 }),
      fc.integer({ min: 1, max: 90 }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
});
const plain: fc.Arbitrary<Op> = fc.constantFrom<Op>(
  { kind: 'clear' },
  { kind: 'all' },
  { kind: 'invert' },
  { kind: 'undo' },
  { kind: 'undo' },
  { kind: 'redo' },
  { kind: 'settle' },
);
const load: fc.Arbitrary<Op> = fc.record({
  kind: fc.constant('load' as const),
  value: fc.constantFrom(30, 255),
  x: fc.nat(600),
  y: fc.nat(300),
});
const ops = fc.array(fc.oneof({ weight: 4, arbitrary: stroke }, { weight: 4, arbitrary: plain }, load), {
  minLength: 1,
  maxLength: 10,
});

function newDocument(budget?: number): MaskDocument {
  return new MaskDocument(700, 400, { codec, ...(budget === undefined ? {} : { historyBudget: budget }) });
}

function hashOf(doc: MaskDocument): string {
  return maskHash(maskTiles(doc.grid));
}

async function run(doc: MaskDocument, op: Op): Promise<void> {
  switch (op.kind) {
    case 'stroke':
      doc.beginStroke({ mode: op.mode, hardness: op.hardness, opacity: op.opacity, tool: op.mode });
      for (const [x, y, radius] of op.points) {
        doc.strokeTo({ x, y, radius, strength: 1 });
        doc.flushStroke();
      }
      doc.endStroke();
      return;
    case 'load': {
      const grid = new MaskGrid(700, 400);
      grid.writeRect(
        { x0: op.x, y0: op.y, x1: op.x + 60, y1: op.y + 60 },
        new Uint8Array(3600).fill(op.value),
      );
      doc.replace('load', grid);
      return;
    }
    case 'settle':
      return doc.history.settle();
    case 'clear':
      doc.clear();
      return;
    case 'all':
      doc.selectAll();
      return;
    case 'invert':
      doc.invert();
      return;
    case 'undo':
      await doc.undo();
      return;
    case 'redo':
      await doc.redo();
  }
}

function flatView(doc: MaskDocument): Uint8Array {
  const copy = new MaskGrid(doc.width, doc.height);
  for (let index = 0; index < copy.length; index++) {
    copy.put(index, doc.viewTile(index));
  }
  return copy.readRect({ x0: 0, y0: 0, x1: doc.width, y1: doc.height });
}

function expectNormal(grid: MaskGrid): void {
  for (let index = 0; index < grid.length; index++) {
    const tile = grid.tile(index);
    if (tile && !grid.isFull(index)) {
      expect(uniformValue(tile.data, grid.insideWidth(index), grid.insideHeight(index))).toBe(-1);
      // Nothing is ever painted outside the picture.
      const inside = new MaskGrid(grid.width, grid.height);
      inside.put(index, tile);
      const sum = tile.data.reduce((total, value) => total + value, 0);
      expect(inside.coverage() * 255 * grid.width * grid.height).toBeCloseTo(sum, 3);
    }
  }
}

describe('MaskDocument', () => {
  it('is empty when all is undone, final when all is redone, and the same as before at every step', async () => {
    await fc.assert(
      fc.asyncProperty(ops, async (sequence) => {
        const doc = newDocument();
        for (const op of sequence) {
          await run(doc, op);
          expectNormal(doc.grid);
        }
        while (await doc.redo()) {
          // to the newest state
        }
        const states = [hashOf(doc)];
        while (await doc.undo()) {
          states.push(hashOf(doc));
        }
        expect(doc.grid.empty).toBe(true);
        await doc.history.settle();
        for (let i = states.length - 2; i >= 0; i--) {
          expect(await doc.redo()).toBe(true);
          expect(hashOf(doc)).toBe(states[i]);
          expectNormal(doc.grid);
        }
        expect(await doc.redo()).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('shows while painting exactly what the stroke then leaves', () => {
    fc.assert(
      fc.property(stroke, fc.boolean(), (op, below) => {
        if (op.kind !== 'stroke') {
          return;
        }
        const doc = newDocument();
        if (below) {
          doc.beginStroke({ mode: 'paint', hardness: 0.2, opacity: 0.7, tool: 'brush' });
          doc.strokeTo({ x: 300, y: 200, radius: 150, strength: 1 });
          doc.endStroke();
        }
        doc.beginStroke({ mode: op.mode, hardness: op.hardness, opacity: op.opacity, tool: 'brush' });
        for (const [x, y, radius] of op.points) {
          doc.strokeTo({ x, y, radius, strength: 1 });
          doc.flushStroke();
        }
        const shown = flatView(doc);
        doc.endStroke();
        expect(Buffer.compare(flatView(doc), shown)).toBe(0);
        // Without looking in between, the result is the same.
        const blind = newDocument();
        if (below) {
          blind.beginStroke({ mode: 'paint', hardness: 0.2, opacity: 0.7, tool: 'brush' });
          blind.strokeTo({ x: 300, y: 200, radius: 150, strength: 1 });
          blind.endStroke();
        }
        blind.beginStroke({ mode: op.mode, hardness: op.hardness, opacity: op.opacity, tool: 'brush' });
        for (const [x, y, radius] of op.points) {
          blind.strokeTo({ x, y, radius, strength: 1 });
        }
        blind.endStroke();
        expect(Buffer.compare(flatView(blind), shown)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('takes a cancelled stroke back without a trace', () => {
    const doc = newDocument();
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 200, y: 200, radius: 80, strength: 1 });
    doc.endStroke();
    const before = hashOf(doc);
    const shown: PixelRect[] = [];
    const rev = doc.rev;
    doc.beginStroke({ mode: 'erase', hardness: 1, opacity: 1, tool: 'eraser' });
    doc.strokeTo({ x: 220, y: 200, radius: 80, strength: 1 });
    doc.flushStroke();
    expect(Buffer.compare(flatView(doc), doc.grid.readRect({ x0: 0, y0: 0, x1: 700, y1: 400 }))).not.toBe(0);
    doc.cancelStroke();
    expect(shown).toEqual([]);
    expect(hashOf(doc)).toBe(before);
    expect(doc.rev).toBe(rev);
    expect(doc.history.list()).toHaveLength(1);
    expect(Buffer.compare(flatView(doc), doc.grid.readRect({ x0: 0, y0: 0, x1: 700, y1: 400 }))).toBe(0);
  });

  it('reports which pixels to show again, and misses none', () => {
    fc.assert(
      fc.property(fc.array(stroke, { minLength: 1, maxLength: 3 }), (strokes) => {
        const seen = new Uint8Array(700 * 400);
        const doc: MaskDocument = new MaskDocument(700, 400, {
          codec,
          events: {
            shown: ({ x0, y0, x1, y1 }) => {
              expect(x0 >= 0 && y0 >= 0 && x1 <= 700 && y1 <= 400).toBe(true);
              for (let y = y0; y < y1; y++) {
                const view = new MaskGrid(700, 400);
                for (let index = 0; index < view.length; index++) {
                  view.put(index, doc.viewTile(index));
                }
                seen.set(view.readRect({ x0, y0: y, x1, y1: y + 1 }), y * 700 + x0);
              }
            },
          },
        });
        for (const op of strokes) {
          if (op.kind === 'stroke') {
            doc.beginStroke({ mode: op.mode, hardness: 1, opacity: op.opacity, tool: 'brush' });
            for (const [x, y, radius] of op.points.slice(0, 2)) {
              doc.strokeTo({ x, y, radius, strength: 1 });
              doc.flushStroke();
              expect(Buffer.compare(seen, flatView(doc))).toBe(0);
            }
            doc.endStroke();
            expect(Buffer.compare(seen, flatView(doc))).toBe(0);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  it('does not darken where a stroke crosses itself', () => {
    const doc = newDocument();
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 0.5, tool: 'brush' });
    for (const [x, y] of [
      [100, 100],
      [300, 300],
      [300, 100],
      [100, 300],
    ] as const) {
      doc.strokeTo({ x, y, radius: 20, strength: 1 });
    }
    doc.endStroke();
    expect(Math.max(...new Set(flatView(doc)))).toBe(128);
  });

  it('makes no step when nothing changes', () => {
    const doc = newDocument();
    expect(doc.clear()).toBe(false);
    doc.beginStroke({ mode: 'erase', hardness: 1, opacity: 1, tool: 'eraser' });
    doc.strokeTo({ x: 50, y: 50, radius: 30, strength: 1 });
    expect(doc.endStroke()).toBe(false);
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: -500, y: 50, radius: 30, strength: 1 });
    expect(doc.endStroke()).toBe(false);
    expect(doc.selectAll()).toBe(true);
    expect(doc.selectAll()).toBe(false);
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 50, y: 50, radius: 30, strength: 1 });
    expect(doc.endStroke()).toBe(false);
    expect(doc.history.list().map((item) => item.tool)).toEqual(['all']);
    expect(doc.bytes().tiles).toBe(0);
  });

  it('reports what was committed, by which tool and where', async () => {
    const commits: MaskCommit[] = [];
    const doc = new MaskDocument(700, 400, {
      codec,
      events: { committed: (commit) => commits.push(commit) },
    });
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 300, y: 50, radius: 10, strength: 1 });
    doc.endStroke();
    doc.invert();
    await doc.undo();
    await doc.undo();
    expect(commits.map(({ cause, label }) => `${cause} ${label.tool}`)).toEqual([
      'do brush',
      'do invert',
      'undo invert',
      'undo brush',
    ]);
    expect(commits[0]?.indices).toEqual([1]);
    expect(commits[0]?.label.box).toEqual({ x0: 256, y0: 0, x1: 512, y1: 256 });
    expect(commits[1]?.indices).toHaveLength(6);
    expect(doc.rev).toBe(4);
  });

  it('replaces all masks as one step, however many steps were packed meanwhile', async () => {
    const doc = newDocument();
    const everything = (): string =>
      JSON.stringify([
        doc.stack,
        doc.stack.masks.map(({ id }) => {
          const grid = doc.gridOf(id);
          return grid ? maskHash(maskTiles(grid)) : '';
        }),
      ]);
    const paint = (x: number): void => {
      doc.beginStroke({ mode: 'paint', hardness: 0.3, opacity: 1, tool: 'brush' });
      doc.strokeTo({ x, y: 200, radius: 70, strength: 1 });
      doc.endStroke();
    };
    paint(100);
    doc.addMask('second');
    paint(400);
    const before = everything();
    const steps = doc.history.list().length;

    const other = new MaskGrid(700, 400);
    other.writeRect({ x0: 10, y0: 10, x1: 300, y1: 90 }, new Uint8Array(290 * 80).fill(99));
    const tiles = other.snapshot().flatMap((tile, index) => (tile ? [{ index, tile }] : []));
    const grown = { ...newMask('third', 'Sky'), modifiers: { grow: 4, feather: 2, threshold: null } };
    const kept = { ...newMask('second'), visible: false };
    const stack = { masks: [grown, newMask('fourth'), kept], active: 'third' };
    doc.replaceAll(
      'load',
      stack,
      new Map([
        ['third', tiles],
        ['fourth', []],
        ['second', []],
      ]),
    );
    const after = everything();
    expect(doc.stack).toEqual(stack);
    expect(maskHash(maskTiles(doc.gridOf('third') ?? new MaskGrid(1, 1)))).toBe(maskHash(maskTiles(other)));
    expect(doc.gridOf('second')?.empty).toBe(true);
    expect(
      doc.history
        .list()
        .slice(steps)
        .map(({ tool }) => tool),
    ).toEqual(['load']);

    for (let round = 0; round < 2; round++) {
      expect(await doc.undo()).toBe(true);
      expect(everything()).toBe(before);
      expect(doc.history.list().filter(({ done }) => done)).toHaveLength(steps);
      expect(await doc.redo()).toBe(true);
      expect(everything()).toBe(after);
      for (let i = 0; i < 10; i++) {
        paint(20 + 60 * i);
      }
      await doc.history.settle();
      for (let i = 0; i < 10; i++) {
        await doc.undo();
      }
      expect(everything()).toBe(after);
    }
    // The same again is not a step.
    const count = doc.history.list().length;
    doc.replaceAll('load', stack, new Map([['third', tiles]]));
    expect(doc.history.list()).toHaveLength(count);
  });

  it('drops joined steps together when the history is full', () => {
    const doc = new MaskDocument(700, 400, { codec, historyBudget: 500 });
    const stack = { masks: [newMask('a'), newMask('b'), newMask('c')], active: 'a' };
    doc.replaceAll('load', stack, new Map());
    doc.clear();
    for (let i = 0; i < 12; i++) {
      doc.invert();
    }
    return doc.history.settle().then(() => {
      expect(doc.history.list().map(({ tool }) => tool)).not.toContain('load');
      expect(doc.history.record().steps[0]?.label.joined).toBeUndefined();
      expect(doc.history.undoEntry?.label.tool).toBe('invert');
    });
  });

  it('inverts what is shown, modifiers included, as one step', async () => {
    const modify: Modify = (_, grid, modifiers) => Promise.resolve(modifyTiles(grid, modifiers));
    const whole = { x0: 0, y0: 0, x1: 700, y1: 400 };
    for (const modifiers of [
      { grow: 20, feather: 0, threshold: null },
      { grow: -7.5, feather: 0, threshold: 90 },
      { grow: 0, feather: 0, threshold: 1 },
      { grow: 3, feather: 12, threshold: 255 },
      { grow: 0, feather: 30, threshold: null },
    ]) {
      const doc = new MaskDocument(700, 400, { codec, modify });
      // Soft dabs, one of them across a corner of the picture.
      for (const point of [
        [300, 200, 90],
        [10, 390, 60],
      ] as [number, number, number][]) {
        await run(doc, { kind: 'stroke', mode: 'paint', hardness: 0.4, opacity: 0.8, points: [point] });
      }
      doc.restack('modifiers', withMask(doc.stack, doc.active.id, { modifiers }));
      await doc.settled();
      const before = doc.composite.readRect(whole);
      const painted = hashOf(doc);
      const steps = doc.history.list().length;
      doc.invert();
      await doc.settled();
      const after = doc.composite.readRect(whole);
      expect(doc.history.list().map(({ tool }) => tool)).toHaveLength(steps + 1);
      const off = before.reduce(
        (most, value, i) => Math.max(most, Math.abs(value + (after[i] ?? 0) - 255)),
        0,
      );
      // Feathering rounds to integers both ways.
      expect(off).toBeLessThanOrEqual(modifiers.feather > 0 ? 1 : 0);
      await doc.undo();
      await doc.settled();
      expect([doc.active.modifiers, hashOf(doc)]).toEqual([modifiers, painted]);
      expect(Buffer.compare(doc.composite.readRect(whole), before)).toBe(0);
      await doc.redo();
      await doc.settled();
      expect(Buffer.compare(doc.composite.readRect(whole), after)).toBe(0);
      doc.invert();
      await doc.settled();
      expect([doc.active.modifiers, hashOf(doc)]).toEqual([modifiers, painted]);
    }
  });

  it('starts with restored contents that are not a step', async () => {
    const source = newDocument();
    await run(source, {
      kind: 'stroke',
      mode: 'paint',
      hardness: 0,
      opacity: 1,
      points: [[300, 200, 90]],
    });
    source.invert();
    const tiles = gridFromTiles(maskTiles(source.grid));
    const doc = newDocument();
    doc.restore(maskTiles(tiles).mixed.map(({ index }) => ({ index, tile: tiles.tile(index) })));
    doc.restore(maskTiles(tiles).full.map((index) => ({ index, tile: tiles.tile(index) })));
    expect(hashOf(doc)).toBe(hashOf(source));
    expect(doc.history.canUndo).toBe(false);
    expectNormal(doc.grid);
  });

  it('refuses a mask of another size', () => {
    expect(() => newDocument().replace('load', new MaskGrid(699, 400))).toThrow(RangeError);
  });

  it('never writes into a tile that a snapshot holds', () => {
    const doc = newDocument();
    doc.beginStroke({ mode: 'paint', hardness: 0, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 128, y: 128, radius: 60, strength: 1 });
    doc.endStroke();
    const tiles = maskTiles(doc.grid);
    const before = maskHash(tiles);
    doc.beginStroke({ mode: 'erase', hardness: 0, opacity: 1, tool: 'eraser' });
    doc.strokeTo({ x: 140, y: 128, radius: 60, strength: 1 });
    doc.endStroke();
    doc.invert();
    expect(maskHash(tiles)).toBe(before);
    expect(hashOf(doc)).not.toBe(before);
  });
});

describe('History', () => {
  const scribble = (doc: MaskDocument, i: number): void => {
    doc.beginStroke({ mode: i % 3 === 2 ? 'erase' : 'paint', hardness: 0.3, opacity: 0.8, tool: 'brush' });
    doc.strokeTo({ x: 40 + ((i * 97) % 620), y: 40 + ((i * 53) % 320), radius: 60, strength: 1 });
    doc.strokeTo({ x: 40 + ((i * 31) % 620), y: 40 + ((i * 71) % 320), radius: 60, strength: 1 });
    doc.endStroke();
  };

  it('holds only what the mask does not', () => {
    const doc = newDocument();
    doc.beginStroke({ mode: 'paint', hardness: 0.3, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 100, y: 100, radius: 60, strength: 1 });
    doc.endStroke();
    expect(doc.history.bytes()).toBeLessThan(1000);
    doc.selectAll();
    expect(doc.history.bytes()).toBeGreaterThan(TILE_BYTES);
    expect(doc.history.bytes()).toBeLessThan(TILE_BYTES + 1000);
    doc.invert();
    expect(doc.history.bytes()).toBeLessThan(TILE_BYTES + 1500);
  });

  it('packs old steps and restores every one exactly', async () => {
    const doc = newDocument();
    const states: string[] = [];
    for (let i = 0; i < 40; i++) {
      states.push(hashOf(doc));
      scribble(doc, i);
    }
    const raw = doc.history.bytes();
    await doc.history.settle();
    expect(doc.history.bytes()).toBeLessThan(raw / 2);
    for (let i = 39; i >= 0; i--) {
      expect(await doc.undo()).toBe(true);
      expect(hashOf(doc)).toBe(states[i]);
    }
    expect(await doc.undo()).toBe(false);
    expect(doc.grid.empty).toBe(true);
  });

  it('keeps to the budget, dropping the oldest steps, never the newest', async () => {
    const budget = 800_000;
    const doc = newDocument(budget);
    for (let i = 0; i < 70; i++) {
      scribble(doc, i);
      expect(doc.history.bytes()).toBeLessThanOrEqual(2 * budget + 8 * TILE_BYTES);
      if (i % 4 === 3) {
        await doc.history.settle();
        expect(doc.history.bytes()).toBeLessThanOrEqual(budget);
      }
    }
    await doc.history.settle();
    const last = hashOf(doc);
    const depth = doc.history.list().length;
    expect(depth).toBeGreaterThan(8);
    expect(depth).toBeLessThan(70);
    let count = 0;
    while (await doc.undo()) {
      count++;
    }
    expect(count).toBe(depth);
    while (await doc.redo()) {
      // to the end
    }
    expect(hashOf(doc)).toBe(last);

    const tiny = newDocument(1);
    scribble(tiny, 0);
    scribble(tiny, 1);
    await tiny.history.settle();
    expect(tiny.history.list()).toHaveLength(1);
    expect(await tiny.undo()).toBe(true);
  });

  it('drops what could be redone when something new is done', async () => {
    const doc = newDocument();
    for (let i = 0; i < 4; i++) {
      scribble(doc, i);
    }
    await doc.undo();
    await doc.undo();
    expect([doc.history.canUndo, doc.history.canRedo]).toEqual([true, true]);
    scribble(doc, 9);
    expect(doc.history.canRedo).toBe(false);
    expect(doc.history.list().map((item) => item.done)).toEqual([true, true, true]);
  });

  it('is not confused by undo while packing', async () => {
    const doc = newDocument();
    for (let i = 0; i < 30; i++) {
      scribble(doc, i);
    }
    const last = hashOf(doc);
    const settling = doc.history.settle();
    const undone = await Promise.all(Array.from({ length: 30 }, () => Promise.resolve(doc.undo())));
    expect(undone.every(Boolean)).toBe(true);
    await settling;
    await doc.history.settle();
    expect(doc.grid.empty).toBe(true);
    while (await doc.redo()) {
      // to the end
    }
    expect(hashOf(doc)).toBe(last);
  });

  it('leaves everything in place when packed bytes cannot be read', async () => {
    const broken: ByteCodec = { deflate: codec.deflate, inflate: () => Promise.reject(new Error('lost')) };
    const doc = new MaskDocument(700, 400, { codec: broken });
    for (let i = 0; i < 20; i++) {
      scribble(doc, i);
    }
    await doc.history.settle();
    let state = hashOf(doc);
    let failure: unknown = null;
    for (let i = 0; i < 20 && failure === null; i++) {
      state = hashOf(doc);
      try {
        await doc.undo();
      } catch (error) {
        failure = error;
      }
    }
    expect(failure).toBeInstanceOf(Error);
    expect(hashOf(doc)).toBe(state);
    expect(doc.moving).toBe(false);
    scribble(doc, 3);
    expect(await doc.undo()).toBe(true);
  });

  it('shares no tile between the mask and the steps', () => {
    const doc = newDocument();
    const seen = new Set<Tile>();
    for (let i = 0; i < 10; i++) {
      scribble(doc, i);
    }
    for (let index = 0; index < doc.grid.length; index++) {
      const tile = doc.grid.tile(index);
      if (tile && !doc.grid.isFull(index)) {
        seen.add(tile);
      }
    }
    for (const { tile } of doc.history.undoEntry?.changes ?? []) {
      expect(tile === null || !seen.has(tile)).toBe(true);
    }
    expect(seen.size).toBeGreaterThan(0);
  });
});
