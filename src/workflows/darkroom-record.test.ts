import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExact, stringifyExact } from '../comfy/exact-json';
import type { FileRef } from '../comfy/file-ref';
import { emptyRecord, isOrigin, MERGE, readRecord, recordFor, writeRecord } from './darkroom-record';
import { recipeInput } from './recipe';

const original: FileRef = { filename: 'cat.png', subfolder: 'a\\b', type: 'output' };
const mask: FileRef = { filename: 'm.png', subfolder: 'clipspace', type: 'input' };
const SEED = 18446744073709551615n;

const input = recipeInput(
  { kind: 'apart', image: original, mask },
  { width: 4000, height: 3000 },
  {
    area: { x: 8, y: 16, width: 512, height: 640 },
    working: { width: 1024, height: 1280 },
    denoiseMask: { grow: 12, feather: 8 },
    compositeMask: { grow: -2, feather: 3.5 },
    extend: { left: 0, top: 64, right: 0, bottom: 0, overlap: 48 },
  },
);

/** Through the text that is stored in a picture. */
function travel(json: unknown): unknown {
  return parseExact(stringifyExact(json));
}

describe('a record inside a picture', () => {
  it('comes back as it was, seeds to the last digit', () => {
    const values = { prompt: 'eine Hand „so“ 手', seed: SEED, steps: 20, soft: true };
    const record = recordFor('inpaint-checkpoint', input, values, {
      parent: original,
      modifiers: { grow: 4, feather: 2.5, nested: { list: [1, 'two', null] } },
      box: { mode: 'hand' },
      prompts: [{ typed: '{red|blue} door', sent: 'red door' }],
    });
    const back = readRecord(travel(writeRecord(record)));
    expect(back).toEqual(record);
    expect(back?.values['seed']).toBe(SEED);
  });

  it('says the least when there is the least to say', () => {
    const record = emptyRecord('blur');
    expect(writeRecord(record)).toEqual({ recipe: 'blur', parent: null, mask: null });
    expect(readRecord(travel(writeRecord(record)))).toEqual(record);
  });

  it('of the first version is still read', () => {
    const old = { recipe: 'blur', parent: original, mask };
    const record = readRecord(old);
    expect(record).toEqual({ ...emptyRecord('blur'), parent: original, mask });
  });

  it('of a later version keeps what is understood', () => {
    const later = { ...writeRecord(recordFor('x', input, {})), area: { polygon: [] }, upscaler: 'new' };
    expect(readRecord(later)).toMatchObject({ recipe: 'x', area: null, working: input.working });
    expect(readRecord(later)).not.toHaveProperty('upscaler');
  });

  it.each([
    [{ area: { x: 0, y: 0, width: 0, height: 8 } }, 'area'],
    [{ area: { x: -1, y: 0, width: 8, height: 8 } }, 'area'],
    [{ area: { x: 0, y: 0, width: 1e9, height: 8 } }, 'area'],
    [{ working: { width: 8.5, height: 8 } }, 'working'],
    [{ extend: { left: 1, top: 0, right: 0, bottom: 0 } }, 'extend'],
    [{ parent: { filename: '', subfolder: '', type: 'output' } }, 'parent'],
    [{ mask: { filename: 'a', subfolder: '', type: 'etc' } }, 'mask'],
    [{ modifiers: [1] }, 'modifiers'],
  ])('leaves out what does not hold: %j', (part, key) => {
    expect(readRecord({ recipe: 'r', ...part })).toEqual(emptyRecord('r'));
    expect(key in emptyRecord('r')).toBe(true);
  });

  it('keeps the good prompts beside the bad ones', () => {
    const good = { typed: '{a|b}', sent: 'a' };
    expect(readRecord({ recipe: 'r', prompts: [good, 'a', { typed: 1, sent: 'b' }] })?.prompts).toEqual([
      good,
    ]);
    expect(readRecord({ recipe: 'r', prompts: 'a' })?.prompts).toEqual([]);
  });

  it('keeps the good values of a form beside the bad ones', () => {
    expect(readRecord({ recipe: 'r', values: { a: 1, b: { c: 2 }, d: null, e: 'x' } })?.values).toEqual({
      a: 1,
      e: 'x',
    });
  });

  it('is null for everything that is none', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const isRecord =
          typeof json === 'object' &&
          json !== null &&
          !Array.isArray(json) &&
          typeof json['recipe'] === 'string';
        expect(readRecord(json) !== null).toBe(isRecord);
      }),
    );
    expect(readRecord(undefined)).toBeNull();
    expect(readRecord({ recipe: 7 })).toBeNull();
  });
});

describe('taking an edit up again', () => {
  const record = { ...emptyRecord('blur'), parent: original, mask };

  it('needs the picture and the mask', () => {
    expect(isOrigin(record)).toBe(true);
    expect(isOrigin({ ...record, mask: null })).toBe(false);
    expect(isOrigin({ ...record, parent: null })).toBe(false);
    expect(isOrigin(null)).toBe(false);
  });

  it('is nothing for a merge, which no form can repeat', () => {
    expect(isOrigin({ ...record, recipe: MERGE })).toBe(false);
  });
});
