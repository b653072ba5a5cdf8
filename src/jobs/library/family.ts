import { type FileRef, fileRefKey } from '../../comfy/file-ref';

/** A picture in its family. */
export interface FamilyMember {
  ref: FileRef;
  /** `fileRefKey` of the file. */
  key: string;
  /** From 0, the original's. */
  depth: number;
  children: FamilyMember[];
}

/** A picture, all it was made from, and all that was made from those. */
export interface Family {
  root: FamilyMember;
  /** How many pictures are in the tree. */
  size: number;
  /** Whether some were left out. */
  cut: boolean;
}

/** Who is made from whom. */
export interface Kinship {
  /** What a file was made from; `null` for an original, or where nobody knows. */
  parentOf: (ref: FileRef) => FileRef | null;
  /** What was made from a file, oldest first. */
  childrenOf: (ref: FileRef) => readonly FileRef[];
}

/**
 * The same kinship without some pictures. What was made from one of those counts as made from what that one was made
 * from.
 */
export function without({ parentOf, childrenOf }: Kinship, isLeftOut: (ref: FileRef) => boolean): Kinship {
  return {
    parentOf: (ref) => {
      let up = parentOf(ref);
      for (let steps = 0; up && isLeftOut(up) && steps < MOST_STEPS; steps++) {
        up = parentOf(up);
      }
      return up && !isLeftOut(up) ? up : null;
    },
    childrenOf: (ref) => {
      const found: FileRef[] = [];
      const seen = new Set<string>();
      const rest = childrenOf(ref).toReversed();
      for (let next = rest.pop(); next; next = rest.pop()) {
        if (isLeftOut(next) && !seen.has(fileRefKey(next))) {
          rest.push(...childrenOf(next).toReversed());
        } else if (!isLeftOut(next)) {
          found.push(next);
        }
        seen.add(fileRefKey(next));
      }
      return found;
    },
  };
}

/** How far back a row of edits is followed, and how many pictures a tree has at most. */
const MOST_STEPS = 200;
export const MOST_MEMBERS = 300;

/**
 * The family of a picture: up to its original, and from there down to everything that was made of it. Each
 * file stands in the tree once, also where files were written over so that they seem to come from each other.
 * The way from the original to the picture is in it however large the tree is.
 */
export function familyOf(ref: FileRef, { parentOf, childrenOf }: Kinship, most = MOST_MEMBERS): Family {
  const line = [ref];
  const onLine = new Set([fileRefKey(ref)]);
  for (let up = parentOf(ref); up && line.length < MOST_STEPS; up = parentOf(up)) {
    if (onLine.has(fileRefKey(up))) {
      break;
    }
    line.unshift(up);
    onLine.add(fileRefKey(up));
  }
  const members = new Map<string, FamilyMember>();
  const join = (file: FileRef, parent: FamilyMember | null): FamilyMember => {
    const member = { ref: file, key: fileRefKey(file), depth: (parent?.depth ?? -1) + 1, children: [] };
    members.set(member.key, member);
    parent?.children.push(member);
    return member;
  };
  let parent: FamilyMember | null = null;
  for (const file of line) {
    parent = join(file, parent);
  }
  let cut = false;
  // A map grows while it is walked: generation by generation on each branch.
  for (const member of members.values()) {
    const order = new Map<string, FamilyMember>(member.children.map((child) => [child.key, child]));
    const sorted: FamilyMember[] = [];
    for (const file of childrenOf(member.ref)) {
      const key = fileRefKey(file);
      const known = order.get(key);
      if (known) {
        sorted.push(known);
        order.delete(key);
      } else if (!members.has(key)) {
        cut ||= members.size >= most;
        if (members.size < most) {
          sorted.push(join(file, member));
        }
      }
    }
    // The one on the way may be unknown to the index, as when only its file tells what it was made from.
    member.children = [...sorted, ...order.values()];
  }
  const [root] = members.values();
  return { root: root as FamilyMember, size: members.size, cut };
}

/** The members of a tree as its rows, from top to bottom. */
export function rowsOf(member: FamilyMember): FamilyMember[] {
  const rows: FamilyMember[] = [];
  // A stack of its own: a row of edits can be deeper than the call stack of a worker.
  const rest = [member];
  for (let next = rest.pop(); next; next = rest.pop()) {
    rows.push(next);
    rest.push(...next.children.toReversed());
  }
  return rows;
}
