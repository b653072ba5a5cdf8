import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { pastJobs, type PastJob } from '../../jobs/fixtures/comfy-page';
import { found, jobOf, OpenGallery } from '../fixtures/gallery-page';
import { mp4 } from '../fixtures/tiny-video';

let gallery: OpenGallery;
let past: PastJob[];

const viewer = page.getByRole('dialog', { name: 'Picture viewer' });

/** Address of the picture that is so many steps from the newest. */
function addressOf(step: number): string {
  return `#/gallery/${past.at(-1 - step)?.id}/0`;
}

/** Waits until the viewer shows the picture that is so many steps from the newest. */
async function expectShown(step: number): Promise<void> {
  await expect.element(viewer.getByRole('heading', { name: past.at(-1 - step)?.file })).toBeVisible();
  await expect
    .poll(() => found('[data-testid="picture"] img').getBoundingClientRect().width)
    .toBeGreaterThan(0);
  expect(location.hash).toBe(addressOf(step));
}

beforeEach(async () => {
  past = pastJobs(59);
  // The newest was made from the one five steps before it.
  const parent = { filename: past.at(-5)?.file, subfolder: '', type: 'output' };
  past.push(...pastJobs(1, { recipe: 'blur', parent, mask: null }));
  gallery = await OpenGallery.open(past);
});

afterEach(() => gallery.page.close());

describe('a result that was not saved', () => {
  it('can be viewed, with those beside it, and is marked as temporary', async () => {
    const temp = (filename: string): object => ({ filename, subfolder: '', type: 'temp' });
    const id = await gallery.page.finishWith({
      a: { images: [temp('one.png'), temp('two.png')] },
      b: { text: ['what it shows'] },
    });
    location.hash = `#/gallery/${id}/0`;
    const shown = viewer.getByRole('heading', { level: 1 });
    await expect.poll(() => gallery.page.viewed).toContain('one.png');
    await expect.element(viewer.getByText('Temporary: gone when ComfyUI restarts')).toBeVisible();
    await expect.element(viewer.getByText('what it shows')).toBeVisible();
    await expect.element(shown).toBeVisible();
    await userEvent.keyboard('{ArrowRight}');
    await expect.poll(() => location.hash).toBe(`#/gallery/${id}/1`);
    await expect.element(viewer.getByRole('button', { name: 'Next picture' })).not.toBeInTheDocument();
    await userEvent.keyboard('{ArrowLeft}');
    await expect.poll(() => location.hash).toBe(`#/gallery/${id}/0`);
    expect(gallery.tiles.some((tile) => jobOf(tile) === id)).toBe(false);
  });

  it('is a file card when it is no picture', async () => {
    const id = await gallery.page.finishWith({ a: { result: ['mesh/fox.glb', null, null] } });
    await expect.poll(() => gallery.tiles.map(jobOf)).toContain(id);
    location.hash = `#/gallery/${id}/0`;
    await expect.element(viewer.getByText('mesh/fox.glb can be downloaded')).toBeVisible();
    const link = found('[role="dialog"] a[download]') as HTMLAnchorElement;
    expect(link.download).toBe('fox.glb');
    expect(new URL(link.href).searchParams.get('subfolder')).toBe('mesh');
  });
});

