import { expect, it } from 'vitest';
import { picturesOf } from './feedback-pictures';

const file = (filename: string): { filename: string; subfolder: string; type: 'output' } => ({
  filename,
  subfolder: '',
  type: 'output',
});

it('puts what guests liked best first, and leaves out what they said nothing of', () => {
  const comment = (
    id: string,
    item: string,
    at: number,
  ): { id: string; item: string; name: string; text: string; at: number } => ({
    id,
    item,
    name: 'Kim',
    text: id,
    at,
  });
  const said = picturesOf({
    files: { a: file('a'), b: file('b'), c: file('c'), d: file('d'), e: file('e') },
    favourites: { b: 9, c: 1 },
    votes: { c: 2, e: 0 },
    voters: 2,
    comments: [comment('late', 'd', 5), comment('early', 'd', 2), comment('lost', 'gone', 1)],
  });
  expect(said.map(({ item }) => item)).toEqual(['c', 'b', 'd']);
  expect(said[2]?.comments.map(({ id }) => id)).toEqual(['early', 'late']);
});
