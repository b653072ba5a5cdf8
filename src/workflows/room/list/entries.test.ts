import { describe, expect, it } from 'vitest';
import { ownEntries, recentEntries, searchEntries, serverEntries, templateEntries } from './entries';

const saved = { id: 'f1', name: 'Portrait', graph: {}, layout: null, changedAt: 9, version: 'v' };
const recent = [
  { key: '/workflows/open/form?id=f1', title: 'Portrait', usedAt: 3, runs: [{ job: 'j2', at: 2 }] },
  { key: '/workflows/open/kept?id=k', title: 'Dropped', usedAt: 1, runs: [] },
];

describe('the list', () => {
  it('has saved forms with what they made last, and the rest of what was open apart', () => {
    expect(ownEntries([saved], recent)).toMatchObject([
      { id: 'f1', title: 'Portrait', at: 9, job: 'j2', route: '/workflows/open/form?id=f1' },
    ]);
    expect(recentEntries(recent)).toMatchObject([{ title: 'Dropped', at: 1, job: null }]);
  });

  it('has the files of the server by name and folder, newest first', () => {
    const files = [
      { path: 'old.json', changedAt: 1 },
      { path: 'sub/a b.app.json', changedAt: 5 },
      { path: '.index.json', changedAt: 9 },
      { path: 'sub/.hidden/x.json', changedAt: 9 },
      { path: 'notes.txt', changedAt: 9 },
      { path: 'unknown.JSON', changedAt: null },
    ];
    expect(serverEntries(files).map(({ title, about }) => [title, about])).toEqual([
      ['a b', 'sub'],
      ['old', ''],
      ['unknown', ''],
    ]);
  });
});

describe('searching the list', () => {
  const [group] = templateEntries([
    {
      title: 'Image',
      templates: [
        { pack: '', name: 'a', title: 'Upscale', about: 'with Flux', tags: ['Big'], picture: null },
        { pack: '', name: 'b', title: 'Flux inpaint', about: 'Repairs', tags: [], picture: null },
        { pack: '', name: 'c_qwen', title: 'Other', about: '', tags: [], picture: null },
      ],
    },
  ]);
  const found = (query: string): string[] =>
    searchEntries(group?.entries ?? [], query).map(({ title }) => title);

  it('finds every word anywhere, titles first', () => {
    expect(found('flux')).toEqual(['Flux inpaint', 'Upscale']);
    expect(found('  FLUX big ')).toEqual(['Upscale']);
    expect(found('qwen')).toEqual(['Other']);
    expect(found('image')).toHaveLength(3);
    expect(found('nothing')).toEqual([]);
    expect(found('')).toEqual(['Upscale', 'Flux inpaint', 'Other']);
  });
});
