import { expect, it } from 'vitest';
import { SenderMark } from './sender-mark';

function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as Storage;
}

it('stays the same in all tabs and visits, with the name that was given', () => {
  const shared = storage();
  const first = new SenderMark(() => shared);
  first.rename('  Lena’s tablet  ');
  const second = new SenderMark(() => shared);
  expect(second.toJson()).toEqual({ browser: first.browser, name: 'Lena’s tablet' });
  expect(new SenderMark(storage).browser).not.toBe(first.browser);
});

it('lasts as long as the page where nothing can be stored', () => {
  const mark = new SenderMark(() => {
    throw new Error('forbidden');
  });
  const { browser } = mark;
  mark.rename('x');
  expect(mark.toJson()).toEqual({ browser, name: 'x' });
});
