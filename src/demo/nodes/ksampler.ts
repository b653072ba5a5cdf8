import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ConditioningValue,
  InputValues,
  LatentValue,
  ModelValue,
  NodeClass,
  RunContext,
} from '../exec/node-types';
import { scaleMask } from '../pixels/resize';
import { frame, repeatToBatch, type ImageTensor } from '../pixels/tensor';
import { FillSampling, findWindow } from '../sampling/fill-sampling';
import { MotionSampling } from '../sampling/motion-sampling';
import { PaintSampling } from '../sampling/paint-sampling';
import type { Sampling } from '../sampling/sampling';
import { StrokeSampling } from '../sampling/stroke-sampling';
import { conditioningOf, float, floatOf, int, intOf, latentOf, modelOf } from './inputs';

/** Largest seed: 2^64 - 1, beyond what a double holds (API notes §3). */
const MOST_SEED = 0xffff_ffff_ffff_ffffn;

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

const SCHEDULERS = [
  ...['simple', 'sgm_uniform', 'karras', 'exponential', 'ddim_uniform', 'beta', 'normal'],
  ...['linear_quadratic', 'kl_optimal'],
];

/** The parameters of one sampling job. */
interface Job {
  model: ModelValue;
  positive: ConditioningValue;
  latent: LatentValue;
  seed: bigint;
  steps: number;
  denoise: number;
}

function readJob(values: InputValues): Job {
  return {
    model: modelOf(values, 'model', 'model'),
    positive: conditioningOf(values, 'positive'),
    latent: latentOf(values, 'latent_image'),
    seed: BigInt((values.seed as number | bigint | undefined) ?? 0),
    steps: intOf(values, 'steps', 20),
    denoise: floatOf(values, 'denoise', 1),
  };
}

/** One picture of the batch. */
function picture(latent: LatentValue, index: number): ImageTensor {
  return { ...latent.samples, batch: 1, data: frame(latent.samples, index).slice() };
}

async function startSamplings(job: Job, context: RunContext): Promise<Sampling[]> {
  const { latent, positive, seed, steps } = job;
  const { width, height, batch } = latent.samples;
  if (positive.video) {
    const { source, motion } = positive.video;
    return [new MotionSampling({ source, frames: batch, motion, seed, steps }, context.pace)];
  }
  const indices = Array.from({ length: batch }, (_, index) => index);
  if (latent.empty) {
    return indices.map((index) => {
      const request = { prompt: positive.text, seed: seed + BigInt(index), width, height, steps };
      return new PaintSampling(request, context.pace);
    });
  }
  const given = latent.noiseMask ?? positive.inpaintMask ?? null;
  const mask = given && repeatToBatch(await scaleMask(given, width, height, context.pace), batch);
  return indices.flatMap((index): Sampling[] => {
    const request = {
      image: picture(latent, index),
      seed: seed + BigInt(index),
      prompt: positive.text,
      steps,
      denoise: job.denoise,
      differential: job.model.differential !== undefined,
    };
    if (!mask) {
      return [new StrokeSampling(request, context.pace)];
    }
    const own = frame(mask, index);
    const window = findWindow(own, width, height);
    return window ? [new FillSampling({ ...request, mask: own }, window, context.pace)] : [];
  });
}

async function runSteps(samplings: readonly Sampling[], job: Job, context: RunContext): Promise<void> {
  for (let index = 0; index < job.steps; index++) {
    const start = performance.now();
    for (const sampling of samplings) {
      await sampling.step(index);
    }
    const shown = context.previews ? samplings[0]?.preview() : undefined;
    await context.progress(index + 1, job.steps, shown);
    const rest = context.stepDelayMs - (performance.now() - start);
    if (rest > 0) {
      await sleep(rest);
    }
  }
}

async function collect(samplings: readonly Sampling[], latent: LatentValue): Promise<ImageTensor> {
  if (samplings.length === 0) {
    return latent.samples;
  }
  const pictures: ImageTensor[] = [];
  for (const sampling of samplings) {
    pictures.push(await sampling.result());
  }
  const first = pictures[0] as ImageTensor;
  const data = new Float32Array(first.data.length * pictures.length);
  pictures.forEach((own, index) => data.set(own.data, index * first.data.length));
  return { ...first, batch: first.batch * pictures.length, data };
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
      sampler_name: [
        era.newPixels ? SAMPLERS : SAMPLERS.filter((name) => !SINCE_2026.has(name)),
        { tooltip: 'Without effect in the demo engine.' },
      ],
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
    if (job.denoise <= 0) {
      return { outputs: [job.latent] };
    }
    const samplings = await startSamplings(job, context);
    await runSteps(samplings, job, context);
    const samples = await collect(samplings, job.latent);
    return { outputs: [{ ...job.latent, samples, empty: false }] };
  },
};
