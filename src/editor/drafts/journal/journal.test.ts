import 'fake-indexeddb/auto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import fc from 'fast-check';
import { openDB } from 'idb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { maskHash } from '../../mask/hash';
import type { ByteCodec } from '../../mask/history';
import { MaskDocument } from '../../mask/mask-document';
import { MaskGrid, TILE_BYTES } from '../../mask/mask-grid';
import { maskTiles } from '../../mask/mask-tiles';
import { withMask } from '../../mask/mask-stack';
import { PixelSource } from '../../mask/pixel-source';
import { CopyStroke } from '../../paint/copy-stroke';
import { type PaintRequest, requestedPaint } from '../../paint/paint-request';
import { placesUnder, placeWork } from '../../paint/placement';
import { PLANES, type Rgb } from '../../paint/planes';
import { DocumentStates, masksAlone, replaceMasks, restoreDocument } from './document-state';
import { JournalPresence } from './journal-presence';
import { PIECE_BYTES, PIECE_REQUESTS } from './journal-requests';
import { JournalStore, sparedDocuments, surplusDocuments } from './journal-store';
import type { JournalWriter } from './journal-writer';
import { type PendingWork, pendingWork } from './pending-work';

vi.setConfig({ testTimeout: 120_000 });

const codec: ByteCodec = {
  deflate: async (bytes) => new Uint8Array(await promisify(deflateRaw)(bytes)),
  inflate: async (bytes) => new Uint8Array(await promisify(inflateRaw)(bytes)),
};
const WIDTH = 700;
const HEIGHT = 400;

let store: JournalStore;
let count = 0;

beforeEach(async () => {
  store = await JournalStore.open(codec, `journal-${count++}`);
});
afterEach(() => {
  store.close();
});

const newDocument = (budget?: number): MaskDocument =>
  new MaskDocument(WIDTH, HEIGHT, { codec, ...(budget === undefined ? {} : { historyBudget: budget }) });

/** All masks and what is known of them, and the paint layer. */
function hashOf(doc: MaskDocument): string {
  const ids = [...doc.stack.masks.map(({ id }) => id), ...PLANES];
  const grids = ids.map((id) => {
    const grid = doc.gridOf(id) ?? new MaskGrid(doc.width, doc.height);
    return maskHash(maskTiles(grid));
  });
  return JSON.stringify([doc.stack.masks, grids]);
}

/** The history as lists show it. */
const stepsOf = (doc: MaskDocument): string =>
  JSON.stringify(doc.history.list().map(({ id, tool, mask, done, box }) => [id, tool, mask, done, box]));

function writerOf(doc: MaskDocument, picture = 'a', owner = 'me'): JournalWriter {
  return store.create(doc.history.packer, { picture, width: WIDTH, height: HEIGHT, owner });
}

async function reopened(id: string, owner = 'later'): Promise<{ doc: MaskDocument; writer: JournalWriter }> {
  const doc = newDocument();
  const kept = await store.read(id, WIDTH, HEIGHT, doc.history.packer);
  if (!kept?.writer) {
    throw new Error('no document');
  }
  restoreDocument(doc, kept);
  await store.adopt(id, kept.id, owner);
  return { doc, writer: kept.writer(owner) };
}

function dab(doc: MaskDocument, x: number, y: number, mode: 'paint' | 'erase' = 'paint', radius = 60): void {
  doc.beginStroke({ mode, hardness: 0.4, opacity: 1, tool: mode });
  doc.strokeTo({ x, y, radius, strength: 1 });
  doc.endStroke();
}

function paint(doc: MaskDocument, x: number, y: number, erase: boolean): void {
  const color: Rgb = [(x + 40) % 256, (y + 40) % 256, 90];
  doc.beginPaint({ mode: erase ? 'erase' : 'paint', hardness: 0.5, opacity: 0.8, color });
  doc.paintStroke?.add({ x, y, radius: 70, strength: 1 });
  doc.flushPaint();
  doc.endPaint();
}

const picture = new PixelSource(WIDTH, HEIGHT);
picture.setRows(
  0,
  Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => ((i >> 2) % WIDTH < 300 ? i % 251 : 90)),
);

/** The requests of the tools that work the paint layer out: bucket, gradient, clone and heal. */
const REQUESTS: Record<'bucket' | 'gradient' | 'clone' | 'heal', (x: number, y: number) => PaintRequest> = {
  bucket: (x, y) => ({
    kind: 'region',
    ...{ x: Math.max(0, Math.min(WIDTH - 1, x)), y: Math.max(0, Math.min(HEIGHT - 1, y)) },
    ...{ tolerance: 8, contiguous: true, layer: 1, color: [20, 160, x & 255], mode: 'paint', opacity: 0.7 },
  }),
  gradient: (x, y) => ({
    kind: 'gradient',
    gradient: {
      ...{ shape: 'linear', from: { x, y }, to: { x: y, y: x + 40 } },
      ...{ color: [200, 40, 40], second: null, opacity: 0.6 },
    },
  }),
  clone: (x, y) => ({ kind: 'copy', dx: x - 200, dy: y - 150, heal: false, layer: 1 }),
  heal: (x, y) => ({ kind: 'copy', dx: x - 200, dy: y - 150, heal: true, layer: 1 }),
};

