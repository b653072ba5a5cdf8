import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { loadWords } from '../../i18n/index.svelte';
import { ComfyPage, pastJobs } from '../../jobs/fixtures/comfy-page';
import ReferencesPage from './fixtures/ReferencesPage.svelte';

let comfy: ComfyPage;
const past = pastJobs(2);

beforeAll(() => loadWords('editor'));
beforeEach(async () => {
  comfy = await ComfyPage.open(past);
  vi.spyOn(comfy.client, 'uploadImage').mockImplementation((_, { filename }) =>
    Promise.resolve({ filename, subfolder: 'darkroom', type: 'input' }),
  );
  await comfy.mount(ReferencesPage);
});
afterEach(() => {
  comfy.close();
  vi.restoreAllMocks();
});

const second = page.getByRole('region', { name: 'Second' });
const third = page.getByRole('region', { name: 'Third' });

/** A transfer that carries one picture, as a drag from another program has it. */
function carrying(name: string, type = 'image/png'): DataTransfer {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.of(1)], name, { type }));
  return transfer;
}

describe('a reference picture', () => {
  it('is chosen from the gallery, and taken away again', async () => {
    await third.getByRole('button', { name: 'Choose from the gallery' }).click();
    const file = past[0]?.file ?? '';
    await page.getByRole('dialog').getByRole('button', { name: file }).click();
    await expect.element(third.getByRole('status')).toHaveTextContent(`${file} [output]`);
    await expect.element(third.getByRole('img', { name: file })).toBeVisible();
    await expect.element(second.getByRole('status')).toHaveTextContent(/^$/);
    await third.getByRole('button', { name: 'Without this picture' }).click();
    await expect.element(third.getByRole('status')).toHaveTextContent(/^$/);
  });

  it('is dropped on its own field', async () => {
    const target = third.getByRole('group').element();
    const dataTransfer = carrying('sofa.png');
    const over = new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true });
    target.dispatchEvent(over);
    expect(over.defaultPrevented).toBe(true);
    target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    await expect.element(third.getByRole('status')).toHaveTextContent('darkroom/sofa.png [input]');
    await expect.element(second.getByRole('status')).toHaveTextContent(/^$/);
  });

  it('is pasted into the first field that is free', async () => {
    const paste = (name: string): ClipboardEvent => {
      const event = new ClipboardEvent('paste', {
        clipboardData: carrying(name),
        bubbles: true,
        cancelable: true,
      });
      document.body.dispatchEvent(event);
      return event;
    };
    expect(paste('one.png').defaultPrevented).toBe(true);
    await expect.element(second.getByRole('status')).toHaveTextContent('darkroom/one.png [input]');
    paste('two.png');
    await expect.element(third.getByRole('status')).toHaveTextContent('darkroom/two.png [input]');
    await expect.element(second.getByRole('status')).toHaveTextContent('darkroom/one.png [input]');
  });
});
