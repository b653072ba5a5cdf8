import type { JobRecord } from '../../../src/jobs/state/job';

/** Pictures of a day; a busy one. */
const PER_DAY = 300;
const DAY = 86_400_000;
/** The last picture, so that every run has the same days. */
const END = Date.UTC(2026, 10, 20);

const SUBJECTS =
  'portrait of a woman|city street at night|misty mountains|一只黑猫在窗边|sand dunes|retro mini car|tall forest|open sea|ringed planet|still life';
const DETAILS =
  'soft light|film grain|long shadows|rain on glass|pastel colours|high detail|shallow depth of field|volumetric fog|ikat textile|gold leaf|wide angle|macro';
const MODELS = 'flux1-dev|sd_xl_base_1.0|qwen-image|z-image-turbo|juggernautXL_v9|dreamshaper_8';
const SAMPLERS = 'euler|euler_ancestral|dpmpp_2m|dpmpp_2m_sde|ddim|uni_pc';

/**
 * Finished jobs with one picture each and nearly as many different prompts of some 200 characters, the same at
 * every run.
 */
export function manyJobs(count: number): JobRecord[] {
  const pick = mulberry32(20261120);
  const one = (list: string): string => {
    const values = list.split('|');
    return values[Math.floor(pick() * values.length)] ?? '';
  };
  return Array.from({ length: count }, (_, index) => {
    const details = Array.from({ length: 8 }, () => one(DETAILS)).join(', ');
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const endedAt = Math.round(END - ((count - index) / PER_DAY) * DAY);
    const ref = { filename: `ComfyUI_${index}_.png`, subfolder: '2026-11', type: 'output' as const };
    return {
      ...{ id, state: 'completed', number: index, mine: false, error: null, problems: [], darkroom: null },
      ...{ createdAt: endedAt - 30_000, startedAt: endedAt - 20_000, endedAt },
      outputs: [{ nodeId: '9', index: 0, ref, media: 'image' }],
      summary: {
        prompt: `${one(SUBJECTS)}, ${details}, ${one(SUBJECTS)} in the background, take ${index % 977}`,
        negative: 'blurry, low quality, watermark',
        model: `${one(MODELS)}.safetensors`,
        loras: pick() < 0.4 ? [{ name: `${one(DETAILS)}.safetensors`, strength: 0.8 }] : [],
        seed: Math.floor(pick() * 2 ** 52),
        ...{ steps: 10 + Math.floor(pick() * 40), cfg: 1 + Math.floor(pick() * 14) / 2, denoise: 1 },
        ...{ sampler: one(SAMPLERS), scheduler: 'simple' },
        ...{ width: pick() < 0.5 ? 1024 : 832, height: pick() < 0.5 ? 1024 : 1216 },
      },
    } satisfies JobRecord;
  });
}

/** A small generator of random numbers from 0 to below 1, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