type Worked = keyof typeof REQUESTS;

/** What such a tool does to a place, inside the mask or everywhere. */
async function work(doc: MaskDocument, tool: Worked, x: number, y: number, inMask: boolean): Promise<void> {
  const grids = doc.paintPlanes();
  const stroke = new CopyStroke(WIDTH, HEIGHT, { hardness: 0.5, opacity: 0.9 }, { dx: 0, dy: 0 });
  stroke.stroke.add({ x, y, radius: 50, strength: 1 });
  stroke.finish(() => undefined);
  const changes = await requestedPaint(REQUESTS[tool](x, y), {
    gridFor: (plane) => grids[PLANES.indexOf(plane)] ?? new MaskGrid(WIDTH, HEIGHT),
    limit: inMask ? doc.paintLimit() : null,
    selection: stroke.cover,
    picture: () => Promise.resolve(picture),
  });
  doc.changePaint(`paint-${tool}`, changes);
}

/** A picture of one colour, put on the layer. */
function place(doc: MaskDocument, x: number, y: number, inMask: boolean): void {
  const where = { x, y, width: 300, height: 120, angle: 0 };
  const picture = {
    rgba: (left: number, top: number) => {
      const rgba = new Uint8ClampedArray(TILE_BYTES * 4);
      for (let i = 0; i < TILE_BYTES; i++) {
        const [px, py] = [left + (i & 255) - x, top + (i >> 8) - y];
        if (px >= 0 && py >= 0 && px < where.width && py < where.height) {
          rgba.set([px & 255, 80, py & 255, 230], i * 4);
        }
      }
      return rgba;
    },
    opacity: 0.8,
    limit: inMask ? doc.paintLimit() : null,
  };
  doc.paint('paint-place', placesUnder(where, doc), placeWork(picture, doc));
}

type Op =
  | { kind: 'dab' | 'paint'; x: number; y: number; erase: boolean }
  | { kind: Worked | 'place'; x: number; y: number; inMask: boolean }
  | {
      kind:
        | 'clear'
        | 'all'
        | 'invert'
        | 'undo'
        | 'redo'
        | 'settle'
        | 'add'
        | 'copy'
        | 'remove'
        | 'switch'
        | 'mode';
    }
  | { kind: 'save' | 'urgent' | 'stroke' | 'cancel' }
  | { kind: 'float' | 'push' | 'land' };

const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('dab' as const, 'paint' as const),
      x: fc.integer({ min: -20, max: WIDTH + 20 }),
      y: fc.integer({ min: -20, max: HEIGHT + 20 }),
      erase: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('bucket', 'gradient', 'clone', 'heal', 'place'),
      x: fc.integer({ min: -20, max: WIDTH + 20 }),
      y: fc.integer({ min: -20, max: HEIGHT + 20 }),
      inMask: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(
        ...(['clear', 'all', 'invert', 'undo', 'undo', 'redo', 'settle', 'add', 'copy', 'remove'] as const),
        ...(['switch', 'mode'] as const),
      )
      .map((kind): Op => ({ kind })),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom('save', 'save', 'urgent', 'stroke', 'cancel').map((kind) => ({ kind })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('float', 'push', 'land').map((kind) => ({ kind })),
  },
);

let masks = 0;

async function run(doc: MaskDocument, { kind, ...more }: Op): Promise<void> {
  const { stack } = doc;
  const last = stack.masks[stack.masks.length - 1]?.id ?? '';
  switch (kind) {
    case 'dab':
    case 'paint': {
      const { x, y, erase } = more as { x: number; y: number; erase: boolean };
      if (kind === 'paint') {
        paint(doc, x, y, erase);
      } else {
        dab(doc, x, y, erase ? 'erase' : 'paint');
      }
      return;
    }
    case 'bucket':
    case 'gradient':
    case 'clone':
    case 'heal':
    case 'place': {
      const { x, y, inMask } = more as { x: number; y: number; inMask: boolean };
      if (kind === 'place') {
        place(doc, x, y, inMask);
      } else {
        await work(doc, kind, x, y, inMask);
      }
      return;
    }
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
    case 'redo':
      await doc[kind]();
      return;
    case 'settle':
      return doc.history.settle();
    case 'add':
      doc.addMask(`m${masks++}`);
      return;
    case 'copy':
      doc.addMask(`m${masks++}`, { name: 'copy', copyOf: stack.active });
      return;
    case 'remove':
      doc.removeMask(stack.active);
      return;
    case 'switch':
      doc.activate(stack.masks[0]?.id ?? '');
      return;
    case 'mode':
      doc.restack('mode', withMask(stack, last, { mode: 'subtract' }));
      return;
    case 'cancel':
      doc.cancelStroke();
      return;
    default:
      return;
  }
}

