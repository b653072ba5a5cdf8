import { afterAll, beforeAll, expect, it } from 'vitest';
import { setLocale } from '../i18n/index.svelte';
import { newJob } from '../jobs/fixtures/records';
import type { JobRecord } from '../jobs/state/job';
import { editorRoute } from './editor-route';
import { beginsDay, dayWords, JournalSearch } from './journal';

const at = (...time: [number, number, number, number?]): number => new Date(...time).getTime();
const summary = { prompt: 'A red FOX', negative: 'blur', model: 'sd15.safetensors', seed: 42 } as NonNullable<
  JobRecord['summary']
>;
const output = (filename: string, type = 'output'): JobRecord['outputs'][number] =>
  ({ nodeId: '1', index: 0, media: 'image', ref: { filename, subfolder: 'sub', type } }) as never;

beforeAll(() => setLocale('en'));
afterAll(() => setLocale('en'));

it('begins a day where the one before ended on another', () => {
  const [late, early, before] = [at(2026, 4, 2, 23), at(2026, 4, 2, 0), at(2026, 4, 1, 23)].map((endedAt) =>
    newJob('j', 'completed', { endedAt }),
  ) as [JobRecord, JobRecord, JobRecord];
  expect(beginsDay(late, undefined)).toBe(true);
  expect(beginsDay(early, late)).toBe(false);
  expect(beginsDay(before, early)).toBe(true);
  expect(beginsDay(newJob('old', 'completed'), before)).toBe(false);
});

it('calls days by name while they are near', () => {
  const now = at(2026, 0, 1, 9);
  expect(dayWords(at(2026, 0, 1, 1), now)).toBe('Today');
  expect(dayWords(at(2025, 11, 31, 23), now)).toBe('Yesterday');
  expect(dayWords(at(2025, 11, 30), now)).toBe('Tuesday, December 30, 2025');
  expect(dayWords(at(2026, 2, 3), at(2026, 4, 1))).toBe('Tuesday, March 3');
});

it('finds jobs by every word of what is known of them', () => {
  const fox = newJob('a', 'completed', { summary, outputs: [output('fox_1.png')] });
  const error = { nodeId: '3', nodeTitle: 'KSampler', type: 'E', message: 'Out of memory', traceback: [] };
  const failed = newJob('b', 'failed', { error });
  const all = [fox, failed];
  const search = new JournalSearch();
  const found = (query: string): string =>
    search
      .find(all, query)
      .map(({ id }) => id)
      .join('');
  expect(search.find(all, '  ')).toBe(all);
  expect(found('red fox')).toBe('a');
  expect(found('fox red SD15')).toBe('a');
  expect(found('fox green')).toBe('');
  expect(found('42')).toBe('a');
  expect(found('sub fox_1')).toBe('a');
  expect(found('ksampler memory')).toBe('b');
});

it('finds while a query grows, shrinks and changes what it would find at once', () => {
  const words = ['red', 'fox', 'redfox', '1', '12', '42'];
  const list = Array.from({ length: 40 }, (_, i) =>
    newJob(`j${i}`, 'completed', {
      summary: { ...summary, prompt: words.filter((_word, bit) => (i >> bit) % 2 === 1).join(' '), seed: i },
    }),
  );
  const search = new JournalSearch();
  for (const query of [
    'r',
    're',
    'red',
    'red f',
    'red fox',
    'red',
    'fox 1',
    'fox 12',
    'fox 1',
    '',
    'x',
    '42',
  ]) {
    expect(search.find(list, query)).toEqual(new JournalSearch().find(list, query));
  }
  // A list with another job in it is looked through anew.
  const late = newJob('late', 'completed', { summary: { ...summary, prompt: '42 late' } });
  expect(search.find([late, ...list], '42')).toContain(late);
});

it('looks through what it has found when the query grows', () => {
  const list = [newJob('a', 'completed', { summary }), newJob('b', 'completed')];
  const search = new JournalSearch();
  const [fox] = search.find(list, 'fox');
  let looks = 0;
  const counting = new Proxy(list, {
    get: (target, key, receiver) => {
      looks += key === 'filter' ? 1 : 0;
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  search.find(counting, 'fo');
  expect(search.find(counting, 'fox')).toEqual([fox]);
  expect(search.find(counting, 'fox red')).toEqual([fox]);
  expect(looks).toBe(1);
});

it('opens in the editor what a job made, else what it was made from', () => {
  const parent = { filename: 'dog.png', subfolder: '', type: 'input' } as const;
  const darkroom = { recipe: 'x', parent, mask: null };
  expect(
    editorRoute(newJob('j', 'completed', { darkroom, outputs: [output('t.png', 'temp'), output('a.png')] })),
  ).toBe('/edit?filename=a.png&subfolder=sub&type=output');
  expect(editorRoute(newJob('j', 'failed', { darkroom }))).toBe(
    '/edit?filename=dog.png&subfolder=&type=input&job=j',
  );
  expect(editorRoute(newJob('j', 'failed'))).toBeNull();
});
