import { expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { PictureSource } from '../../comfy/picture-source';
import Waveform from './Waveform.svelte';

const RATE = 8000;
const file = { filename: 'tone.wav', subfolder: '', type: 'output' as const };

/** A second of 16-bit sound: silence, then as loud as can be. */
function wav(): Blob {
  const bytes = new DataView(new ArrayBuffer(44 + RATE * 2));
  const text = (at: number, words: string): void =>
    [...words].forEach((letter, i) => bytes.setUint8(at + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  bytes.setUint32(4, 36 + RATE * 2, true);
  text(8, 'WAVEfmt ');
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, RATE, true);
  bytes.setUint32(28, RATE * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, 'data');
  bytes.setUint32(40, RATE * 2, true);
  for (let at = RATE / 2; at < RATE; at++) {
    bytes.setInt16(44 + at * 2, at % 16 < 8 ? 32767 : -32767, true);
  }
  return new Blob([bytes.buffer], { type: 'audio/wav' });
}

const sourceOf = (sound: Blob | null): PictureSource =>
  ({ readUpTo: () => Promise.resolve({ file: sound, bytes: 1, tag: null }) }) as unknown as PictureSource;

it('draws a sound as loud as it is at each moment, and leads there', async () => {
  const player = new Audio();
  Object.defineProperty(player, 'duration', { value: 60 });
  await render(Waveform, { props: { pictures: sourceOf(wav()), file, player } });
  const canvas = page.getByTestId('waveform').element() as HTMLCanvasElement;
  await expect.poll(() => Number(canvas.dataset['parts'])).toBeGreaterThan(20);
  const inked = (from: number, to: number): number => {
    const { width, height } = canvas;
    const pixels = canvas.getContext('2d')?.getImageData(from * width, 0, (to - from) * width, height).data;
    return (pixels ?? []).filter((value, at) => at % 4 === 3 && value > 0).length;
  };
  await expect.poll(() => inked(0.55, 1)).toBeGreaterThan(0);
  expect(inked(0.55, 1)).toBeGreaterThan(10 * inked(0, 0.45));
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const at = { clientX: left + width * 0.75, clientY: top + height / 2, bubbles: true };
  canvas.dispatchEvent(new MouseEvent('click', at));
  expect(player.currentTime).toBeCloseTo(45, 0);
});

it('leaves the player alone where a file is too large', async () => {
  await render(Waveform, { props: { pictures: sourceOf(null), file, player: undefined } });
  const canvas = page.getByTestId('waveform').element() as HTMLCanvasElement;
  expect(canvas.dataset['parts']).toBeUndefined();
  expect(getComputedStyle(canvas.parentElement as HTMLElement).opacity).toBe('0');
});