/** Undone to the start, redone to the end: hashes on the way, the present one in its place. */
async function walk(doc: MaskDocument): Promise<string[]> {
  const hashes = [hashOf(doc)];
  let undone = 0;
  while (await doc.undo()) {
    hashes.unshift(hashOf(doc));
    undone++;
  }
  for (let i = 0; i < undone; i++) {
    await doc.redo();
  }
  while (await doc.redo()) {
    hashes.push(hashOf(doc));
  }
  return hashes;
}

describe('the journal', () => {
  it('restores a state that existed, whatever was saved when and however it ended', async () => {
    let crashed = 0;
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(op, { minLength: 1, maxLength: 24 }),
        fc.boolean(),
        async (ops, urgentEnd) => {
          for (const { kind } of ops) {
            seen.add(kind);
          }
          const doc = newDocument();
          let pending: PendingWork[] = [];
          const states = new DocumentStates(doc, () => pending);
          const writer = writerOf(doc, `picture-${crashed++}`);
          const was = new Set<string>();
          const remember = (): void => {
            if (!doc.painting) {
              was.add(hashOf(doc) + stepsOf(doc) + JSON.stringify(pending));
            }
          };
          const saves: Promise<unknown>[] = [];
          let least = '';
          remember();
          for (const step of ops) {
            if (step.kind === 'save') {
              saves.push(writer.save(() => states.state(null)));
            } else if (step.kind === 'urgent') {
              saves.push(writer.saveNow(states.state(null), false));
            } else if (step.kind === 'stroke') {
              doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
              doc.strokeTo({ x: 300, y: 200, radius: 30, strength: 1 });
              doc.flushStroke();
            } else if (step.kind === 'float') {
              pending = [...pending, pendingWork({ at: 0 }, new Uint8Array([masks++ & 255, 2, 3]))];
            } else if (step.kind === 'push') {
              pending = pending.map((work) => ({ ...work, facts: { at: masks++ } }));
            } else if (step.kind === 'land' && pending.length > 0 && !doc.painting) {
              // It becomes a step and is pending no more, in one go.
              pending = pending.slice(1);
              place(doc, masks++ % 300, 20, false);
            } else {
              await run(doc, step);
            }
            remember();
          }
          if (urgentEnd) {
            doc.endStroke();
            remember();
            least = hashOf(doc) + stepsOf(doc) + JSON.stringify(pending);
            saves.push(writer.saveNow(states.state(null), true));
          }
          await Promise.all(saves);
          const kept = await store.read(writer.id, WIDTH, HEIGHT, newDocument().history.packer);
          if (!kept) {
            expect(urgentEnd && (pending.length > 0 || doc.history.list().length > 0)).toBe(false);
            return;
          }
          const again = await reopened(writer.id);
          const present = hashOf(again.doc) + stepsOf(again.doc) + JSON.stringify(kept.pending);
          if (urgentEnd) {
            expect(present).toBe(least);
          }
          const mask = again.doc.gridOf(again.doc.stack.masks[0]?.id ?? '');
          const unfinished = again.doc.history.undoEntry?.label.tool === 'brush';
          expect(was.has(present) || unfinished).toBe(true);
          expect(mask).not.toBeNull();
          // Every step leads back, and forth again to the present.
          const there = await walk(again.doc);
          if (urgentEnd) {
            expect(there).toEqual(await walk(doc));
          }
          const back = await reopened(writer.id);
          while (await back.doc.undo()) {
            // to the beginning
          }
          expect(back.doc.grid.empty).toBe(true);
          expect(back.doc.stack.masks).toHaveLength(1);
        },
      ),
      { numRuns: 120, seed: 20_260 },
    );
    const wanted = [...Object.keys(REQUESTS), 'place', 'paint', 'dab', 'float', 'push', 'land'];
    expect([...seen]).toEqual(expect.arrayContaining(wanted));
  });

  it('continues a restored document, and again', async () => {
    let doc = newDocument();
    let writer = writerOf(doc);
    for (let round = 0; round < 4; round++) {
      const states = new DocumentStates(doc);
      for (let i = 0; i < 5; i++) {
        dab(doc, (round * 131 + i * 97) % WIDTH, (i * 71) % HEIGHT, i % 3 === 2 ? 'erase' : 'paint');
        await writer.save(() => states.state({ round }));
      }
      await doc.undo();
      await writer.save(() => states.state({ round }));
      const before = [hashOf(doc), stepsOf(doc)];
      const next = await reopened(writer.id, `owner-${round}`);
      expect([hashOf(next.doc), stepsOf(next.doc)]).toEqual(before);
      ({ doc, writer } = next);
    }
    expect(doc.history.list().length).toBeGreaterThan(15);
    const walked = await walk(doc);
    expect(walked).toHaveLength(doc.history.list().length + 1);
    await doc.history.settle();
    expect(await walk(doc)).toEqual(walked);
  });

  it('takes what an urgent save hands over while another is packing', async () => {
    const doc = newDocument();
    const states = new DocumentStates(doc);
    const writer = writerOf(doc);
    dab(doc, 100, 100);
    let saving: Promise<boolean> | undefined;
    await new Promise<void>((begun) => {
      saving = writer.save(() => {
        begun();
        return states.state(null);
      });
    });
    dab(doc, 500, 300);
    // The page goes away: only what is handed over before the next tick counts.
    const urgent = writer.saveNow(states.state(null), true);
    expect(await saving).toBe(false);
    await urgent;
    expect(hashOf((await reopened(writer.id)).doc)).toBe(hashOf(doc));
    expect(writer.raw).toBe(true);
    await writer.save(() => states.state(null));
    expect(writer.raw).toBe(false);
    const again = await reopened(writer.id);
    expect(again.doc.history.bytes()).toBeLessThan(20_000);
  });

  it('keeps a stroke as far as it got, and lets it be taken back', async () => {
    const doc = newDocument();
    const states = new DocumentStates(doc);
    const writer = writerOf(doc);
    dab(doc, 100, 100);
    const first = hashOf(doc);
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 500, y: 300, radius: 40, strength: 1 });
    doc.strokeTo({ x: 560, y: 300, radius: 40, strength: 1 });
    doc.flushStroke();
    await writer.save(() => states.state(null));
    const crashed = await reopened(writer.id);
    expect(crashed.doc.grid.valueAt(520, 300)).toBe(255);
    await crashed.doc.undo();
    expect(hashOf(crashed.doc)).toBe(first);
    doc.strokeTo({ x: 640, y: 300, radius: 40, strength: 1 });
    doc.endStroke();
    await writer.save(() => states.state(null));
    const whole = await reopened(writer.id);
    expect([hashOf(whole.doc), stepsOf(whole.doc)]).toEqual([hashOf(doc), stepsOf(doc)]);
  });

  it('keeps a modifier being moved, every position of its slider, and lets it be taken back', async () => {
    const doc = newDocument();
    const states = new DocumentStates(doc);
    const writer = writerOf(doc);
    dab(doc, 200, 200);
    const feathered = (feather: number): ReturnType<typeof withMask> =>
      withMask(doc.stack, doc.active.id, { modifiers: { grow: 0, feather, threshold: null } });
    for (const feather of [3, 8]) {
      doc.tryStack(feathered(feather));
      await writer.save(() => states.state(null));
    }
    const { doc: later } = await reopened(writer.id);
    expect(later.active.modifiers.feather).toBe(8);
    expect(later.history.list().map(({ tool }) => tool)).toEqual(['paint', 'modifiers']);
    await later.undo();
    expect(later.active.modifiers.feather).toBe(0);
    await later.redo();
    expect(later.active.modifiers.feather).toBe(8);
    // The finished step replaces it, and disappears when the trial is abandoned.
    doc.restack('modifiers', doc.stack);
    await writer.save(() => states.state(null));
    expect(stepsOf((await reopened(writer.id)).doc)).toBe(stepsOf(doc));
    doc.tryStack(feathered(1));
    await writer.save(() => states.state(null));
    doc.restack('modifiers', feathered(8));
    await writer.save(() => states.state(null));
    expect(stepsOf((await reopened(writer.id)).doc)).toBe(stepsOf(doc));
  });

  it('writes only what a stroke changed, and deletes what the history dropped', async () => {
    const doc = newDocument(150_000);
    const states = new DocumentStates(doc);
    const writer = writerOf(doc);
    doc.selectAll();
    await writer.save(() => states.state(null));
    for (let i = 0; i < 60; i++) {
      dab(doc, (i * 97) % WIDTH, (i * 53) % HEIGHT, i % 2 ? 'paint' : 'erase', 90);
      await doc.history.settle();
      await writer.save(() => states.state(null));
    }
    expect(doc.history.list().length).toBeLessThan(60);
    const again = await reopened(writer.id);
    expect(stepsOf(again.doc)).toBe(stepsOf(doc));
    const [info] = await store.list('a', WIDTH, HEIGHT);
    expect(info?.coverage).toBeGreaterThan(0);
    // Tiles of dropped steps are gone: what remains is the mask and at most the budget.
    expect(writer.bytes).toBeLessThan(150_000 + 12 * 65_536);
  });

  it('stores the coverage once it is counted, and keeps it meanwhile', async () => {
    const doc = newDocument();
    const states = new DocumentStates(doc);
    const writer = writerOf(doc);
    const share = async (): Promise<number | null | undefined> =>
      (await store.list('a', WIDTH, HEIGHT))[0]?.coverage;
    doc.beginStroke({ mode: 'paint', hardness: 0.4, opacity: 1, tool: 'paint' });
    doc.strokeTo({ x: 300, y: 200, radius: 60, strength: 1 });
    await writer.save(() => ({ ...states.state(null), coverage: null }));
    expect(await share()).toBeNull();
    // Nothing is painted any more, so all tiles are already stored.
    doc.endStroke();
    await writer.save(() => ({ ...states.state(null), coverage: null }));
    await writer.save(() => states.state(null));
    const counted = await share();
    expect(counted).toBeGreaterThan(0.02);
    await writer.saveNow({ ...states.state({ more: 1 }), coverage: null }, false);
    expect(await share()).toBe(counted);
  });

  it('starts a new document when another page took this one over or deleted it', async () => {
    const doc = newDocument();
    const states = new DocumentStates(doc);
    const writer = writerOf(doc, 'a', 'first');
    dab(doc, 100, 100);
    await writer.save(() => states.state(null));
    const taken = writer.id;
    expect(await store.adopt(taken, 'nobody', 'second')).toBe(false);
    expect(await store.adopt(taken, 'first', 'second')).toBe(true);
    dab(doc, 500, 300);
    await writer.save(() => states.state(null));
    expect(writer.id).not.toBe(taken);
    expect(hashOf((await reopened(writer.id)).doc)).toBe(hashOf(doc));
    expect((await reopened(taken)).doc.history.list()).toHaveLength(1);
    for (const { id } of await store.list('a', WIDTH, HEIGHT)) {
      await store.forget(id);
    }
    expect(await store.list('a', WIDTH, HEIGHT)).toEqual([]);
    doc.invert();
    await writer.save(() => states.state(null));
    expect(hashOf((await reopened(writer.id)).doc)).toBe(hashOf(doc));
    expect(await store.list('a', WIDTH, HEIGHT)).toHaveLength(1);
  });

  it('releases only what exists and is its own', async () => {
    const owners = async (): Promise<string[]> =>
      (await store.list('a', WIDTH, HEIGHT)).map(({ owner }) => owner);
    const doc = newDocument();
    const states = new DocumentStates(doc);
    const writer = writerOf(doc, 'a', 'first');
    dab(doc, 100, 100);
    await writer.save(() => states.state(null));
    await writer.saveNow(null, true);
    expect(await owners()).toEqual(['']);
    await store.adopt(writer.id, '', 'second');
    await writer.saveNow(null, true);
    expect(await owners()).toEqual(['second']);
    await store.forget(writer.id);
    await writer.saveNow(null, true);
    expect(await owners()).toEqual([]);
  });

  it('writes nothing of a save that could not be handed over completely', async () => {
    const doc = newDocument();
    const states = new DocumentStates(doc);
    const writer = writerOf(doc);
    dab(doc, 100, 100);
    await writer.save(() => states.state(null));
    const before = hashOf(doc);
    const put = Reflect.get(IDBObjectStore.prototype, 'put');
    const spy = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      value: unknown,
      key?: IDBValidKey,
    ) {
      if (this.name === 'steps') {
        throw new DOMException('no', 'DataCloneError');
      }
      return put.call(this, value, key);
    });
    dab(doc, 500, 300);
    await expect(writer.save(() => states.state(null))).rejects.toMatchObject({ name: 'DataCloneError' });
    await expect(writer.saveNow(states.state(null), false)).rejects.toMatchObject({ name: 'DataCloneError' });
    spy.mockRestore();
    const kept = (await reopened(writer.id)).doc;
    expect([hashOf(kept), kept.history.list().length]).toEqual([before, 1]);
    await store.adopt(writer.id, 'later', 'me');
    await writer.save(() => states.state(null));
    expect(hashOf((await reopened(writer.id)).doc)).toBe(hashOf(doc));
  });

  describe('a save of many tiles', () => {
    const SIDE = 1536;
    const large = (): MaskDocument => new MaskDocument(SIDE, SIDE, { codec });
    const writerOfLarge = (doc: MaskDocument): JournalWriter =>
      store.create(doc.history.packer, { picture: 'large', width: SIDE, height: SIDE, owner: 'me' });
    const kept = async (id: string): Promise<{ present: string; steps: string }> => {
      const doc = large();
      const found = await store.read(id, SIDE, SIDE, doc.history.packer);
      if (!found) {
        throw new Error('no document');
      }
      restoreDocument(doc, found);
      return { present: hashOf(doc), steps: stepsOf(doc) };
    };

    /** A gradient over the whole layer, different each time. */
    async function fill(doc: MaskDocument, color: Rgb): Promise<void> {
      const grids = doc.paintPlanes();
      const changes = await requestedPaint(
        {
          kind: 'gradient',
          gradient: {
            ...{ shape: 'linear', from: { x: 0, y: 0 }, to: { x: SIDE, y: SIDE } },
            ...{ color, second: [9, 8, 7], opacity: 0.9 },
          },
        },
        {
          gridFor: (plane) => grids[PLANES.indexOf(plane)] ?? new MaskGrid(SIDE, SIDE),
          limit: null,
          selection: new MaskGrid(SIDE, SIDE),
          picture: () => Promise.resolve(picture),
        },
      );
      doc.changePaint('paint-gradient', changes);
    }

    /** Watches the rows put, by task; `then` is called with how many pieces there were. */
    function watchPuts(then: (pieces: number, writing: IDBTransaction) => void): {
      pieces: { puts: number; bytes: number }[];
      restore: () => void;
    } {
      const pieces: { puts: number; bytes: number }[] = [];
      let open = false;
      const put = Reflect.get(IDBObjectStore.prototype, 'put');
      const spy = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
        this: IDBObjectStore,
        value: { bytes?: Uint8Array },
        key?: IDBValidKey,
      ) {
        if (!open) {
          open = true;
          pieces.push({ puts: 0, bytes: 0 });
          then(pieces.length, this.transaction);
          setImmediate(() => (open = false));
        }
        const piece = pieces.at(-1);
        if (piece) {
          piece.puts++;
          piece.bytes += this.name === 'tiles' ? (value.bytes?.length ?? 0) : 0;
        }
        return put.call(this, value, key);
      });
      return {
        pieces,
        restore: () => {
          spy.mockRestore();
        },
      };
    }

    it('is handed over in bounded pieces, and whole', async () => {
      const doc = large();
      const states = new DocumentStates(doc);
      const writer = writerOfLarge(doc);
      await fill(doc, [200, 40, 40]);
      // As when the machine is too busy to pack: the largest rows there are.
      vi.spyOn(doc.history.packer, 'packAll').mockRejectedValueOnce(new Error('busy'));
      const { pieces, restore } = watchPuts(() => undefined);
      await writer.save(() => states.state(null));
      restore();
      expect(writer.raw).toBe(true);
      expect(pieces.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(4 * PIECE_BYTES);
      expect(Math.max(...pieces.map(({ bytes }) => bytes))).toBeLessThanOrEqual(PIECE_BYTES);
      expect(Math.max(...pieces.map(({ puts }) => puts))).toBeLessThanOrEqual(PIECE_REQUESTS + 1);
      expect(await kept(writer.id)).toEqual({ present: hashOf(doc), steps: stepsOf(doc) });
    });

    it('that ends between two pieces leaves the state before it, and the next save the one after', async () => {
      for (let last = 2, whole = false; !whole; last += 3) {
        const doc = large();
        const states = new DocumentStates(doc);
        const writer = writerOfLarge(doc);
        await fill(doc, [200, 40, 40]);
        await writer.save(() => states.state(null));
        const before = { present: hashOf(doc), steps: stepsOf(doc) };
        await fill(doc, [20, 140, 40]);
        await doc.undo();
        await fill(doc, [20, 140, 240]);
        // A browser aborts what a page had not finished handing over when it went away.
        const { pieces, restore } = watchPuts((count, writing) => {
          if (count === last) {
            writing.abort();
          }
        });
        const saving = writer.save(() => states.state(null));
        whole = await saving.then(
          () => true,
          () => false,
        );
        restore();
        const after = { present: hashOf(doc), steps: stepsOf(doc) };
        expect(await kept(writer.id)).toEqual(whole ? after : before);
        expect(whole).toBe(pieces.length < last);
        await writer.save(() => states.state(null));
        expect(await kept(writer.id)).toEqual(after);
        expect(last).toBeLessThan(30);
        if (whole) {
          expect(last).toBeGreaterThan(3);
        }
      }
    });

    it('gives way to an urgent one that comes between two pieces', async () => {
      const doc = large();
      const states = new DocumentStates(doc);
      const writer = writerOfLarge(doc);
      await fill(doc, [200, 40, 40]);
      let urgent: Promise<void> | undefined;
      const { restore } = watchPuts((count) => {
        if (count === 2) {
          setImmediate(() => {
            dab(doc, 900, 900);
            urgent = writer.saveNow(states.state(null), true);
          });
        }
      });
      expect(await writer.save(() => states.state(null))).toBe(false);
      await urgent;
      restore();
      const after = { present: hashOf(doc), steps: stepsOf(doc) };
      expect(await kept(writer.id)).toEqual(after);
      await writer.save(() => states.state(null));
      expect([writer.raw, await kept(writer.id)]).toEqual([false, after]);
    });
  });

  it('keeps large work that is not a step yet, also in a copy, and only while it is', async () => {
    const doc = newDocument();
    const data = Uint8Array.from({ length: 2_500_000 }, (_, i) => (i * 7) & 255);
    let pending = [pendingWork({ angle: 15 }, data), pendingWork({ second: true }, new Uint8Array(0))];
    const writer = writerOf(doc);
    const states = new DocumentStates(doc, () => pending);
    await writer.save(() => states.state(null));
    const puts = vi.spyOn(IDBObjectStore.prototype, 'put');
    pending = pending.map((work) => ({ ...work, facts: { angle: 30 } }));
    await writer.save(() => states.state(null));
    // Only the head: the data is there already.
    expect(puts).toHaveBeenCalledTimes(1);
    puts.mockRestore();
    const read = (id: string): ReturnType<JournalStore['read']> =>
      store.read(id, WIDTH, HEIGHT, doc.history.packer);
    const copied = await store.copy(writer.id, 'copied', 'me');
    for (const id of [writer.id, copied ?? '']) {
      const kept = await read(id);
      expect(kept?.pending.map(({ facts }) => facts)).toEqual([{ angle: 30 }, { angle: 30 }]);
      expect(kept?.pending.map((work) => work.data.length)).toEqual([2_500_000, 0]);
      expect(kept?.pending[0]?.data.every((value, i) => value === data[i])).toBe(true);
    }
    const again = await reopened(writer.id, 'me');
    pending = pending.slice(1);
    const later = new DocumentStates(again.doc, () => pending);
    await again.writer.save(() => later.state(null));
    expect((await read(writer.id))?.pending.map(({ id }) => id)).toEqual(pending.map(({ id }) => id));
    expect(again.writer.bytes).toBeLessThan(10_000);
  });

  it('copies a document that is open elsewhere, history included', async () => {
    const doc = newDocument();
    const states = new DocumentStates(doc);
    const writer = writerOf(doc);
    for (let i = 0; i < 12; i++) {
      dab(doc, i * 60, i * 30);
    }
    await writer.save(() => states.state({ area: 1 }));
    expect(await store.copy(writer.id, 'copy', 'second')).toBe('copy');
    expect(await store.copy('nothing', 'copy2', 'second')).toBeNull();
    const before = await walk(doc);
    await store.forget('b');
    doc.clear();
    await writer.save(() => states.state(null));
    const kept = await store.read('copy', WIDTH, HEIGHT, newDocument().history.packer);
    expect(kept?.extra).toEqual({ area: 1 });
    expect(await walk((await reopened('copy')).doc)).toEqual(before);
    expect(await store.read('copy', HEIGHT, WIDTH, newDocument().history.packer)).toBeNull();
  });

  it('reads drafts of the first version', async () => {
    const name = `journal-${count++}`;
    const old = await openDB(name, 1, {
      upgrade: (db) => {
        db.createObjectStore('drafts', { keyPath: 'id' }).createIndex('picture', 'picture');
        db.createObjectStore('rows', { keyPath: ['draft', 'seq'] });
      },
    });
    const doc = newDocument();
    dab(doc, 100, 100);
    const tile = doc.grid.tile(0)?.data ?? new Uint8Array();
    await old.put('drafts', { id: 'old', picture: 'a', width: WIDTH, height: HEIGHT, changedAt: 5 });
    const row = { draft: 'old', step: null, packed: true, bytes: await codec.deflate(tile.slice()) };
    const kinds = Uint8Array.from([2, 1]);
    await old.put('rows', { ...row, seq: 1, whole: true, places: Uint32Array.from([3, 4]), kinds });
    await old.put('rows', { ...row, seq: 2, whole: true, places: Uint32Array.from([0, 1]), kinds });
    await old.put('rows', {
      ...row,
      seq: 3,
      whole: false,
      places: Uint32Array.from([1]),
      kinds: Uint8Array.from([0]),
      bytes: new Uint8Array(),
      packed: false,
    });
    old.close();
    const now = await JournalStore.open(codec, name);
    expect(await now.list('a', WIDTH, HEIGHT)).toMatchObject([{ id: 'old', coverage: null, steps: 0 }]);
    expect([await now.isOld('old'), await now.isOld('new')]).toEqual([true, false]);
    const kept = await now.read('old', WIDTH, HEIGHT, newDocument().history.packer);
    const again = newDocument();
    if (kept) {
      restoreDocument(again, kept);
    }
    const wanted = newDocument();
    wanted.restore([{ index: 0, tile: doc.grid.tile(0) }]);
    expect(hashOf(again)).toBe(hashOf(wanted));
    expect(again.history.canUndo).toBe(false);
    await now.forget('old');
    expect(await now.list('a', WIDTH, HEIGHT)).toEqual([]);
    now.close();
  });
});

