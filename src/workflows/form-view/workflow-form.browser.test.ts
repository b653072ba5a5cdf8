import { beforeAll, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import type { ApiGraph } from '../../comfy/graph';
import { loadWords } from '../../i18n/index.svelte';
import { EVERYTHING, USUAL } from '../form/fixtures';
import type { FormPorts } from './form-ports';
import { FormState } from './form-state.svelte';
import WorkflowForm from './WorkflowForm.svelte';

const MAX = 18446744073709551615n;
const INFOS = new Map([...USUAL, ['Everything', EVERYTHING]]);
const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

beforeAll(() => loadWords('form'));

function portsOf(more: Partial<FormPorts> = {}): FormPorts {
  return {
    pictures: {
      url: () => PIXEL,
      read: () => Promise.resolve(new Blob()),
      readUpTo: () => Promise.resolve(null),
      stat: () => Promise.resolve(null),
    },
    upload: (file) => Promise.resolve({ filename: file.name, subfolder: '', type: 'input' }),
    loadOptions: () => Promise.resolve(['far.png', 'near.png']),
    ...more,
  };
}

async function open(graph: ApiGraph, ports: Partial<FormPorts> = {}): Promise<FormState> {
  const form = new FormState(graph, INFOS);
  await render(WorkflowForm, { form, ports: portsOf(ports) });
  return form;
}

const SAMPLER: ApiGraph = {
  1: { class_type: 'KSampler', inputs: { seed: 7, steps: 20, cfg: 8, sampler_name: 'euler', denoise: 1 } },
};

describe('a workflow as a form', () => {
  it('puts what is typed into the graph at once', async () => {
    const form = await open(SAMPLER);
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('31');
    expect(form.graph['1']?.inputs['steps']).toBe(31);
  });

  it('keeps a seed of 64 bits to the last digit', async () => {
    const form = await open(SAMPLER);
    await page.getByRole('spinbutton', { name: 'Seed' }).fill(String(MAX));
    await userEvent.keyboard('{Enter}');
    expect(form.graph['1']?.inputs['seed']).toBe(MAX);
    await expect.element(page.getByRole('spinbutton', { name: 'Seed' })).toHaveValue(String(MAX));
    await userEvent.keyboard('{ArrowDown}');
    expect(form.graph['1']?.inputs['seed']).toBe(MAX - 1n);
  });

  it('shows every kind of input', async () => {
    await open({ 1: { class_type: 'Everything', inputs: { how: 'deep', 'how.more': 'a' } } });
    await expect.element(page.getByText('Everything', { exact: true }).first()).toBeVisible();
  });
});
