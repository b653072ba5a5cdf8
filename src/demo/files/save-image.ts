import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { insertPngText } from '../../comfy/png';
import type { RunContext, UiFile } from '../exec/node-types';
import { encodePng } from '../pixels/codec';
import { toBytes, type ImageTensor } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import { pythonJson } from '../python/json';
import { isReallyInside } from './folders';

/** Where the next file of a prefix goes (API notes §8). */
export interface SaveSlot {
  folder: string;
  /** Name without counter; may still hold `%batch_num%`. */
  name: string;
  counter: number;
  subfolder: string;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Expands the tokens the server knows, which `%date:...%` and `%Node.widget%` are not. */
export function expandPrefix(prefix: string, width: number, height: number, now = new Date()): string {
  return prefix
    .replaceAll('%width%', String(width))
    .replaceAll('%height%', String(height))
    .replaceAll('%year%', String(now.getFullYear()))
    .replaceAll('%month%', two(now.getMonth() + 1))
    .replaceAll('%day%', two(now.getDate()))
    .replaceAll('%hour%', two(now.getHours()))
    .replaceAll('%minute%', two(now.getMinutes()))
    .replaceAll('%second%', two(now.getSeconds()));
}

/** Python's normpath, without its `.` for nothing left but a trailing slash. */
function normalize(prefix: string): string {
  const normal = path.normalize(prefix);
  return normal.length > 1 && normal.endsWith(path.sep) ? normal.slice(0, -1) : normal;
}

/**
 * The slot for a prefix: the counter is the highest in the folder for that name, plus one.
 * @throws PythonError when the prefix leads out of `base`.
 */
export async function saveSlot(
  prefix: string,
  base: string,
  width: number,
  height: number,
): Promise<SaveSlot> {
  const normal = normalize(expandPrefix(prefix, width, height));
  const parent = path.dirname(normal);
  const subfolder = parent === '.' ? '' : parent;
  const name = path.basename(normal);
  const folder = path.resolve(base, subfolder);
  if (!isReallyInside(base, folder)) {
    throw new PythonError(
      'Exception',
      `**** ERROR: Saving image outside the output folder is not allowed.\n full_output_folder: ${folder}\n         output_dir: ${base}`,
    );
  }
  await mkdir(folder, { recursive: true });
  const counters = (await readdir(folder)).map((file) => counterOf(file, name));
  return { folder, name, counter: Math.max(0, ...counters) + 1, subfolder };
}

function counterOf(file: string, name: string): number {
  if (!file.startsWith(`${name}_`)) {
    return 0;
  }
  const digits =
    file
      .slice(name.length + 1)
      .split('.')[0]
      ?.split('_')[0] ?? '';
  return /^\d+$/.test(digits) ? Number(digits) : 0;
}

/** Text chunks ComfyUI puts into PNGs: `prompt`, then one per key of `extra_pnginfo`. */
export function pngTexts(prompt: unknown, extraPnginfo: unknown, withNaN = false): [string, string][] {
  const texts: [string, string][] = [];
  if (prompt !== null && prompt !== undefined) {
    texts.push(['prompt', pythonJson(withNaN ? spoilWithNaN(prompt) : prompt)]);
  }
  if (typeof extraPnginfo === 'object' && extraPnginfo !== null) {
    for (const [key, value] of Object.entries(extraPnginfo)) {
      texts.push([key, pythonJson(value)]);
    }
  }
  return texts;
}

/** What nodes without a stable fingerprint leave in real files (API notes §8). */
function spoilWithNaN(prompt: unknown): unknown {
  const nodes = Object.entries(prompt as Record<string, object>);
  return Object.fromEntries(nodes.map(([id, node]) => [id, { is_changed: [NaN], ...node }]));
}

/** Saves every picture of a batch as PNG and returns where. */
export async function saveImages(
  images: ImageTensor,
  prefix: string,
  type: 'output' | 'temp',
  context: RunContext,
  options: { metadata: boolean; level: number },
): Promise<UiFile[]> {
  const slot = await saveSlot(prefix, context.folders[type], images.width, images.height);
  const texts = options.metadata
    ? pngTexts(context.prompt, context.extraPnginfo, context.faults.nanMetadata)
    : [];
  const files: UiFile[] = [];
  for (let index = 0; index < images.batch; index++) {
    const name = slot.name.replaceAll('%batch_num%', String(index));
    const filename = `${name}_${String(slot.counter + index).padStart(5, '0')}_.png`;
    const channels = images.channels as 1 | 2 | 3 | 4;
    const bytes = await toBytes(images, index, context.pace);
    const png = await encodePng(bytes, images.width, images.height, channels, options.level);
    await writeFile(path.join(slot.folder, filename), insertPngText(png, texts));
    files.push({ filename, subfolder: slot.subfolder, type });
  }
  return files;
}