interface Head {
  id: string;
  picture: string;
  changedAt: number;
  bytes: number;
}

const head = (id: string, picture: string, changedAt: number, bytes = 1): Head => ({
  id,
  picture,
  changedAt,
  bytes,
});

describe('masks a picture was made with', () => {
  it('are kept once per composite, apart from the drafts of pictures', async () => {
    const doc = newDocument();
    dab(doc, 100, 100);
    doc.addMask('two');
    dab(doc, 500, 300, 'paint', 90);
    doc.restack(
      'modifiers',
      withMask(doc.stack, 'two', { modifiers: { grow: 3, feather: 5, threshold: null } }),
    );
    await store.keepMade('aa', masksAlone(doc), doc.history.packer);
    await store.keepMade('aa', masksAlone(doc), doc.history.packer);
    const later = newDocument();
    dab(later, 300, 300);
    const found = await store.readMade('aa', WIDTH, HEIGHT, later.history.packer);
    expect(found?.history.steps).toEqual([]);
    expect(found && replaceMasks(later, found)).toBe(true);
    expect(hashOf(later)).toBe(hashOf(doc));
    expect(await store.readMade('bb', WIDTH, HEIGHT, later.history.packer)).toBeNull();
    expect(await store.readMade('aa', WIDTH + 1, HEIGHT, later.history.packer)).toBeNull();
    expect(await store.list('aa', WIDTH, HEIGHT)).toEqual([]);
  });

  it('contain nothing of a stroke in progress', async () => {
    const doc = newDocument();
    dab(doc, 100, 100);
    const before = hashOf(doc);
    doc.beginStroke({ mode: 'paint', hardness: 1, opacity: 1, tool: 'brush' });
    doc.strokeTo({ x: 120, y: 120, radius: 60, strength: 1 });
    doc.flushStroke();
    await store.keepMade('cc', masksAlone(doc), doc.history.packer);
    doc.endStroke();
    const later = newDocument();
    const found = await store.readMade('cc', WIDTH, HEIGHT, later.history.packer);
    expect(found && replaceMasks(later, found)).toBe(true);
    expect(hashOf(later)).toBe(before);
  });

  it('are dropped oldest first, without taking room from drafts', () => {
    const made = (id: string, changedAt: number, bytes: number): Head =>
      head(id, `made-with:${id}`, changedAt, bytes);
    const many = Array.from({ length: 230 }, (_, i) => made(`m${i}`, i, 100));
    const draft = head('draft', 'a', 0);
    expect(new Set(surplusDocuments([...many, draft], new Set()))).toEqual(
      new Set(many.slice(0, 30).map(({ id }) => id)),
    );
    const large = [made('new', 9, 50 * 1024 * 1024), made('old', 1, 20 * 1024 * 1024)];
    expect(surplusDocuments([...large, draft], new Set())).toEqual(['old']);
  });
});

