import { existsSync, realpathSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** The folders of a ComfyUI, all inside `root`. Absolute, links resolved. */
export interface Folders {
  root: string;
  input: string;
  output: string;
  temp: string;
  user: string;
  models: string;
  /** Uploads while they arrive. */
  spool: string;
}

/** Creates the folders and empties temp, as ComfyUI does at start. */
export async function openFolders(directory: string): Promise<Folders> {
  await mkdir(directory, { recursive: true });
  const root = realpathSync(directory);
  const folders: Folders = {
    root,
    input: path.join(root, 'input'),
    output: path.join(root, 'output'),
    temp: path.join(root, 'temp'),
    user: path.join(root, 'user'),
    models: path.join(root, 'models'),
    spool: path.join(root, '.spool'),
  };
  await rm(folders.spool, { recursive: true, force: true });
  await wipeTemp(folders);
  for (const folder of Object.values(folders) as string[]) {
    await mkdir(folder, { recursive: true });
  }
  return folders;
}

/** Empties the temp folder. */
export async function wipeTemp(folders: Folders): Promise<void> {
  await rm(folders.temp, { recursive: true, force: true });
  await mkdir(folders.temp, { recursive: true });
}

/** The folder of a `type` value; `null` for anything but output, input and temp. */
export function folderOfType(folders: Folders, type: unknown): string | null {
  return type === 'output' || type === 'input' || type === 'temp' ? folders[type] : null;
}

/** Whether `target` is `folder` or lies in it, as text (Python's commonpath test). */
export function isInside(folder: string, target: string): boolean {
  const relative = path.relative(folder, path.resolve(target));
  return (
    relative === '' ||
    (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}

/** As `isInside`, with symbolic links followed as far as the path exists. */
export function isReallyInside(folder: string, target: string): boolean {
  return !target.includes('\0') && isInside(realPath(folder), realPath(target));
}

function realPath(target: string): string {
  const absolute = path.resolve(target);
  if (existsSync(absolute)) {
    return realpathSync(absolute);
  }
  const parent = path.dirname(absolute);
  return parent === absolute ? absolute : path.join(realPath(parent), path.basename(absolute));
}

/** A name with its ` [input]`, ` [output]` or ` [temp]` cut off. */
export interface Annotated {
  name: string;
  /** Folder the annotation names; `null` without one. */
  folder: string | null;
}

/**
 * Parses an annotated name as ComfyUI does: a fixed number of characters is cut off, so without the space
 * before `[` a real character is lost too (API notes §2.2).
 */
export function readAnnotated(folders: Folders, value: string): Annotated {
  for (const type of ['output', 'input', 'temp'] as const) {
    if (value.endsWith(`[${type}]`)) {
      return { name: value.slice(0, -(type.length + 3)), folder: folders[type] };
    }
  }
  return { name: value, folder: null };
}

/** Absolute path of a LoadImage value, and whether it stays in its folder (API notes §7.1). */
export function resolveAnnotated(
  folders: Folders,
  value: string,
): { file: string; inside: boolean; name: string } {
  const { name, folder } = readAnnotated(folders, value);
  const base = folder ?? folders.input;
  const file = path.resolve(base, name);
  return { file, inside: isReallyInside(base, file), name };
}
