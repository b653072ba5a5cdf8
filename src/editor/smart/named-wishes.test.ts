import { describe, expect, it } from 'vitest';
import type { SelectionWish } from '../../workflows/selection/selection-graph';
import { blockedWays, NAMED_WISHES, wayTo } from './named-wishes';

/** What the buttons ask of a server that can do these kinds of wishes. */
function asked(...kinds: SelectionWish['kind'][]): Record<string, SelectionWish | undefined> {
  const can = ({ kind }: SelectionWish): boolean => kinds.includes(kind);
  return Object.fromEntries(NAMED_WISHES.map((one) => [one.name, wayTo(one, can)]));
}

describe('what has a button', () => {
  it('takes a model for faces where there is one, else words', () => {
    expect(asked('face', 'words')).toMatchObject({
      face: { kind: 'face', parts: ['face_oval'] },
      eyes: { kind: 'face', parts: ['left_eye', 'right_eye'] },
      lips: { kind: 'face', parts: ['lips'] },
      hair: { kind: 'words', text: 'hair' },
    });
    expect(asked('words')).toMatchObject({
      subject: undefined,
      face: { kind: 'words', text: 'face' },
      eyes: { kind: 'words', text: 'eyes' },
      lips: { kind: 'words', text: 'lips' },
    });
    expect(asked('face')).toMatchObject({ lips: { kind: 'face', parts: ['lips'] }, hair: undefined });
  });

  it('lacks something only where there is no way at all', () => {
    const face = ['face', 'eyes', 'lips'] as const;
    expect(blockedWays(face, ({ kind }) => kind === 'words')).toEqual([]);
    expect(blockedWays(face, () => false).map(({ kind }) => kind)).toEqual(['face', 'face', 'face']);
    expect(blockedWays(['subject', 'background'], ({ kind }) => kind === 'background')).toEqual([
      { kind: 'subject' },
    ]);
  });
});
