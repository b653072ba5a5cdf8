import { describe, expect, it } from 'vitest';
import type { MaskGrid } from '../mask/mask-grid';
import { rasterShape } from '../mask/coverage';
import {
  askedAnew,
  type FoundObject,
  objectAt,
  offered,
  type Prompts,
  toggled,
  withAnswer,
  withPoint,
  withWish,
} from './prompts';

const SIZE = { width: 400, height: 200 };
const BOX = { kind: 'box', box: { x: 0, y: 0, width: 9, height: 9 } } as const;

/** An object that fills a box of the coarse picture, which is half as large. */
function object(x0: number, y0: number, x1: number, y1: number): FoundObject {
  const coarse: MaskGrid = rasterShape({ kind: 'rect', x0, y0, x1, y1 }, { width: 200, height: 100 }, true);
  return { file: new Blob(), coarse };
}

const words = (text: string) => ({ kind: 'words', text }) as const;
const FACE = { kind: 'face', parts: ['face_oval'] } as const;
const EYES = { kind: 'face', parts: ['left_eye', 'right_eye'] } as const;
const LIPS = { kind: 'face', parts: ['lips'] } as const;

describe('prompts', () => {
  it('puts words in the place of words, and keeps every box', () => {
    const words = withWish(withWish([], { kind: 'words', text: 'cat' }), BOX);
    const both = withWish(withWish(words, BOX), { kind: 'words', text: 'dog' });
    expect(both.map(({ wish }) => (wish.kind === 'words' ? wish.text : wish.kind))).toEqual([
      'box',
      'box',
      'dog',
    ]);
  });

  it.each([
    ['a model for faces', { face: FACE, eyes: EYES, lips: LIPS }],
    ['words', { face: words('face'), eyes: words('eyes'), lips: words('lips') }],
    ['both', { face: FACE, eyes: words('eyes'), lips: LIPS }],
  ])('puts parts of a face beside each other, and either them or the whole, found by %s', (_by, ways) => {
    const names = (prompts: Prompts): unknown[] => prompts.map(({ name }) => name);
    const ask = (prompts: Prompts, name: keyof typeof ways): Prompts => withWish(prompts, ways[name], name);
    const parts = ask(ask(ask([], 'face'), 'eyes'), 'lips');
    const some = withWish(withWish(parts, { kind: 'subject' }, 'subject'), words('hair'), 'hair');
    expect(names(some)).toEqual(['eyes', 'lips', 'subject', 'hair']);
    expect(names(ask(some, 'eyes'))).toEqual(['lips', 'subject', 'hair', 'eyes']);
    expect(names(ask(some, 'face'))).toEqual(['subject', 'hair', 'face']);
    // Typed words are something else, whatever they say.
    const typed = withWish(withWish(some, words('hat')), words('eyes'));
    expect(typed.map(({ wish }) => wish)).toEqual([...some.map(({ wish }) => wish), words('eyes')]);
  });

  it('refines one object with every point, of which the first must lie on it', () => {
    expect(withPoint([], { x: 1, y: 1 }, true)).toBeNull();
    const first = withPoint([], { x: 1, y: 1 }, false) ?? [];
    const answered = withAnswer(first, first[0]?.id ?? 0, [object(0, 0, 9, 9)]);
    const more = withPoint(answered, { x: 5, y: 5 }, true) ?? [];
    expect(more).toHaveLength(1);
    expect(more[0]?.wish).toEqual({ kind: 'points', positive: [{ x: 1, y: 1 }], negative: [{ x: 5, y: 5 }] });
    // What was found stays in sight until there is something better.
    expect(more[0]).toMatchObject({ answered: false, id: first[0]?.id });
    expect(offered(more)).toHaveLength(1);
  });

  it('drops and keeps objects, and forgets that with a new answer', () => {
    const asked = withWish([], { kind: 'words', text: 'cat' });
    const id = asked[0]?.id ?? 0;
    const two = withAnswer(asked, id, [object(0, 0, 50, 50), object(100, 0, 150, 50)]);
    const kept = (prompts: typeof two) => offered(prompts).map((one) => one.kept);
    expect(kept(toggled(two, id, 1))).toEqual([true, false]);
    expect(kept(toggled(toggled(two, id, 1), id, 1))).toEqual([true, true]);
    const anew = askedAnew(toggled(two, id, 0));
    expect(anew[0]?.answered).toBe(false);
    expect(kept(withAnswer(anew, id, [object(0, 0, 50, 50)]))).toEqual([true]);
  });

  it('finds the object below a click, but none that points made', () => {
    const asked = withWish([], { kind: 'words', text: 'cat' });
    const named = withAnswer(asked, asked[0]?.id ?? 0, [object(0, 0, 50, 50), object(100, 0, 150, 50)]);
    expect(objectAt(named, { x: 210, y: 20 }, SIZE)?.index).toBe(1);
    expect(objectAt(named, { x: 150, y: 20 }, SIZE)).toBeNull();
    const pointed = withPoint(named, { x: 150, y: 20 }, false) ?? [];
    const all = withAnswer(pointed, pointed[1]?.id ?? 0, [object(60, 0, 90, 50)]);
    expect(objectAt(all, { x: 150, y: 20 }, SIZE)).toBeNull();
  });
});
