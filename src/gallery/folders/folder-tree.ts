import { isInputPath, rootOf } from '../../comfy/folder-path';
import { shownPath } from '../../comfy/tree-ref';

/** A folder in the tree of those that have pictures. */
export interface FolderNode {
  readonly name: string;
  /** See `folderPath`; empty for the output folder itself. */
  readonly path: string;
  readonly depth: number;
  /** Pictures in it, and with all below it. */
  own: number;
  total: number;
  readonly parent: FolderNode | null;
  readonly children: ReadonlyMap<string, FolderNode>;
}

interface Node extends FolderNode {
  readonly parent: Node | null;
  readonly children: Map<string, Node>;
  /** The children in their order, until one comes or goes. */
  sorted: readonly Node[] | null;
}

/** A line of the tree as it is seen. `at` of `of`: its place among the folders beside it. */
export interface FolderRow {
  node: FolderNode;
  open: boolean;
  at: number;
  of: number;
}

const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/**
 * The folders that have pictures, with how many. The output folder stands for all pictures that are no inputs; below it
 * are its own folders, and after it the other folders of the library, each with a root of its own. A picture that comes or
 * goes costs what its path has names.
 */
export class FolderTree {
  readonly root: FolderNode;
  readonly #root: Node;
  /** Those of the other folders of the library, by their paths. */
  readonly #roots = new Map<string, Node>();
  /** Their order. */
  #order: readonly string[] = [];
  #kept = new Set<string>();

  constructor() {
    this.#root = newNode('', '', null);
    this.root = this.#root;
  }

  /** Counts pictures of a folder in, or with a negative number out. */
  add(path: string, count: number): void {
    const root = rootOf(path);
    const below = root === '' ? path : path.slice(root.length + 1);
    let node = this.#rootAt(root);
    node.total += count;
    if (root !== '' && !isInputPath(root)) {
      this.#root.total += count;
    }
    for (const name of below === '' ? [] : below.split('/')) {
      let child = node.children.get(name);
      if (!child) {
        child = newNode(name, node.path === '' ? name : `${node.path}/${name}`, node);
        node.children.set(name, child);
        node.sorted = null;
      }
      child.total += count;
      node = child;
    }
    node.own += count;
    this.#prune(node);
  }

  #rootAt(path: string): Node {
    const known = path === '' ? this.#root : this.#roots.get(path);
    const root = known ?? newNode(shownPath(path), path, null);
    if (!known) {
      this.#roots.set(path, root);
    }
    return root;
  }

  /**
   * Folders that stay although no picture is in them; others that were kept so far go.
   * @param roots of the other folders of the library, in their order.
   */
  keep(paths: readonly string[], roots: readonly string[] = []): void {
    this.#order = roots;
    const before = this.#kept;
    this.#kept = new Set();
    before.forEach((path) => this.add(path, 0));
    paths.forEach((path) => {
      this.#kept.add(path);
      this.add(path, 0);
    });
  }

  #prune(node: Node): void {
    const isEmpty = ({ total, children, path }: Node): boolean =>
      total <= 0 && children.size === 0 && !this.#kept.has(path);
    for (let empty: Node | null = node; empty?.parent && isEmpty(empty); empty = empty.parent) {
      empty.parent.children.delete(empty.name);
      empty.parent.sorted = null;
    }
  }

  clear(): void {
    Object.assign(this.#root, { own: 0, total: 0, sorted: null });
    this.#root.children.clear();
    this.#roots.clear();
    this.#kept.forEach((path) => this.add(path, 0));
  }

  /** The lines that are seen: the roots, and below each what is open. The output folder always is. */
  rows(isOpen: (path: string) => boolean): FolderRow[] {
    const rows: FolderRow[] = [];
    const show = (node: Node, at: number, of: number): void => {
      const open = node.children.size > 0 && (node === this.#root || isOpen(node.path));
      rows.push({ node, open, at, of });
      if (open) {
        node.sorted ??= [...node.children.values()].sort((a, b) => byName.compare(a.name, b.name));
        node.sorted.forEach((child, i, all) => show(child, i + 1, all.length));
      }
    };
    const ordered = new Set([this.#root, ...this.#order.map((path) => this.#rootAt(path))]);
    const others = [...this.#roots.values()].filter((root) => root.total > 0 && !ordered.has(root));
    const roots = [...ordered, ...others];
    roots.forEach((root, i) => show(root, i + 1, roots.length));
    return rows;
  }
}

function newNode(name: string, path: string, parent: Node | null): Node {
  const depth = parent ? parent.depth + 1 : 0;
  return { name, path, depth, own: 0, total: 0, parent, children: new Map(), sorted: null };
}

/** What a key does in the tree: leads to a line, or opens or closes the present one. */
export type FolderStep = { to: number } | { open: boolean } | null;

/** What a key does at a line; `null` for other keys, and where there is nothing that way. */
export function folderStep(rows: readonly FolderRow[], at: number, key: string): FolderStep {
  const row = rows[at];
  const to = (place: number): FolderStep =>
    place >= 0 && place < rows.length && place !== at ? { to: place } : null;
  if (!row) {
    return null;
  }
  switch (key) {
    case 'ArrowDown':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - 1);
    case 'Home':
      return to(0);
    case 'End':
      return to(rows.length - 1);
    case 'ArrowRight':
      return row.open ? to(at + 1) : row.node.children.size > 0 ? { open: true } : null;
    case 'ArrowLeft':
      // The output folder is always open: its tree would be nothing otherwise.
      return row.open && row.node.path !== ''
        ? { open: false }
        : to(rows.findIndex(({ node }) => node === row.node.parent));
    default:
      return key.length === 1 && key !== ' ' ? to(nextWith(rows, at, key)) : null;
  }
}

/** The next line whose name begins with a letter; −1 when none does. */
function nextWith(rows: readonly FolderRow[], at: number, letter: string): number {
  const begins = ({ node }: FolderRow): boolean => node.name.toLowerCase().startsWith(letter.toLowerCase());
  const next = rows.findIndex((row, i) => i > at && begins(row));
  return next >= 0 ? next : rows.findIndex(begins);
}
