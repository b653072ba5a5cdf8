import axe from 'axe-core';
import { mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadWords } from '../../i18n/index.svelte';
import FolderHost from '../fixtures/FolderHost.svelte';
import { FolderTree } from './folder-tree';

let host: Record<string, unknown>;
let chosen: string[];

const lines = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role="treeitem"]')];
const focused = (): string | null => document.activeElement?.getAttribute('data-folder') ?? null;
const line = (name: RegExp): ReturnType<typeof page.getByRole> => page.getByRole('treeitem', { name });

beforeEach(async () => {
  await loadWords('library');
  chosen = [];
  const tree = new FolderTree();
  tree.add('', 3);
  tree.add('cats/black', 2);
  tree.add('cats', 1);
  for (let i = 0; i < 2000; i++) {
    tree.add(`day ${i}`, 1);
  }
  const onchoose = (path: string): void => void chosen.push(path);
  host = mount(FolderHost, { target: document.body, props: { tree, onchoose } });
});

afterEach(() => unmount(host));

it('is walked, opened and chosen from with the keyboard', async () => {
  await userEvent.tab();
  expect(focused()).toBe('');
  await userEvent.keyboard('{ArrowDown}');
  await expect.poll(focused).toBe('cats');
  await expect.element(line(/^cats/)).toHaveAttribute('aria-expanded', 'false');
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(line(/^cats/)).toHaveAttribute('aria-expanded', 'true');
  await userEvent.keyboard('{ArrowRight}');
  await expect.poll(focused).toBe('cats/black');
  await expect.element(line(/^black/)).toHaveAttribute('aria-level', '3');
  await userEvent.keyboard('{Enter}');
  expect(chosen).toEqual(['cats/black']);
  await expect.element(line(/^black/)).toHaveAttribute('aria-selected', 'true');
  await userEvent.keyboard('{ArrowLeft}{ArrowLeft}');
  await expect.poll(() => document.querySelector('[data-folder="cats/black"]')).toBeNull();
  await expect.poll(focused).toBe('cats');
});

it('draws only what is seen of many folders, and leads to the last', async () => {
  expect(lines().length).toBeLessThan(60);
  await userEvent.tab();
  await userEvent.keyboard('{End}');
  await expect.poll(focused).toBe('day 1999');
  expect(lines().length).toBeLessThan(60);
  await expect.element(line(/^day 1999/)).toHaveAttribute('aria-posinset', '2001');
  await expect.element(line(/^day 1999/)).toBeInViewport();
  await userEvent.keyboard('{Home}');
  await expect.poll(focused).toBe('');
});

it('is chosen from and opened with the mouse', async () => {
  await line(/^cats/).click();
  expect(chosen).toEqual(['cats']);
  await userEvent.click(lines()[1]?.querySelector('button') as HTMLElement);
  await expect.element(line(/^black/)).toBeVisible();
  expect(chosen).toEqual(['cats']);
});

it('breaks none of the rules of axe', async () => {
  const { violations } = await axe.run(document.body, {
    rules: {
      region: { enabled: false },
      'page-has-heading-one': { enabled: false },
      'landmark-one-main': { enabled: false },
    },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});
