import type { NodeClass, SigmasValue } from '../exec/node-types';
import { pythonRound } from '../pixels/resize';
import { sampleLatent, type SamplingJob } from '../sampling/sample-latent';
import {
  advanced,
  boolOf,
  combo,
  conditioningOf,
  float,
  floatOf,
  int,
  intOf,
  latentOf,
  modelOf,
  partOf,
  seedOf,
  textOf,
} from './inputs';
import { NOISE_SEED, samplersOf, SCHEDULERS } from './ksampler';

const MODULE = 'comfy_extras.nodes_custom_sampler';
const CFG = float(8, 0, 100, 0.1, { round: 0.01 });
const STAND_IN = 'As the demo engine’s KSampler: a classical stand-in, no AI.';

/** What sigmas ask for: a step between each two, and as much of the picture made anew as is open at first. */
function strengthOf({ values }: SigmasValue): Pick<SamplingJob, 'steps' | 'denoise'> {
  return { steps: Math.max(0, values.length - 1), denoise: values[0] ?? 0 };
}

export const randomNoise: NodeClass = {
  name: 'RandomNoise',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'RandomNoise',
  category: 'model/sampling/noise',
  inputs: () => ({ required: { noise_seed: NOISE_SEED } }),
  returns: ['NOISE'],
  run: (values) => ({ outputs: [{ kind: 'noise', seed: seedOf(values, 'noise_seed') }] }),
};

export const disableNoise: NodeClass = {
  name: 'DisableNoise',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'DisableNoise',
  category: 'model/sampling/noise',
  searchAliases: ['zero noise'],
  inputs: () => ({ required: {} }),
  returns: ['NOISE'],
  run: () => ({ outputs: [{ kind: 'noise', seed: null }] }),
};

export const kSamplerSelect: NodeClass = {
  name: 'KSamplerSelect',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'KSamplerSelect',
  description: 'Without effect in the demo engine.',
  category: 'model/sampling/samplers',
  inputs: ({ era }) => ({ required: { sampler_name: combo(samplersOf(era)) } }),
  returns: ['SAMPLER'],
  run: (values) => ({ outputs: [{ kind: 'sampler', name: textOf(values, 'sampler_name') }] }),
};

export const basicScheduler: NodeClass = {
  name: 'BasicScheduler',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'BasicScheduler',
  description: 'The demo engine has one schedule, an even one; the name of another has no effect.',
  category: 'model/sampling/schedulers',
  inputs: () => ({
    required: {
      model: ['MODEL', {}],
      scheduler: combo(SCHEDULERS),
      steps: int(20, 1, 10000),
      denoise: float(1, 0, 1, 0.01),
    },
  }),
  returns: ['SIGMAS'],
  run(values) {
    modelOf(values, 'model', 'model');
    const steps = intOf(values, 'steps', 20);
    const denoise = floatOf(values, 'denoise', 1);
    if (denoise <= 0) {
      return { outputs: [{ kind: 'sigmas', values: [] } satisfies SigmasValue] };
    }
    // The end of a longer schedule, as the server takes it.
    const total = denoise < 1 ? Math.trunc(steps / denoise) : steps;
    const sigmas = Array.from({ length: steps + 1 }, (_, at) => (steps - at) / total);
    return { outputs: [{ kind: 'sigmas', values: sigmas } satisfies SigmasValue] };
  },
};

function split(values: readonly number[], at: number): { outputs: SigmasValue[] } {
  return {
    outputs: [
      { kind: 'sigmas', values: values.slice(0, at + 1) },
      { kind: 'sigmas', values: values.slice(at) },
    ],
  };
}

export const splitSigmas: NodeClass = {
  name: 'SplitSigmas',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'SplitSigmas',
  category: 'model/sampling/sigmas',
  inputs: () => ({ required: { sigmas: ['SIGMAS', {}], step: int(0, 0, 10000) } }),
  returns: ['SIGMAS', 'SIGMAS'],
  returnNames: ['high_sigmas', 'low_sigmas'],
  run: (values) => split(partOf(values, 'sigmas').values, intOf(values, 'step', 0)),
};

