import { expect, it } from 'vitest';
import { readHexColor } from './hex-color';

it.each([
  ['#1db954', '#1db954'],
  ['1DB954', '#1db954'],
  [' #F0a ', '#ff00aa'],
  ['abc', '#aabbcc'],
  ['', null],
  ['#12', null],
  ['#12345', null],
  ['red', null],
  ['#1234567', null],
])('reads %j as %j', (text, color) => {
  expect(readHexColor(text)).toBe(color);
});
