import { describe, expect, it } from 'vitest';
import type { GraphSummary } from '../comfy/graph-summary';
import { makingOf } from './shared-file';

const NOTHING: GraphSummary = {
  prompt: null,
  negative: null,
  model: null,
  loras: [],
  seed: null,
  steps: null,
  cfg: null,
  sampler: null,
  scheduler: null,
  denoise: null,
  width: null,
  height: null,
};

describe('how a shared picture was made', () => {
  it('tells seeds to the last digit', () => {
    expect(makingOf({ ...NOTHING, seed: 18446744073709551615n })).toEqual({ seed: '18446744073709551615' });
  });

  it('tells nothing that is not known', () => {
    expect(makingOf(NOTHING)).toEqual({});
    expect(makingOf({ ...NOTHING, prompt: '', cfg: 0 })).toEqual({ cfg: 0 });
  });

  it('names LoRAs with their strengths', () => {
    const loras = [
      { name: 'grain', strength: 0.6 },
      { name: 'ink', strength: null },
    ];
    expect(makingOf({ ...NOTHING, loras })).toEqual({ loras: ['grain 0.6', 'ink'] });
  });
});