export const splitSigmasDenoise: NodeClass = {
  name: 'SplitSigmasDenoise',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'SplitSigmasDenoise',
  category: 'model/sampling/sigmas',
  inputs: () => ({ required: { sigmas: ['SIGMAS', {}], denoise: float(1, 0, 1, 0.01) } }),
  returns: ['SIGMAS', 'SIGMAS'],
  returnNames: ['high_sigmas', 'low_sigmas'],
  run(values) {
    const sigmas = partOf(values, 'sigmas').values;
    const steps = Math.max(0, sigmas.length - 1);
    const low = pythonRound(steps * floatOf(values, 'denoise', 1));
    // In Python, dropping the last 0 drops everything.
    const high = low === 0 ? [] : sigmas.slice(0, Math.max(0, sigmas.length - low));
    return {
      outputs: [
        { kind: 'sigmas', values: high } satisfies SigmasValue,
        { kind: 'sigmas', values: sigmas.slice(-(low + 1)) } satisfies SigmasValue,
      ],
    };
  },
};

export const basicGuider: NodeClass = {
  name: 'BasicGuider',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'Basic Guider',
  category: 'model/sampling/guiders',
  inputs: () => ({ required: { model: ['MODEL', {}], conditioning: ['CONDITIONING', {}] } }),
  returns: ['GUIDER'],
  run: (values) => ({
    outputs: [
      {
        kind: 'guider',
        model: modelOf(values, 'model', 'model'),
        positive: conditioningOf(values, 'conditioning'),
      },
    ],
  }),
};

export const cfgGuider: NodeClass = {
  name: 'CFGGuider',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'CFG Guider',
  description: 'cfg and the negative prompt have no effect in the demo engine.',
  category: 'model/sampling/guiders',
  inputs: () => ({
    required: {
      model: ['MODEL', {}],
      positive: ['CONDITIONING', {}],
      negative: ['CONDITIONING', {}],
      cfg: CFG,
    },
  }),
  returns: ['GUIDER'],
  run(values) {
    conditioningOf(values, 'negative');
    const model = modelOf(values, 'model', 'model');
    return { outputs: [{ kind: 'guider', model, positive: conditioningOf(values, 'positive') }] };
  },
};

export const samplerCustom: NodeClass = {
  name: 'SamplerCustom',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'SamplerCustom (classical stand-in, no AI)',
  description: STAND_IN,
  category: 'model/sampling/custom',
  inputs: (scope) => ({
    required: {
      model: ['MODEL', {}],
      add_noise: advanced(['BOOLEAN', { default: true }], scope),
      noise_seed: NOISE_SEED,
      cfg: CFG,
      positive: ['CONDITIONING', {}],
      negative: ['CONDITIONING', {}],
      sampler: ['SAMPLER', {}],
      sigmas: ['SIGMAS', {}],
      latent_image: ['LATENT', {}],
    },
  }),
  returns: ['LATENT', 'LATENT'],
  returnNames: ['output', 'denoised_output'],
  async run(values, context) {
    conditioningOf(values, 'negative');
    partOf(values, 'sampler');
    const sampled = await sampleLatent(
      {
        model: modelOf(values, 'model', 'model'),
        positive: conditioningOf(values, 'positive'),
        latent: latentOf(values, 'latent_image'),
        seed: boolOf(values, 'add_noise', true) ? seedOf(values, 'noise_seed') : 0n,
        ...strengthOf(partOf(values, 'sigmas')),
      },
      context,
    );
    return { outputs: [sampled, sampled] };
  },
};

export const samplerCustomAdvanced: NodeClass = {
  name: 'SamplerCustomAdvanced',
  pythonModule: MODULE,
  v3: 2026,
  displayName: 'SamplerCustomAdvanced (classical stand-in, no AI)',
  description: STAND_IN,
  category: 'model/sampling/custom',
  inputs: () => ({
    required: {
      noise: ['NOISE', {}],
      guider: ['GUIDER', {}],
      sampler: ['SAMPLER', {}],
      sigmas: ['SIGMAS', {}],
      latent_image: ['LATENT', {}],
    },
  }),
  returns: ['LATENT', 'LATENT'],
  returnNames: ['output', 'denoised_output'],
  async run(values, context) {
    partOf(values, 'sampler');
    const { model, positive } = partOf(values, 'guider');
    const sampled = await sampleLatent(
      {
        model,
        positive,
        latent: latentOf(values, 'latent_image'),
        seed: partOf(values, 'noise').seed ?? 0n,
        ...strengthOf(partOf(values, 'sigmas')),
      },
      context,
    );
    return { outputs: [sampled, sampled] };
  },
};
