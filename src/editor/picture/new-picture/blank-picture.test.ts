import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { readPictureFacts } from '../picture-facts';
import {
  type BlankPicture,
  blankRows,
  encodeBlank,
  PRESETS,
  sideProblem,
  steppedSide,
} from './blank-picture';

const plain: BlankPicture = { width: 70, height: 65, color: '#3a7bd5', gradient: null };

/** The picture as another program decodes it. */
async function decoded(picture: BlankPicture): Promise<(x: number, y: number) => number[]> {
  const png = PNG.sync.read(Buffer.from(await encodeBlank(picture)));
  expect([png.width, png.height]).toEqual([picture.width, picture.height]);
  return (x, y) => [...png.data.subarray((y * png.width + x) * 4, (y * png.width + x) * 4 + 4)];
}

describe('a new picture', () => {
  it('has one colour all over, exactly', async () => {
    const at = await decoded(plain);
    for (const [x, y] of [
      [0, 0],
      [69, 0],
      [0, 64],
      [69, 64],
      [33, 20],
    ] as const) {
      expect(at(x, y)).toEqual([0x3a, 0x7b, 0xd5, 255]);
    }
  });

  it.each([
    ['down', { x: 10, y: 0 }, { x: 10, y: 100 }],
    ['right', { x: 0, y: 10 }, { x: 200, y: 10 }],
    ['diagonal', { x: 0, y: 0 }, { x: 200, y: 100 }],
    ['round', { x: 100, y: 50 }, { x: 0, y: 0 }],
  ] as const)('runs %s from the first colour to the last', async (direction, from, to) => {
    const at = await decoded({
      width: 201,
      height: 101,
      color: '#000000',
      gradient: { to: '#ff8040', direction },
    });
    expect(at(from.x, from.y)).toEqual([0, 0, 0, 255]);
    expect(at(to.x, to.y)).toEqual([255, 128, 64, 255]);
    const halfway = at((from.x + to.x) / 2, (from.y + to.y) / 2);
    expect(Math.abs((halfway[0] ?? 0) - 127.5)).toBeLessThanOrEqual(1);
  });

  it('comes out the same in bands of any height', () => {
    const picture: BlankPicture = {
      ...plain,
      gradient: { to: '#ffffff', direction: 'round' },
    };
    const whole = blankRows(picture, 0, picture.height);
    const parts = [...blankRows(picture, 0, 20), ...blankRows(picture, 20, picture.height)];
    expect(parts).toEqual([...whole]);
  });

  it('is larger than one band, and whole', async () => {
    const at = await decoded({
      width: 1024,
      height: 1600,
      color: '#102030',
      gradient: { to: '#102031', direction: 'down' },
    });
    expect(at(1023, 0)).toEqual([16, 32, 48, 255]);
    expect(at(1023, 1599)).toEqual([16, 32, 49, 255]);
    expect(at(500, 700)).toEqual([16, 32, 48, 255]);
    expect(at(500, 900)).toEqual([16, 32, 49, 255]);
  });

  it('is a file that needs no copy', async () => {
    const facts = readPictureFacts(await encodeBlank(plain));
    expect(facts).toMatchObject({
      format: 'png',
      depth: 8,
      grey: false,
      alpha: false,
      animated: false,
      complete: true,
      size: { width: 70, height: 65 },
    });
  });
});

describe('sides', () => {
  it('are whole px within the limits', () => {
    expect(sideProblem(64)).toBeNull();
    expect(sideProblem(8192)).toBeNull();
    expect(sideProblem(63)).toBe('small');
    expect(sideProblem(8193)).toBe('large');
    expect(sideProblem(100.5)).toBe('fraction');
    expect(sideProblem(NaN)).toBe('small');
  });

  it('have a nearest multiple of 8 within the limits', () => {
    expect(steppedSide(1001)).toBe(1000);
    expect(steppedSide(1004)).toBe(1008);
    expect(steppedSide(3)).toBe(64);
    expect(steppedSide(9000)).toBe(8192);
  });

  it('are right in every preset', () => {
    for (const side of PRESETS.flat()) {
      expect(sideProblem(side)).toBeNull();
      expect(steppedSide(side)).toBe(side);
    }
  });
});
