import type { EraTraits } from '../era';
import type { InputSpec, InputValues, NodeClass } from '../exec/node-types';
import { sampleLatent, type SamplingJob } from '../sampling/sample-latent';
import {
  advanced,
  conditioningOf,
  float,
  floatOf,
  int,
  intOf,
  latentOf,
  modelOf,
  seedOf,
  textOf,
} from './inputs';

/** Largest seed: 2^64 - 1, beyond what a double holds (API notes §3). */
export const MOST_SEED = 0xffff_ffff_ffff_ffffn;

const SAMPLERS = [
  ...['euler', 'euler_cfg_pp', 'euler_ancestral', 'euler_ancestral_cfg_pp', 'heun', 'heunpp2'],
  ...['exp_heun_2_x0', 'exp_heun_2_x0_sde', 'dpm_2', 'dpm_2_ancestral', 'lms', 'dpm_fast', 'dpm_adaptive'],
  ...['dpmpp_2s_ancestral', 'dpmpp_2s_ancestral_cfg_pp', 'dpmpp_sde', 'dpmpp_sde_gpu', 'dpmpp_2m'],
  ...['dpmpp_2m_cfg_pp', 'dpmpp_2m_sde', 'dpmpp_2m_sde_gpu', 'dpmpp_2m_sde_heun', 'dpmpp_2m_sde_heun_gpu'],
  ...['dpmpp_3m_sde', 'dpmpp_3m_sde_gpu', 'ddpm', 'lcm', 'ipndm', 'ipndm_v', 'deis', 'res_multistep'],
  ...['res_multistep_cfg_pp', 'res_multistep_ancestral', 'res_multistep_ancestral_cfg_pp'],
  ...['gradient_estimation', 'gradient_estimation_cfg_pp', 'er_sde', 'seeds_2', 'seeds_3', 'sa_solver'],
  ...['sa_solver_pece', 'ddim', 'uni_pc', 'uni_pc_bh2'],
];

const SINCE_2026 = new Set(['exp_heun_2_x0', 'exp_heun_2_x0_sde']);

export const SCHEDULERS = [
  ...['simple', 'sgm_uniform', 'karras', 'exponential', 'ddim_uniform', 'beta', 'normal'],
  ...['linear_quadratic', 'kl_optimal'],
];

/** The samplers an era knows. */
export function samplersOf(era: EraTraits): readonly string[] {
  return era.newPixels ? SAMPLERS : SAMPLERS.filter((name) => !SINCE_2026.has(name));
}

function readJob(values: InputValues): SamplingJob {
  return {
    model: modelOf(values, 'model', 'model'),
    positive: conditioningOf(values, 'positive'),
    latent: latentOf(values, 'latent_image'),
    seed: seedOf(values, 'seed'),
    steps: intOf(values, 'steps', 20),
    denoise: floatOf(values, 'denoise', 1),
  };
}

export const kSampler: NodeClass = {
  name: 'KSampler',
  v3: false,
  displayName: 'KSampler (classical stand-in, no AI)',
  description:
    'The demo engine has no model. Inside a mask it fills from the surroundings, seeded and step by step; ' +
    'without a picture it paints a procedural scene; without a mask it repaints with brush strokes. ' +
    'cfg, sampler, scheduler and the negative prompt have no effect.',
  category: 'model/sampling',
  searchAliases: ['sampler', 'sample', 'generate', 'denoise', 'diffuse', 'txt2img', 'img2img'],
  inputs: ({ era }) => ({
    required: {
      model: ['MODEL', { tooltip: 'The model used for denoising the input latent.' }],
      seed: [
        'INT',
        {
          default: 0,
          min: 0,
          max: MOST_SEED,
          control_after_generate: true,
          tooltip: 'The random seed used for creating the noise.',
        },
      ],
      steps: int(20, 1, 10000, { tooltip: 'The number of steps used in the denoising process.' }),
      cfg: float(8, 0, 100, 0.1, { round: 0.01, tooltip: 'Without effect in the demo engine.' }),
      sampler_name: [samplersOf(era), { tooltip: 'Without effect in the demo engine.' }],
      scheduler: [SCHEDULERS, { tooltip: 'Without effect in the demo engine.' }],
      positive: ['CONDITIONING', { tooltip: 'What to include in the image.' }],
      negative: ['CONDITIONING', { tooltip: 'Without effect in the demo engine.' }],
      latent_image: ['LATENT', { tooltip: 'The latent image to denoise.' }],
      denoise: float(1, 0, 1, 0.01, {
        tooltip:
          'The amount of denoising applied, lower values will maintain the structure of the initial image.',
      }),
    },
  }),
  returns: ['LATENT'],
  outputTooltips: ['The denoised latent.'],
  async run(values, context) {
    const job = readJob(values);
    conditioningOf(values, 'negative');
    return { outputs: [await sampleLatent(job, context)] };
  },
};

/** `["INT", …]` of a seed. */
export const NOISE_SEED: InputSpec = [
  'INT',
  { default: 0, min: 0, max: MOST_SEED, control_after_generate: true },
];

export const kSamplerAdvanced: NodeClass = {
  name: 'KSamplerAdvanced',
  v3: false,
  displayName: 'KSampler (Advanced; classical stand-in, no AI)',
  description: 'As the demo engine’s KSampler: the later it starts, the more it keeps of the picture.',
  category: 'model/sampling',
  inputs: (scope) => ({
    required: {
      model: ['MODEL'],
      add_noise: advanced([['enable', 'disable']], scope),
      noise_seed: NOISE_SEED,
      steps: int(20, 1, 10000),
      cfg: float(8, 0, 100, 0.1, { round: 0.01 }),
      sampler_name: [samplersOf(scope.era)],
      scheduler: [SCHEDULERS],
      positive: ['CONDITIONING'],
      negative: ['CONDITIONING'],
      latent_image: ['LATENT'],
      start_at_step: advanced(int(0, 0, 10000), scope),
      end_at_step: advanced(int(10000, 0, 10000), scope),
      return_with_leftover_noise: advanced([['disable', 'enable']], scope),
    },
  }),
  returns: ['LATENT'],
  async run(values, context) {
    conditioningOf(values, 'negative');
    const steps = intOf(values, 'steps', 20);
    const start = intOf(values, 'start_at_step', 0);
    const end = Math.min(steps, intOf(values, 'end_at_step', 10000));
    const job = {
      model: modelOf(values, 'model', 'model'),
      positive: conditioningOf(values, 'positive'),
      latent: latentOf(values, 'latent_image'),
      seed: textOf(values, 'add_noise', 'enable') === 'enable' ? seedOf(values, 'noise_seed') : 0n,
      // Beginning at the end leaves everything as it is.
      steps: Math.max(0, end - start),
      denoise: 1 - start / steps,
    };
    return { outputs: [await sampleLatent(job, context)] };
  },
};
