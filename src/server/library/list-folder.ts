import { type Dirent, lstatSync, readdirSync } from 'node:fs';

import { systemCode } from '../errors';
import type { DiskPath } from './disk-file';
import { type DiskName, isDoubtful, nameOf, within } from './disk-names';
import { isLibraryName } from './file-format';
import type { Seen } from './index-store';
import { fileOfSidecar, sidecarState, type SidecarState } from './sidecar';

/** What a folder holds: its files the library takes in, and its folders. Links are neither, wherever they lead. */
export interface Listing {
  files: Seen[];
  /** XMP sidecars, by the names of the files they belong to. */
  sidecars: (SidecarState & { name: string })[];
  folders: DiskName[];
}

/** What is looked at between two breaths. */
const AT_ONCE = 500;

/**
 * Lists a folder.
 * @param breathe called now and then: a folder of 50,000 files takes a while.
 * @throws a system error when the folder cannot be listed.
 */
export async function listFolder(path: DiskPath, breathe: () => Promise<void>): Promise<Listing> {
  const listing: Listing = { files: [], sidecars: [], folders: [] };
  let count = 0;
  for (const entry of entriesOf(path)) {
    if (entry.kind === 'folder' && !entry.name.startsWith('.')) {
      listing.folders.push({ name: entry.name, raw: entry.raw });
    } else if (entry.kind === 'file' && isLibraryName(entry.name)) {
      const seen = look(path, entry);
      if (seen) {
        listing.files.push(seen);
      }
    } else if (entry.kind === 'file') {
      const sidecar = lookAtSidecar(path, entry);
      if (sidecar) {
        listing.sidecars.push(sidecar);
      }
    }
    if ((count += 1) % AT_ONCE === 0) {
      await breathe();
    }
  }
  return listing;
}

/** Looks at one name in a folder: a file the library takes in, a folder, or nothing of interest. */
export function lookAt(path: DiskPath, name: DiskName): Seen | 'folder' | null {
  const stats = lstatSync(within(path, name), { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    return name.name.startsWith('.') ? null : 'folder';
  }
  return stats?.isFile() && isLibraryName(name.name) ? seenAs(name, stats.size, stats.mtimeMs) : null;
}

/** Looks at one name in a folder: an XMP sidecar, by the name of its file, or something else. */
export function lookAtSidecar(path: DiskPath, name: DiskName): (SidecarState & { name: string }) | null {
  const file = name.raw === null ? fileOfSidecar(name.name) : null;
  const stats = file === null ? undefined : lstatSync(within(path, name), { throwIfNoEntry: false });
  return file !== null && stats?.isFile() ? { name: file, ...sidecarState(stats) } : null;
}

type Entry = DiskName & { kind: 'file' | 'folder' | 'other' };

function entriesOf(path: DiskPath): Entry[] {
  const entries = readdirSync(path, { withFileTypes: true });
  if (!entries.some(({ name }) => isDoubtful(name))) {
    return entries.map((entry) => ({ name: entry.name, raw: null, kind: kindOf(entry) }));
  }
  return readdirSync(path, { withFileTypes: true, encoding: 'buffer' }).map((entry) => ({
    ...nameOf(entry.name),
    kind: kindOf(entry),
  }));
}

function kindOf(entry: Pick<Dirent, 'isFile' | 'isDirectory'>): Entry['kind'] {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
}

/** Size and time of a file; `null` when it has just gone. */
function look(path: DiskPath, { name, raw }: DiskName): Seen | null {
  try {
    const { size, mtimeMs } = lstatSync(within(path, { name, raw }));
    return seenAs({ name, raw }, size, mtimeMs);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      return null;
    }
    throw error;
  }
}

function seenAs({ name, raw }: DiskName, size: number, mtimeMs: number): Seen {
  // Before 1970, or in a far future: file systems hold what programs tell them.
  const modified = Math.min(Math.max(0, Math.floor(mtimeMs)), 8.64e15);
  return { name, raw, size, modified };
}
