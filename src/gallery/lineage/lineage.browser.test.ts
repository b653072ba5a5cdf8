import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { pastJobs } from '../../jobs/fixtures/comfy-page';
import { found, OpenGallery } from '../fixtures/gallery-page';
import { organise } from '../marks/organise.svelte';
import { pins } from '../compare/pins.svelte';

let gallery: OpenGallery;
/** Files by what they are in the family; names of their own for each test. */
let names: Record<'original' | 'first' | 'second' | 'kept', string>;
let ids: typeof names;

const viewer = page.getByRole('dialog', { name: 'Picture viewer' });
const tree = page.getByRole('tree');
const saved = (filename: string, type = 'output') => ({ filename, subfolder: '', type });
const members = (): (string | undefined)[] =>
  [...document.querySelectorAll<HTMLElement>('[role="treeitem"]')].map((row) => row.dataset['member']);

async function make(name: string, darkroom?: object, prompt?: object): Promise<string> {
  return gallery.page.finishWith(
    { save: { images: [saved(name)] } },
    { ...(darkroom && { darkroom }), ...(prompt && { prompt }) },
  );
}

const show = (name: keyof typeof names): void => {
  location.hash = `#/gallery/${ids[name]}/0`;
};

/** The key that shows the parent while it is held. */
function hold(type: 'keydown' | 'keyup'): void {
  document.body.dispatchEvent(new KeyboardEvent(type, { key: '\\', code: 'Backslash', bubbles: true }));
}

beforeEach(async () => {
  const past = pastJobs(3);
  const run = past[0]?.id.split('-')[0] ?? '';
  gallery = await OpenGallery.open(past);
  const named = (name: string): string => `${run}-${name}.png`;
  names = {
    original: named('original'),
    first: named('first'),
    second: named('second'),
    kept: named('kept'),
  };
  const edit = { recipe: 'blur', parent: saved(names.original), mask: saved(named('mask'), 'input') };
  // A merge loads the original and the result that was kept; its own record names the original.
  const merged = {
    a: { class_type: 'LoadImage', inputs: { image: `${names.original} [output]` } },
    b: { class_type: 'LoadImage', inputs: { image: `${names.second} [output]` } },
    paste: { class_type: 'ImageCompositeMasked', inputs: { destination: ['a', 0], source: ['b', 0] } },
    save: { class_type: 'SaveImage', inputs: { images: ['paste', 0] } },
  };
  ids = {
    original: await make(names.original),
    first: await make(names.first, edit),
    second: await make(names.second, edit),
    kept: await make(names.kept, { ...edit, recipe: 'merge' }, merged),
  };
});

afterEach(() => {
  pins.clear();
  localStorage.removeItem('darkroom.hides');
  gallery.page.close();
});