describe('a file that is no picture', () => {
  const open = async (name: string, text: string, type: string): Promise<void> => {
    gallery.page.files.set(name, new Blob([text], { type }));
    const output = { filename: name, subfolder: '', type: 'output' };
    location.hash = `#/gallery/${await gallery.page.finishWith({ a: { files: [output] } })}/0`;
  };
  const BAD = '<h1 id="theirs">hello</h1><script>globalThis.broken = true</script>';

  it('is read when it is a text, with its tags as they are', async () => {
    await open('notes.txt', BAD, 'text/plain');
    await expect.element(viewer.getByRole('region', { name: 'notes.txt' })).toHaveTextContent(BAD);
    expect(document.querySelector('#theirs')).toBeNull();
  });

  it('is a card when it is a page, of which nothing is rendered', async () => {
    await open('page.html', BAD, 'text/html');
    await expect.element(viewer.getByText('Web page')).toBeVisible();
    expect(document.querySelector('#theirs, iframe, object, embed')).toBeNull();
    expect('broken' in globalThis).toBe(false);
  });

  it('is an image element and nothing more when it is a drawing', async () => {
    await open(
      'drawing.svg',
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="theirs"/></svg>`,
      'image/svg+xml',
    );
    await expect.element(viewer.getByRole('heading', { name: 'drawing.svg' })).toBeVisible();
    await expect.element(viewer.getByRole('button', { name: 'Inpaint' })).toBeDisabled();
    expect(document.querySelector('#theirs, iframe, object, embed')).toBeNull();
  });
});

describe('a file that cannot be shown', () => {
  const saved = (filename: string): object => ({ filename, subfolder: '', type: 'output' });
  const open = async (outputs: object): Promise<void> => {
    location.hash = `#/gallery/${await gallery.page.finishWith(outputs)}/0`;
  };
  const download = (): string | undefined =>
    document.querySelector<HTMLAnchorElement>('[role="alert"] a[download]')?.download;

  it('is named with its codec, beside its poster and a download', async () => {
    gallery.page.files.set('clip.mp4', new Blob([mp4(['mp4a', 'hvc1'])]));
    await open({ a: { gifs: [{ ...saved('clip.mp4'), format: 'video/h265-mp4', workflow: 'clip.png' }] } });
    await expect.element(viewer.getByText('This browser cannot play H.265')).toBeVisible();
    expect(download()).toBe('clip.mp4');
    expect(found('[role="dialog"] img').getAttribute('src')).toContain('filename=clip.png');
  });

  it('is told apart from one that is broken', async () => {
    gallery.page.files.set('clip.mp4', new Blob(['no video']));
    await open({ a: { images: [saved('clip.mp4')] } });
    await expect.element(viewer.getByText('This file cannot be shown here')).toBeVisible();
    expect(download()).toBe('clip.mp4');
  });

  it.each([['portrait..png'], ['clip..mp4']])('says that the server refuses the name: %s', async (name) => {
    gallery.page.files.set(name, 'refused');
    await open({ a: { images: [saved(name)] } });
    await expect.element(viewer.getByText('The server refuses this name')).toBeVisible();
    await expect.element(viewer.getByText(/two dots in a row. Rename it/)).toBeVisible();
    expect(document.querySelector('[role="dialog"] a[download]')).toBeNull();
    await expect.element(viewer.getByRole('button', { name: 'Inpaint' })).toBeDisabled();
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => gallery.tiles[0]?.textContent).toContain('The server refuses this name');
  });
});

describe('an edit with a short prompt', () => {
  it('is shown with the long prompt of its original', async () => {
    const saved = (filename: string): object => ({ filename, subfolder: '', type: 'output' });
    const graphOf = (text: string): object => ({
      words: { class_type: 'CLIPTextEncode', inputs: { text } },
      sampler: { class_type: 'KSampler', inputs: { seed: 1, positive: ['words', 0], negative: ['none', 0] } },
      save: { class_type: 'SaveImage', inputs: { images: ['sampler', 0] } },
    });
    const { page: comfy } = gallery;
    await comfy.finishWith({ save: { images: [saved('long.png')] } }, { prompt: graphOf('a long story') });
    const darkroom = { recipe: 'inpaint-checkpoint', parent: saved('long.png'), mask: null };
    const edited = { prompt: graphOf('a cup'), darkroom };
    const id = await comfy.finishWith({ save: { images: [saved('short.png')] } }, edited);
    location.hash = `#/gallery/${id}/0`;
    await expect.element(viewer.getByText('Prompt of the original')).toBeVisible();
    await expect.element(viewer.getByRole('definition').filter({ hasText: 'a long story' })).toBeVisible();
    await expect.element(viewer.getByRole('definition').filter({ hasText: 'a cup' })).toBeVisible();
    await expect.element(viewer.getByRole('button', { name: 'Copy: Prompt of the original' })).toBeVisible();
  });
});

describe('the viewer', () => {
  it('opens from a tile, steps through the gallery and stops at its ends', async () => {
    gallery.tiles[1]?.click();
    await expectShown(1);
    await userEvent.keyboard('{ArrowRight}');
    await expectShown(2);
    await viewer.getByRole('button', { name: 'Previous picture' }).click();
    await expectShown(1);
    await userEvent.keyboard('{Home}');
    await expectShown(0);
    await expect.element(viewer.getByRole('button', { name: 'Previous picture' })).not.toBeInTheDocument();
    await userEvent.keyboard('{ArrowLeft}');
    await expectShown(0);
    await userEvent.keyboard('{End}');
    await expectShown(59);
    await expect.element(viewer.getByRole('button', { name: 'Next picture' })).not.toBeInTheDocument();
  });

  it('draws the next picture before those beside it, which come afterwards', async () => {
    const beside = (): Element[] => [...document.querySelectorAll('[data-testid="viewer-stage"] > div')];
    gallery.tiles[2]?.click();
    await expectShown(2);
    await expect.poll(() => beside().length).toBe(3);
    const [, , next] = beside();
    const counts: number[] = [];
    const watch = new MutationObserver(() => counts.push(beside().length));
    watch.observe(found('[data-testid="viewer-stage"]'), { childList: true });
    await userEvent.keyboard('{ArrowRight}');
    await expectShown(3);
    await expect.poll(() => beside().length).toBe(3);
    watch.disconnect();
    // The one that is left stays beside it; the one after it is not there at first.
    expect(counts).toEqual([2, 3]);
    expect(next?.isConnected).toBe(true);
  });

  it('keeps the focus inside, away from the grid below', async () => {
    gallery.tiles[0]?.click();
    await expectShown(0);
    const dialog = found('[role="dialog"]');
    await expect.poll(() => document.activeElement).toBe(dialog);
    await userEvent.tab();
    const seen: (Element | null)[] = [];
    do {
      expect(dialog.contains(document.activeElement)).toBe(true);
      expect(seen).not.toContain(document.activeElement);
      seen.push(document.activeElement);
      if (document.activeElement?.getAttribute('aria-label') === 'Copy the graph') {
        // Its tooltip must not let the focus out.
        await expect.poll(() => document.querySelector('[role="tooltip"]')).not.toBeNull();
      }
      await userEvent.tab();
    } while (document.activeElement !== seen[0]);
    expect(seen).toContain(viewer.getByRole('button', { name: 'Copy the graph' }).element());
    // The strip has one stop, however many pictures it has.
    expect(seen.filter((stop) => stop?.closest('[data-testid="filmstrip"]'))).toEqual([seen.at(-1)]);
    await userEvent.tab({ shift: true });
    expect(document.activeElement).toBe(seen.at(-1));
  });

  it('gives the focus back to the tile of the picture it was left at', async () => {
    const [tile] = gallery.tiles;
    tile?.focus();
    await userEvent.keyboard('{Enter}');
    await expectShown(0);
    await userEvent.keyboard('{Escape}');
    await expect.element(viewer).not.toBeInTheDocument();
    await expect.poll(() => document.activeElement).toBe(gallery.tiles[0]);
    expect(location.hash).toBe('#/gallery');

    await userEvent.keyboard('{Enter}');
    await expectShown(0);
    await userEvent.keyboard('{End}');
    await expectShown(59);
    await userEvent.keyboard('{Escape}');
    await expect.poll(() => document.activeElement?.getAttribute('href')).toBe(addressOf(59));
    // The grid followed: that tile was not in the document before.
    expect(gallery.visible).toContain(document.activeElement);
    expect(gallery.visible.map(jobOf)).not.toContain(past.at(-1)?.id);
  });

  it('closes to the gallery also after the link to what a picture was made from', async () => {
    gallery.tiles[0]?.click();
    await expectShown(0);
    await viewer
      .getByTestId('details')
      .getByRole('link', { name: past.at(-6)?.file })
      .click();
    await expectShown(5);
    history.back();
    await expectShown(0);
    history.forward();
    await expectShown(5);
    await userEvent.keyboard('{ArrowRight}');
    await expectShown(6);
    const entries = history.length;
    await userEvent.keyboard('{Escape}');
    await expect.element(viewer).not.toBeInTheDocument();
    expect(location.hash).toBe('#/gallery');
    expect(history.length).toBe(entries);
    // It is the grid the picture was opened from: the way forward leads to that picture.
    history.forward();
    await expectShown(0);
  });

  it('opened from a link goes back to the gallery, not to where the link was', async () => {
    location.hash = '#/elsewhere';
    await expect.poll(() => gallery.tiles.length).toBe(0);
    location.hash = addressOf(5);
    await expectShown(5);
    await userEvent.keyboard('{Escape}');
    await expect.element(viewer).not.toBeInTheDocument();
    expect(location.hash).toBe('#/gallery');
  });
});
