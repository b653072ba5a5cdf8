import { describe, expect, it } from 'vitest';
import { Messages } from './messages';

const english = (): Messages => {
  const messages = new Messages('en');
  messages.add({
    files_one: '{{count}} file in {{folder}}',
    files_other: '{{count}} files in {{folder}}',
    viewer: { zoom: { label: 'Zoom' }, price: '{{price}} each, {{price}} in all' },
  });
  return messages;
};

describe('messages of a language', () => {
  it('are found by their path', () => {
    expect(english().say('viewer.zoom.label', {})).toBe('Zoom');
  });

  it('are null where the language lacks them', () => {
    expect(english().say('viewer.zoom', {})).toBe(null);
    expect(english().say('toString', {})).toBe(null);
  });

  it.each([
    [0, '0 files in a'],
    [1, '1 file in a'],
    [2, '2 files in a'],
    [1.5, '1.5 files in a'],
  ])('have the plural form for %d', (count, expected) => {
    expect(english().say('files', { count, folder: 'a' })).toBe(expected);
  });

  it('have one form for every count in Chinese', () => {
    const chinese = new Messages('zh-CN');
    chinese.add({ files_other: '{{count}} 个文件' });
    expect([0, 1, 2].map((count) => chinese.say('files', { count }))).toEqual([
      '0 个文件',
      '1 个文件',
      '2 个文件',
    ]);
  });

  it('may have a count without plural forms', () => {
    const messages = new Messages('en');
    messages.add({ more: '{{count}} more' });
    expect(messages.say('more', { count: 1 })).toBe('1 more');
  });

  it('take values as they are, at each place and never as patterns', () => {
    const price = '$& {{count}} <b>';
    expect(english().say('viewer.price', { price, count: 3 })).toBe(`${price} each, ${price} in all`);
  });

  it('leave out what is not given', () => {
    expect(english().say('viewer.price', { price: null })).toBe(' each,  in all');
  });

  it('join parts that share a branch', () => {
    const messages = english();
    messages.add({ viewer: { zoom: { in: 'Zoom in' } } });
    expect(messages.say('viewer.zoom.label', {})).toBe('Zoom');
    expect(messages.say('viewer.zoom.in', {})).toBe('Zoom in');
  });
});
