import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { parseExact } from '../comfy/exact-json';
import { type NodeInfo, parseNodeInfo } from '../comfy/object-info';
import { describeFault } from '../workflows/convert/describe-fault';
import { type FoundGraph, readGraphFile } from '../workflows/convert/read-source';
import { CliError, type CliIo, type Command, type OptionValues } from './command';

/** Where ComfyUI listens unless told otherwise. */
const DEFAULT_COMFY_URL = 'http://127.0.0.1:8188';
/** Videos are the largest files that hold graphs. */
const MOST_FILE_BYTES = 1024 * 1024 * 1024;
const IS_ADDRESS = /^https?:\/\//i;
const OBJECT_INFO_TIMEOUT_MS = 60_000;

/** The option every command takes that needs to know the server's classes. */
export const OBJECT_INFO_OPTION: Command['options'] = { 'object-info': { type: 'string' } };

/** How `--help` explains it. */
export const OBJECT_INFO_HELP = `  --object-info FILE|URL  the server's classes: a saved answer of /object_info (.json or .json.gz), or the
                          address of ComfyUI (default ${DEFAULT_COMFY_URL}, or COMFYUI_URL)`;

/**
 * The one file a command works on; `-` is standard input.
 * @throws CliError when there is not exactly one, or it holds no graph.
 */
export async function readGraphArgument(io: CliIo, files: readonly string[]): Promise<FoundGraph> {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0) {
    throw new CliError(
      file === undefined ? 'Give a file. See --help.' : 'Give one file only. See --help.',
      2,
    );
  }
  const read = await readGraphFile(file === '-' ? await readStdin() : await readBytes(io, file));
  if (!read.ok) {
    throw new CliError(`${file}: ${describeFault(read.fault)}`);
  }
  return read.found;
}

/**
 * The classes of the server that `--object-info` names, by name.
 * @throws CliError when they cannot be had.
 */
export async function readObjectInfo(io: CliIo, options: OptionValues): Promise<Map<string, NodeInfo>> {
  const source = objectInfoSource(io, options);
  const text = IS_ADDRESS.test(source) ? await fetchObjectInfo(source) : await readObjectInfoFile(io, source);
  const infos = parseObjectInfo(text);
  if (infos === null) {
    throw new CliError(`${source} does not hold ComfyUI's object_info.`);
  }
  return infos;
}

/** The address of the server that `--object-info` names; `null` where it names a file. */
export function serverAddress(io: CliIo, options: OptionValues): string | null {
  const source = objectInfoSource(io, options);
  return IS_ADDRESS.test(source) ? source.replace(/(\/object_info)?\/*$/, '') : null;
}

function objectInfoSource(io: CliIo, options: OptionValues): string {
  const given = options['object-info'];
  return typeof given === 'string' ? given : (io.env['COMFYUI_URL'] ?? DEFAULT_COMFY_URL);
}

function parseObjectInfo(text: string): Map<string, NodeInfo> | null {
  let value: unknown;
  try {
    value = parseExact(text);
  } catch (error) {
    if (error instanceof SyntaxError) {
      return null;
    }
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return null;
  }
  const infos = new Map<string, NodeInfo>();
  for (const [name, raw] of Object.entries(value)) {
    const isClass = typeof raw === 'object' && raw !== null && 'input' in raw;
    const info = isClass ? parseNodeInfo(name, raw) : null;
    if (info) {
      infos.set(name, info);
    }
  }
  return infos.size > 0 ? infos : null;
}

async function fetchObjectInfo(address: string): Promise<string> {
  const url = /\/object_info\/?$/.test(address) ? address : `${address.replace(/\/+$/, '')}/object_info`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(OBJECT_INFO_TIMEOUT_MS) });
    if (!response.ok) {
      throw new CliError(`${address} answers with ${response.status} where ComfyUI's object_info should be.`);
    }
    return await response.text();
  } catch (error) {
    if (error instanceof CliError) {
      throw error;
    }
    throw new CliError(
      `ComfyUI does not answer at ${address}. Start it, or name another address or a saved object_info with --object-info.`,
    );
  }
}

async function readObjectInfoFile(io: CliIo, file: string): Promise<string> {
  const bytes = await readBytes(io, file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return new TextDecoder().decode(isGzip ? gunzipSync(bytes) : bytes);
  } catch {
    throw new CliError(`${file} is a damaged gzip file.`);
  }
}

async function readBytes(io: CliIo, file: string): Promise<Uint8Array> {
  const path = resolve(io.cwd, file);
  try {
    const { size } = await stat(path);
    if (size > MOST_FILE_BYTES) {
      throw new CliError(`${file} is larger than a gigabyte.`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof CliError) {
      throw error;
    }
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(
      code === 'ENOENT'
        ? `There is no file ${file}.`
        : `${file} cannot be read (${code ?? 'unknown error'}).`,
    );
  }
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}
