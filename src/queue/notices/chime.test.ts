import { beforeEach, expect, it, vi } from 'vitest';
import type { chime as Chime } from './chime';

/** As much of the browser's audio as two tones need. */
class FakeAudio {
  static only: FakeAudio | undefined;
  state = 'running';
  currentTime = 0;
  readonly destination = {};
  readonly tones: { pitch: number; at: number }[] = [];

  constructor() {
    FakeAudio.only = this;
  }

  resume(): Promise<void> {
    return Promise.resolve();
  }

  createOscillator(): object {
    const frequency = { value: 0 };
    const start = (at: number): number => this.tones.push({ pitch: frequency.value, at });
    return { frequency, start, stop: () => undefined, connect: (next: object) => next };
  }

  createGain(): object {
    const gain = {
      setValueAtTime: () => undefined,
      linearRampToValueAtTime: () => undefined,
      exponentialRampToValueAtTime: () => undefined,
    };
    return { gain, connect: () => undefined };
  }
}

let chime: typeof Chime;
const tones = (): FakeAudio['tones'] => FakeAudio.only?.tones ?? [];

beforeEach(async () => {
  vi.resetModules();
  vi.stubGlobal('AudioContext', FakeAudio);
  ({ chime } = await import('./chime'));
  return () => vi.unstubAllGlobals();
});

it('rises for a job that went well, and falls for one that failed', () => {
  chime('done');
  const [low, high] = tones();
  expect(high?.pitch).toBeGreaterThan(low?.pitch ?? Infinity);
  expect(high?.at).toBeGreaterThan(low?.at ?? Infinity);
  Object.assign(FakeAudio.only ?? {}, { currentTime: 10 });
  chime('failed');
  const [, , first, second] = tones();
  expect(second?.pitch).toBeLessThan(first?.pitch ?? 0);
});

it('sounds once for jobs that end at the same time, and again later', () => {
  chime('done');
  chime('done');
  chime('failed');
  expect(tones()).toHaveLength(2);
  Object.assign(FakeAudio.only ?? {}, { currentTime: 1 });
  chime('done');
  expect(tones()).toHaveLength(4);
});

it('does not hold back the first tune that can be heard because of one that could not', () => {
  chime('done');
  Object.assign(FakeAudio.only ?? {}, { state: 'suspended' });
  chime('done');
  expect(tones()).toHaveLength(4);
});
