import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GuestGrid } from './guest-grid.svelte';
import { guestGallery } from './testing/stub-link';

describe('the rows of a gallery', () => {
  const { items } = guestGallery(2000);
  let node: HTMLElement;
  let grid: GuestGrid;
  let leave: () => void;

  const scrollTo = (top: number): Promise<void> =>
    new Promise((resolve) => {
      addEventListener('scroll', () => resolve(), { once: true });
      window.scrollTo(0, top);
    });

  beforeEach(() => {
    node = document.createElement('div');
    document.body.append(node);
    grid = new GuestGrid(() => items);
    leave = grid.attach(node);
    node.style.height = `${grid.height}px`;
  });
  afterEach(() => {
    leave();
    node.remove();
    window.scrollTo(0, 0);
  });

  it('are the very same while scrolling brings no other into the document', async () => {
    await scrollTo(5000);
    const { rows } = grid;
    await scrollTo(5001);
    expect(grid.rows).toBe(rows);
  });

  it('stay what they are while others come and go', async () => {
    await scrollTo(5000);
    const before = grid.rows;
    await scrollTo(5600);
    const after = grid.rows;
    const stayed = before.filter(({ row }) => after.some((other) => other.row === row));
    expect(stayed.length).toBeGreaterThan(2);
    expect(after.length).toBeGreaterThan(stayed.length);
    expect(stayed.every((row) => after.includes(row))).toBe(true);
  });
});
