import { createHash } from 'node:crypto';
import { realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';

import type { LibraryTree } from '../../ports/library-wire';

/** A folder that is to be indexed, with all below it. */
export interface TreeOptions {
  path: string;
  kind: LibraryTree['kind'];
  /** What people call it; the folder's name without. */
  label?: string | undefined;
}

export interface Tree {
  id: string;
  name: string;
  kind: LibraryTree['kind'];
  /** As it was given. */
  path: string;
}

/** The folders that are given, each once. */
export function treesOf(options: readonly TreeOptions[]): Tree[] {
  const trees = new Map<string, Tree>();
  for (const { path, kind, label } of options) {
    const id = createHash('sha256').update(path).digest('base64url').slice(0, 8);
    if (!trees.has(id)) {
      trees.set(id, { id, name: label ?? (basename(path) || path), kind, path });
    }
  }
  return [...trees.values()];
}

/** Where a tree is now, and on what; `null` while it cannot be reached. */
export interface Presence {
  /** Without links. */
  root: string;
  device: string;
}

export function presenceOf({ path }: Pick<Tree, 'path'>): Presence | null {
  try {
    const root = realpathSync(path);
    const stats = statSync(root);
    return stats.isDirectory() ? { root, device: `${stats.dev} ${stats.ino}` } : null;
  } catch {
    // Whatever the reason, it cannot be read, and comes back or does not.
    return null;
  }
}