describe('the family of a picture', () => {
  it('is a tree from the original through its edits to what was kept', async () => {
    show('kept');
    await expect.element(tree).toBeVisible();
    expect(members()).toEqual([names.original, names.first, names.second, names.kept]);
    const levels = [...document.querySelectorAll('[role="treeitem"]')].map((row) =>
      row.getAttribute('aria-level'),
    );
    expect(levels).toEqual(['1', '2', '2', '3']);
    await expect
      .element(tree.getByRole('treeitem', { selected: true }))
      .toHaveAttribute('data-member', names.kept);
    await expect.element(tree.getByText('Edit · Blur or pixelate')).toBeVisible();
  });

  it('is walked by keyboard, stays where it is while pictures change, and branches from any of them', async () => {
    show('kept');
    await expect.element(tree).toBeVisible();
    found('[role="treeitem"][tabindex="0"]').focus();
    await userEvent.keyboard('{ArrowLeft}');
    expect((document.activeElement as HTMLElement).dataset['member']).toBe(names.second);
    await userEvent.keyboard('{ArrowUp}{Enter}');
    await expect.poll(() => location.hash).toBe(`#/gallery/${ids.first}/0`);
    // The arrows moved in the tree, not through the gallery.
    await expect.poll(() => (document.activeElement as HTMLElement).dataset['member']).toBe(names.first);
    expect(members()).toHaveLength(4);
    await userEvent.keyboard('{Home}e');
    await expect.poll(() => location.hash).toMatch(/^#\/edit\?/);
    expect(new URLSearchParams(location.hash.split('?')[1]).get('filename')).toBe(names.original);
  });

  it('is not shown for a picture that has none', async () => {
    gallery.tiles.at(-1)?.click();
    await expect.element(viewer.getByText('File', { exact: true })).toBeVisible();
    expect(document.querySelector('[role="tree"]')).toBeNull();
  });

  it('grows by an edit that comes in', async () => {
    show('original');
    await expect.element(tree).toBeVisible();
    expect(members()).toHaveLength(4);
    await make(`new-${names.first}`, { recipe: 'blur', parent: saved(names.first), mask: null });
    await expect
      .poll(members)
      .toEqual([names.original, names.first, `new-${names.first}`, names.second, names.kept]);
  });

  it('leaves hidden pictures out, unless they are searched for', async () => {
    show('second');
    await expect.poll(() => organise.parts).not.toBeNull();
    await expect.poll(() => members().length).toBe(4);
    organise.parts?.marks.book.change([{ filename: names.first, subfolder: '', type: 'output' }], {
      hidden: true,
    });
    await expect.poll(members).toEqual([names.original, names.second, names.kept]);
    location.hash = `#/gallery/${ids.second}/0?q=is%3Ahidden`;
    await expect.poll(() => members().length).toBe(4);
  });

  it('is known from the graph for a picture made in ComfyUI', async () => {
    const prompt = {
      load: { class_type: 'LoadImage', inputs: { image: `${names.kept} [output]` } },
      save: { class_type: 'SaveImage', inputs: { images: ['load', 0] } },
    };
    const id = await make(`other-${names.kept}`, undefined, prompt);
    location.hash = `#/gallery/${id}/0`;
    await expect.poll(members).toContain(`other-${names.kept}`);
    expect(members()).toHaveLength(5);
  });
});

describe('an edit', () => {
  it('shows what it was made from while a key is held', async () => {
    show('first');
    const parent = (): boolean => {
      const image = document.querySelector<HTMLImageElement>('[data-testid="parent-peek"]');
      return image !== null && getComputedStyle(image).visibility === 'visible';
    };
    await expect
      .element(viewer.getByRole('button', { name: 'Show what it was made from, while held' }))
      .toBeVisible();
    expect(parent()).toBe(false);
    hold('keydown');
    await expect.poll(parent).toBe(true);
    const { src } = found('[data-testid="parent-peek"]') as HTMLImageElement;
    expect(new URL(src).searchParams.get('filename')).toBe(names.original);
    hold('keyup');
    await expect.poll(parent).toBe(false);
    // The window that loses the focus hears of no key that is let go.
    hold('keydown');
    await expect.poll(parent).toBe(true);
    window.dispatchEvent(new Event('blur'));
    await expect.poll(parent).toBe(false);
  });

  it('shows its mask over the picture it was painted on', async () => {
    // No server answers the elements of this page, and what cannot be loaded is not shown for long.
    const unheard = new AbortController();
    document.addEventListener('error', (event) => event.stopImmediatePropagation(), {
      capture: true,
      signal: unheard.signal,
    });
    show('first');
    const shown = (): string[] =>
      [...document.querySelectorAll<HTMLImageElement>('[data-testid="masked-parent"] img')].map(
        ({ src }) => new URL(src).searchParams.get('filename') ?? '',
      );
    await expect.poll(shown).toEqual([names.original, names.first.replace('first', 'mask')]);
    unheard.abort();
  });

  it('is compared with what it was made from, or with what was pinned', async () => {
    show('first');
    await expect.element(viewer.getByRole('heading', { level: 1 })).toBeVisible();
    await expect.poll(() => document.querySelector('[role="tree"]')).not.toBeNull();
    await userEvent.keyboard('c');
    await expect
      .poll(() => location.hash)
      .toBe(`#/compare?a=output/${names.original}&b=output/${names.first}`);
    show('second');
    await expect.element(viewer.getByRole('heading', { level: 1 })).toBeVisible();
    await userEvent.keyboard('{Shift>}c{/Shift}');
    await expect.element(page.getByRole('group', { name: 'Pinned for comparison' })).toBeVisible();
    show('kept');
    await expect.poll(() => found('[role="dialog"] h1').textContent).toContain(names.kept);
    await userEvent.keyboard('c');
    await expect.poll(() => location.hash).toBe(`#/compare?a=output/${names.second}&b=output/${names.kept}`);
  });
});
