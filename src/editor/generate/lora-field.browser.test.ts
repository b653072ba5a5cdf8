import { beforeAll, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import { loadWords } from '../../i18n/index.svelte';
import { readLoras, writeLoras } from '../../workflows/lora-stack';
import LoraField from './LoraField.svelte';

beforeAll(() => loadWords('editor'));

const options = [
  { value: 'ink.safetensors', label: 'ink' },
  { value: 'styles\\oil.safetensors', label: 'styles/oil' },
];

/** The field with its value kept, as a form keeps it. */
async function show(first = '') {
  const onchange = vi.fn<(value: string) => void>();
  const shown = await render(LoraField, { label: 'LoRAs', value: first, options, onchange });
  onchange.mockImplementation((value) => void shown.rerender({ value }));
  return () => readLoras(onchange.mock.lastCall?.[0]);
}

it('adds rows, sets names and strengths, and removes rows, from the keyboard too', async () => {
  const rows = await show();
  const add = page.getByRole('button', { name: 'Add a LoRA' });
  await add.click();
  await add.click();
  expect(rows()).toEqual([
    { name: 'ink.safetensors', strength: 1 },
    { name: 'styles\\oil.safetensors', strength: 1 },
  ]);
  // Whoever adds one chooses it next.
  await expect.element(page.getByRole('combobox', { name: 'LoRA 2' })).toHaveFocus();
  await page.getByRole('combobox', { name: 'LoRA 2' }).selectOptions('ink.safetensors');
  await page.getByRole('spinbutton', { name: 'Strength of ink' }).first().fill('0.65');
  await userEvent.keyboard('{Enter}');
  expect(rows()).toEqual([
    { name: 'ink.safetensors', strength: 0.65 },
    { name: 'ink.safetensors', strength: 1 },
  ]);
  await page.getByRole('button', { name: 'Remove ink' }).first().click();
  expect(rows()).toEqual([{ name: 'ink.safetensors', strength: 1 }]);
  await expect.element(add).toHaveFocus();
});

it('shows the rows of a value, and says which LoRA a strength belongs to', async () => {
  await show(writeLoras([{ name: 'styles\\oil.safetensors', strength: -0.5 }]));
  await expect.element(page.getByRole('combobox', { name: 'LoRA 1' })).toHaveValue('styles\\oil.safetensors');
  await expect.element(page.getByRole('spinbutton', { name: 'Strength of styles/oil' })).toHaveValue('-0.5');
});
