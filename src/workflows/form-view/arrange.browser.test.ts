import { tick } from 'svelte';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ApiGraph } from '../../comfy/graph';
import { loadWords } from '../../i18n/index.svelte';
import { FormState } from './form-state.svelte';
import { INFOS, openForm } from './testing/open-form';

beforeAll(() => loadWords('form'));
afterEach(() => vi.restoreAllMocks());

const SAMPLER: ApiGraph = {
  1: { class_type: 'KSampler', inputs: { seed: 7, steps: 20, cfg: 8, sampler_name: 'euler', denoise: 1 } },
  2: { class_type: 'Save', inputs: { filename_prefix: 'x' } },
};

const pinnedNames = (): string[] =>
  [...document.querySelectorAll('section[aria-label="Pinned"] [data-field]')].map(
    (field) => field.getAttribute('data-field') ?? '',
  );

async function pinTwo() {
  const opened = await openForm(SAMPLER);
  await page.getByRole('button', { name: 'Arrange' }).click();
  await page.getByRole('button', { name: 'Pin Steps' }).click();
  await page.getByRole('button', { name: 'Pin CFG' }).click();
  return opened;
}

describe('a form that is arranged', () => {
  it('has pinned inputs first, and nowhere else', async () => {
    await pinTwo();
    await page.getByRole('button', { name: 'Done' }).click();
    expect(pinnedNames()).toEqual(['steps', 'cfg']);
    expect(document.querySelectorAll('[data-field="steps"]')).toHaveLength(1);
  });

  it('is ordered and named from the keyboard', async () => {
    const { kept } = await pinTwo();
    const name = page.getByRole('textbox', { name: 'Your name for “CFG”' });
    await name.fill('How strict');
    await userEvent.keyboard('{Enter}');
    await name.click();
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
    await expect.element(name).toHaveFocus();
    await page.getByRole('button', { name: 'Done' }).click();
    expect(pinnedNames()).toEqual(['cfg', 'steps']);
    await expect.element(page.getByRole('spinbutton', { name: 'How strict' })).toBeVisible();
    expect(kept.layout).toMatchObject({
      pinned: [
        { node: '1', path: 'cfg', className: 'KSampler', label: 'How strict' },
        { path: 'steps', label: null },
      ],
    });
  });

  it('is ordered by dragging', async () => {
    const { kept } = await pinTwo();
    const [steps, cfg] = [...document.querySelectorAll('[data-grip]')];
    const drop = async (from: Element, to: Element, end: 'pointerup' | 'pointercancel'): Promise<void> => {
      const at = (element: Element, type: string): PointerEvent => {
        const { left, top } = element.getBoundingClientRect();
        const place = { clientX: left + 8, clientY: top + 8, pointerId: 1, bubbles: true };
        return new PointerEvent(type, { ...place, button: 0, cancelable: true });
      };
      from.dispatchEvent(at(from, 'pointerdown'));
      from.dispatchEvent(at(to, 'pointermove'));
      await tick();
      expect(document.querySelectorAll('ol > .opacity-50')).toHaveLength(1);
      from.dispatchEvent(at(to, end));
    };
    // The events are made here, so there is no pointer to be captured.
    vi.spyOn(Element.prototype, 'setPointerCapture').mockImplementation(() => undefined);
    await drop(steps as Element, cfg as Element, 'pointercancel');
    expect(kept.layout).toMatchObject({ pinned: [{ path: 'steps' }, { path: 'cfg' }] });
    await drop(steps as Element, cfg as Element, 'pointerup');
    expect(kept.layout).toMatchObject({ pinned: [{ path: 'cfg' }, { path: 'steps' }] });
    await page.getByRole('button', { name: 'Done' }).click();
    expect(pinnedNames()).toEqual(['cfg', 'steps']);
  });

  it('is found by the given name too', async () => {
    await openForm(SAMPLER, {
      layout: { pinned: [{ node: '1', path: 'cfg', className: 'KSampler', label: 'How strict' }] },
    });
    await page.getByRole('textbox', { name: 'Search the inputs' }).fill('strict');
    await expect.element(page.getByRole('spinbutton', { name: 'How strict' })).toBeVisible();
  });

  it('keeps aside what the workflow no longer has, and has it back', async () => {
    const layout = {
      pinned: [
        { node: '9', path: 'amount', className: 'Gone', label: 'Amount of it' },
        { node: '1', path: 'cfg', className: 'Another', label: null },
      ],
    };
    const { show } = await openForm(SAMPLER, { layout });
    await expect
      .element(page.getByText('The workflow no longer has 2 pinned inputs.', { exact: false }))
      .toBeVisible();
    await expect.element(page.getByText('Amount of it · Gone')).toBeVisible();
    const graph = { ...SAMPLER, 9: { class_type: 'Gone', inputs: { amount: 3 } } };
    await show(new FormState(graph, INFOS));
    await expect.element(page.getByRole('spinbutton', { name: 'Amount of it' })).toHaveValue('3');
    await page.getByRole('button', { name: 'Forget cfg' }).click();
    await expect.element(page.getByText('no longer has', { exact: false })).not.toBeInTheDocument();
  });

  it('hides a group, says so, and shows it while it is arranged', async () => {
    await openForm(SAMPLER);
    await page.getByRole('button', { name: 'Arrange' }).click();
    await page.getByRole('button', { name: 'Show the group Save' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await expect.element(page.getByText('1 group is hidden.')).toBeVisible();
    await expect.element(page.getByRole('button', { name: /^Save/ })).not.toBeInTheDocument();
    await page.getByRole('button', { name: 'Arrange' }).click();
    await page.getByRole('button', { name: 'Show the group Save' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await expect.element(page.getByRole('button', { name: /^Save/ })).toBeVisible();
  });

  it('fills in a preset', async () => {
    const { form } = await pinTwo();
    await page.getByRole('textbox', { name: 'Name of a new preset' }).fill('Slow');
    await userEvent.keyboard('{Enter}');
    await page.getByRole('button', { name: 'Done' }).click();
    const slow = page.getByRole('button', { name: 'Slow' });
    await expect.element(slow).toHaveAttribute('aria-pressed', 'true');
    form.set('1', 'steps', 4);
    form.set('1', 'denoise', 0.5);
    await expect.element(slow).toHaveAttribute('aria-pressed', 'false');
    await slow.click();
    expect(form.graph['1']?.inputs).toMatchObject({ steps: 20, cfg: 8, denoise: 0.5 });
  });
});