describe('surplusDocuments', () => {
  it('drops the oldest beyond three per picture, never one in use', () => {
    const heads = [1, 2, 3, 4, 5].map((n) => head(`d${n}`, 'a', n));
    expect(surplusDocuments(heads, new Set())).toEqual(['d2', 'd1']);
    expect(surplusDocuments(heads, new Set(['d1']))).toEqual(['d3', 'd2']);
  });

  it('drops the oldest pictures and whatever exceeds the space', () => {
    const many = Array.from({ length: 33 }, (_, n) => head(`p${n}`, `picture ${n}`, n));
    expect(surplusDocuments(many, new Set(['p0']))).toEqual(['p3', 'p2', 'p1']);
    const mb = 1024 * 1024;
    const big = [head('new', 'a', 3, 200 * mb), head('old', 'b', 1, 150 * mb), head('mid', 'c', 2, 90 * mb)];
    expect(surplusDocuments(big, new Set())).toEqual(['old']);
  });
});

describe('sparedDocuments', () => {
  const known = [
    head('new', 'b', 9, 10),
    head('old', 'c', 2, 10),
    head('made', 'made-with:1', 5, 10),
    head('own', 'a', 1, 10),
    head('used', 'd', 1, 10),
  ];

  it('takes masks of jobs first, then the oldest of other pictures, as many as needed', () => {
    expect(sparedDocuments(known, 5, 'a', new Set(['used']))).toEqual(['made']);
    expect(sparedDocuments(known, 11, 'a', new Set(['used']))).toEqual(['made', 'old']);
    expect(sparedDocuments(known, 1000, 'a', new Set(['used']))).toEqual(['made', 'old', 'new']);
  });
});

describe('JournalPresence', () => {
  it('says and asks nothing once it is closed', async () => {
    const presence = new JournalPresence('me');
    presence.set('a', 'one');
    presence.close();
    presence.ask();
    presence.take('one');
    expect(await presence.used()).toEqual(new Set());
  });
});
