import { constants, copyFile, mkdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { EngineState } from '../engine-state';
import { saveSlot } from '../files/save-image';
import { createRandom, hashText } from '../random';
import { drawSamples } from './draw';
import { SAVE_NODE, sampleGraph } from './graph';
import { SAMPLES, type SampleSpec } from './specs';

const HOUR_MS = 3_600_000;

/** Where a sample's file is in the output folder. */
interface Placed {
  spec: SampleSpec;
  filename: string;
  subfolder: string;
}

/** Copies the sample pictures to output/ (unless they exist) and one to input/, for LoadImage. */
export async function placeSamples(state: EngineState): Promise<Placed[]> {
  const drawn = await drawSamples();
  const placed: Placed[] = [];
  const taken = new Set<string>();
  for (const [index, spec] of SAMPLES.entries()) {
    const slot = await saveSlot(spec.prefix, state.folders.output, spec.width, spec.height);
    const filename = nameFor(slot.name, slot.subfolder, taken);
    const file = path.join(slot.folder, filename);
    await copyUnlessThere(drawn[index] as string, file);
    const time = new Date(endTime(spec));
    await utimes(file, time, time);
    placed.push({ spec, filename, subfolder: slot.subfolder });
  }
  await mkdir(state.folders.input, { recursive: true });
  await copyUnlessThere(drawn[5] as string, path.join(state.folders.input, 'example.png'));
  return placed;
}

/** Counters start at 1 for each folder and name: samples come before any other file. */
function nameFor(name: string, subfolder: string, taken: Set<string>): string {
  for (let counter = 1; ; counter++) {
    const filename = `${name}_${String(counter).padStart(5, '0')}_.png`;
    const key = `${subfolder}/${filename}`;
    if (!taken.has(key)) {
      taken.add(key);
      return filename;
    }
  }
}

async function copyUnlessThere(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') {
      throw error;
    }
  });
}

function endTime(spec: SampleSpec): number {
  return Date.now() - Math.round(spec.hoursAgo * HOUR_MS);
}

/** Adds the samples to the history, as if this server had made them in the last few days. */
export function rememberSamples(state: EngineState, placed: readonly Placed[]): void {
  for (const { spec, filename, subfolder } of placed) {
    const end = endTime(spec);
    const promptId = sampleId(spec);
    const number = state.counter++;
    const start = end - spec.tookMs;
    const stamp = (timestamp: number): object => (state.era.timedHistory ? { timestamp } : {});
    const extraData = state.era.createTime ? { create_time: start - 40 } : {};
    state.queue.remember(promptId, {
      prompt: [number, promptId, sampleGraph(spec), extraData, [SAVE_NODE]],
      outputs: { [SAVE_NODE]: { images: [{ filename, subfolder, type: 'output' }] } },
      status: {
        status_str: 'success',
        completed: true,
        messages: [
          ['execution_start', { prompt_id: promptId, ...stamp(start) }],
          ['execution_cached', { nodes: [], prompt_id: promptId, ...stamp(start + 2) }],
          ...(state.era.timedHistory
            ? [
                ['execution_success', { prompt_id: promptId, ...stamp(end) }] as [
                  string,
                  Record<string, unknown>,
                ],
              ]
            : []),
        ],
      },
      ...(state.era.timedHistory ? { meta: { [SAVE_NODE]: saveMeta() } } : {}),
    });
  }
}

function saveMeta(): Record<string, unknown> {
  return { node_id: SAVE_NODE, display_node: SAVE_NODE, parent_node: null, real_node_id: SAVE_NODE };
}

/** The same id in every run, so that links to a sample keep working. */
function sampleId(spec: SampleSpec): string {
  const random = createRandom(hashText(spec.prompt + spec.seed.toString()));
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  digits[12] = '4';
  digits[16] = '89ab'[Math.floor(random() * 4)] as string;
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
