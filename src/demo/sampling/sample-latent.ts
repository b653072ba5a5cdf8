import { setTimeout as sleep } from 'node:timers/promises';
import type { ConditioningValue, LatentValue, ModelValue, RunContext } from '../exec/node-types';
import { cropToAspect, scaleImage, scaleMask } from '../pixels/resize';
import { frame, repeatToBatch, type ImageTensor } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import { createRandom, hashText } from '../random';
import { FillSampling, findWindow } from './fill-sampling';
import { MotionSampling } from './motion-sampling';
import { PaintSampling } from './paint-sampling';
import type { Sampling } from './sampling';
import { StrokeSampling } from './stroke-sampling';

/** The parameters of one sampling job. */
export interface SamplingJob {
  model: ModelValue;
  positive: ConditioningValue;
  latent: LatentValue;
  seed: bigint;
  steps: number;
  /** How much of the picture is made anew, 0 to 1. */
  denoise: number;
}

/** What every sampler node does: as many steps as asked for, with progress and previews. */
export async function sampleLatent(job: SamplingJob, context: RunContext): Promise<LatentValue> {
  if (job.denoise <= 0 || job.steps < 1) {
    return job.latent;
  }
  const { batch, height, width } = job.latent.samples;
  if (batch * height * width > context.faults.memoryPixels) {
    throw new PythonError('torch.OutOfMemoryError', 'Allocation on device');
  }
  const samplings = await startSamplings(job, context);
  await runSteps(samplings, job, context);
  return { ...job.latent, samples: await collect(samplings, job.latent), empty: false };
}

/** One picture of the batch. */
function picture(latent: LatentValue, index: number): ImageTensor {
  return { ...latent.samples, batch: 1, data: frame(latent.samples, index).slice() };
}

async function startSamplings(job: SamplingJob, context: RunContext): Promise<Sampling[]> {
  const { latent, positive, seed, steps } = job;
  const { width, height, batch } = latent.samples;
  if (positive.video) {
    const { source, motion } = positive.video;
    return [new MotionSampling({ source, frames: batch, motion, seed, steps }, context.pace)];
  }
  const indices = Array.from({ length: batch }, (_, index) => index);
  const reference = positive.references?.[0]?.samples;
  if (latent.empty && reference) {
    const image = await fitReference(reference, width, height, context);
    return indices.map((index) => {
      const request = { image, seed: seed + BigInt(index), steps, denoise: job.denoise };
      return new StrokeSampling(request, context.pace);
    });
  }
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

/** An edit model is shown a picture and makes a new one of it: the first picture, at the size wanted. */
async function fitReference(
  reference: ImageTensor,
  width: number,
  height: number,
  { pace }: RunContext,
): Promise<ImageTensor> {
  const first = { ...reference, batch: 1, data: frame(reference, 0).slice() };
  return first.width === width && first.height === height
    ? first
    : scaleImage(cropToAspect(first, width, height), width, height, 'bilinear', pace);
}

async function runSteps(
  samplings: readonly Sampling[],
  job: SamplingJob,
  context: RunContext,
): Promise<void> {
  const delay = stepDelays(context);
  for (let index = 0; index < job.steps; index++) {
    const start = performance.now();
    for (const sampling of samplings) {
      await sampling.step(index);
    }
    const shown = context.previews ? samplings[0]?.preview() : undefined;
    await context.progress(index + 1, job.steps, shown);
    const rest = delay() - (performance.now() - start);
    if (rest > 0) {
      await sleep(rest);
    }
  }
}

/** How long the next step is to take at least, ms. */
function stepDelays({ promptId, stepDelayMs, faults: { unevenSteps } }: RunContext): () => number {
  const random = createRandom(hashText(promptId));
  const factor = (): number => 1 + unevenSteps * (2 * random() - 1);
  const run = factor();
  return () => stepDelayMs * run * factor();
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
