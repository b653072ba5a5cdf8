import { describe, expect, it } from 'vitest';
import { peaksOf } from './waveform';

describe('the shape of a sound', () => {
  it('has the loudest moment of each part, of all channels, and the loudest of all is 1', () => {
    const left = new Float32Array([0.1, -0.5, 0, 0, 0.2, 0.1]);
    const right = new Float32Array([0, 0, 0.25, 0, 0, 0]);
    expect([...peaksOf([left, right], 3)]).toEqual([1, 0.5, expect.closeTo(0.4)]);
  });

  it('takes every sample into account, whatever the number of parts', () => {
    for (const count of [1, 2, 3, 5, 7, 11]) {
      for (let at = 0; at < 11; at++) {
        const sound = new Float32Array(11);
        sound[at] = -0.5;
        expect(peaksOf([sound], count).filter((peak) => peak === 1)).toHaveLength(1);
      }
    }
  });

  it('is flat where there is no sound, and has all its parts where there are fewer samples', () => {
    expect([...peaksOf([new Float32Array(4)], 2)]).toEqual([0, 0]);
    expect(peaksOf([new Float32Array([1])], 5)).toHaveLength(5);
    expect(peaksOf([], 3)).toHaveLength(3);
  });
});
