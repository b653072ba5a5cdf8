import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import * as v from 'valibot';

import { asFileRef, nodeOutputSchema } from '../../comfy/schemas';
import type { ComfyAddress } from '../comfy-url';
import { isLoopbackName } from '../host-names';

const PATIENCE_MS = 5_000;
/** Jobs of the history that are looked at for files. */
const JOBS = 64;

const argvSchema = v.object({ system: v.object({ argv: v.optional(v.array(v.string()), []) }) });
const historySchema = v.record(v.string(), v.object({ outputs: v.record(v.string(), nodeOutputSchema) }));

/**
 * Finds ComfyUI's output folder on this machine: where its arguments say it is, if that is a folder here with a file
 * that ComfyUI's history names. Only a ComfyUI on this machine is asked: another could name any folder of ours.
 * @returns its path, or `null` when it is not known, or not certain.
 */
export async function findOutputFolder(comfy: ComfyAddress): Promise<string | null> {
  const { hostname } = new URL(comfy.shown);
  if (!isLoopbackName({ name: hostname, port: undefined })) {
    return null;
  }
  const stats = v.safeParse(argvSchema, await getJson(comfy, '/system_stats'));
  const folder = stats.success ? outputFolderOf(stats.output.system.argv) : null;
  if (folder === null || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    return null;
  }
  const history = v.safeParse(historySchema, await getJson(comfy, `/history?max_items=${JOBS}`));
  return history.success && namedFiles(history.output).some((path) => isFile(join(folder, path)))
    ? folder
    : null;
}

/**
 * What ComfyUI's arguments say of its output folder: `--output-directory`, else `output` in `--base-directory` or beside
 * its `main.py`. `null` when they do not tell, or only in words that depend on where ComfyUI was started.
 */
export function outputFolderOf(argv: readonly string[]): string | null {
  const given = argument(argv, '--output-directory');
  if (given !== null) {
    return isAbsolute(given) ? resolve(given) : null;
  }
  const base = argument(argv, '--base-directory') ?? (argv[0] === undefined ? null : dirname(argv[0]));
  return base !== null && isAbsolute(base) ? join(base, 'output') : null;
}

/** The value of an argument, written as one word or two; the last one counts, as in Python. */
function argument(argv: readonly string[], name: string): string | null {
  let value: string | null = null;
  argv.forEach((word, index) => {
    if (word === name) {
      value = argv[index + 1] ?? value;
    } else if (word.startsWith(`${name}=`)) {
      value = word.slice(name.length + 1);
    }
  });
  return value;
}

/** Paths below the output folder. A name that would lead out of it proves nothing. */
function namedFiles(history: v.InferOutput<typeof historySchema>): string[] {
  return Object.values(history)
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap((node) => Object.values(node).flat())
    .flatMap((item) => asFileRef(item) ?? [])
    .filter(({ type }) => type === 'output')
    .map(({ subfolder, filename }) => join(subfolder, filename))
    .filter((path) => !isAbsolute(path) && !path.split(/[/\\]/).includes('..'));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The answer as JSON; `null` when there is none. */
async function getJson(comfy: ComfyAddress, path: string): Promise<unknown> {
  try {
    const response = await fetch(comfy.shown + path, {
      headers: comfy.authorization === undefined ? {} : { Authorization: comfy.authorization },
      signal: AbortSignal.timeout(PATIENCE_MS),
      redirect: 'error',
    });
    return await response.json();
  } catch {
    // ComfyUI is off, or is something else: it is asked again later.
    return null;
  }
}
