import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pastSource, tilesOf } from './document-tiles';
import { MaskDocument } from './mask-document';
import { withMask } from './mask-stack';
import { type PastWork, pastThumbnails } from './past-thumbnails';
import { type MaskThumbnail, maskThumbnail } from './thumbnail';

const codec = {
  deflate: async (bytes: Uint8Array) => new Uint8Array(await promisify(deflateRaw)(bytes)),
  inflate: async (bytes: Uint8Array) => new Uint8Array(await promisify(inflateRaw)(bytes)),
};

function newDocument(width = 1100, height = 700): MaskDocument {
  return new MaskDocument(width, height, { codec });
}

function dab(doc: MaskDocument, x: number, y: number, radius: number): void {
  doc.beginStroke({ mode: 'paint', hardness: 0.5, opacity: 1, tool: 'brush' });
  doc.strokeTo({ x, y, radius, strength: 1 });
  doc.endStroke();
}

/** Everything found, and how many tiles had to be unpacked for it. */
async function past(
  doc: MaskDocument,
  more: Partial<PastWork> = {},
): Promise<{ found: Map<number, MaskThumbnail>; order: number[]; unpacked: number }> {
  const result = { found: new Map<number, MaskThumbnail>(), order: [] as number[], unpacked: 0 };
  await pastThumbnails(pastSource(doc), {
    wanted: new Set(doc.history.list().map(({ id }) => id)),
    most: 64,
    unpack: (tile) => {
      result.unpacked++;
      return doc.history.packer.unpack(tile);
    },
    breathe: () => Promise.resolve(true),
    found: (id, picture) => {
      result.found.set(id, picture);
      result.order.push(id);
    },
    ...more,
  });
  return result;
}

/** Mean difference of two pictures, 0 to 255. */
function off(a: MaskThumbnail, b: MaskThumbnail): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  return a.values.reduce((sum, value, i) => sum + Math.abs(value - (b.values[i] ?? 0)), 0) / a.values.length;
}

describe('thumbnails of past steps', () => {
  it('equal those seen when the step was the present one, done and undone, packed or not', async () => {
    const kinds = fc.constantFrom(
      'dab',
      'dab',
      'invert',
      'all',
      'clear',
      'add',
      'cut',
      'hide',
      'remove',
      'load',
      'pack',
    );
    const op = fc.record({
      kind: kinds,
      x: fc.integer({ min: 0, max: 1100 }),
      y: fc.integer({ min: 0, max: 700 }),
      radius: fc.integer({ min: 60, max: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(op, { minLength: 3, maxLength: 14 }),
        fc.integer({ min: 0, max: 14 }),
        async (ops, undone) => {
          const doc = newDocument();
          const seen = new Map<number, MaskThumbnail>();
          for (const [i, { kind, x, y, radius }] of ops.entries()) {
            const { id } = doc.active;
            const mask = { mode: kind === 'cut' ? 'subtract' : 'add', visible: kind !== 'hide' } as const;
            if (kind === 'dab') {
              dab(doc, x, y, radius);
            } else if (kind === 'invert') {
              doc.invert();
            } else if (kind === 'all') {
              doc.selectAll();
            } else if (kind === 'clear') {
              doc.clear();
            } else if (kind === 'add') {
              doc.addMask(`m${i}`, { copyOf: x % 2 ? id : undefined });
            } else if (kind === 'remove') {
              doc.removeMask(id);
            } else if (kind === 'load') {
              // Several steps that are one to people.
              doc.replaceAll('load', { masks: [{ ...doc.active, id: `n${i}` }], active: `n${i}` }, new Map());
            } else if (kind === 'pack') {
              await doc.history.settle();
            } else {
              doc.restack('mask', withMask(doc.stack, id, mask));
            }
            await doc.settled();
            const last = doc.history.list().findLast(({ done }) => done);
            if (last) {
              seen.set(last.id, maskThumbnail(doc.mips, last.box, 64));
            }
          }
          for (let i = 0; i < undone; i++) {
            await doc.undo();
          }
          await doc.settled();
          const before = tilesOf(doc);
          const { found } = await past(doc);
          for (const { id } of doc.history.list()) {
            const [now, then] = [found.get(id), seen.get(id)];
            expect(now && then ? off(now, then) : Infinity).toBeLessThan(4);
          }
          // Nothing was touched for it.
          expect(tilesOf(doc)).toEqual(before);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('come nearest first, unpack only what lies in the requested boxes, and stop when told', async () => {
    const doc = newDocument(8192, 8192);
    for (let i = 0; i < 30; i++) {
      dab(doc, 200 + 250 * i, 4000, 40);
    }
    doc.selectAll();
    await doc.history.settle();
    const ids = doc.history.list().map(({ id }) => id);
    expect((await past(doc)).order).toEqual(ids.toReversed());
    const few = await past(doc, { wanted: new Set(ids.slice(-2)) });
    expect([...few.found.keys()]).toEqual(ids.slice(-2).toReversed());
    expect(few.unpacked).toBeLessThan(6);
    let breaths = 0;
    const stopped = await past(doc, { breathe: () => Promise.resolve(++breaths < 10) });
    expect(stopped.found.size).toBeLessThan(10);
    expect(breaths).toBe(10);
  });

  it('leave out steps whose tiles are lost', async () => {
    const doc = newDocument();
    dab(doc, 100, 100, 50);
    for (let i = 0; i < 12; i++) {
      dab(doc, 900, 600, 20 + i);
    }
    await doc.history.settle();
    const { found } = await past(doc, { unpack: () => Promise.reject(new Error('lost')) });
    expect(found.size).toBeGreaterThan(0);
    expect(found.size).toBeLessThan(13);
  });
});
