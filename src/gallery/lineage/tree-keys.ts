import type { FamilyMember } from '../../jobs/library/family';

/**
 * Where a key leads in a tree that is always unfolded: up and down through its rows, left to the parent, right
 * to the first child. `null` for other keys, and where there is nothing that way.
 */
export function treeMove(
  rows: readonly FamilyMember[],
  from: FamilyMember,
  key: string,
): FamilyMember | null {
  const at = rows.findIndex((row) => row.key === from.key);
  switch (key) {
    case 'ArrowDown':
      return rows[at + 1] ?? null;
    case 'ArrowUp':
      return rows[at - 1] ?? null;
    case 'ArrowLeft':
      return rows.find(({ children }) => children.some((child) => child.key === from.key)) ?? null;
    case 'ArrowRight':
      return from.children[0] ?? null;
    case 'Home':
      return rows[0] ?? null;
    case 'End':
      return rows.at(-1) ?? null;
    default:
      return null;
  }
}
