import axe from 'axe-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { treeRef } from '../../comfy/folder-path';
import type { ApiGraph } from '../../comfy/graph';
import { parseNodeInfo } from '../../comfy/object-info';
import type { PromptProblem } from '../../comfy/prompt-problems';
import { loadWords } from '../../i18n/index.svelte';
import { INFOS, openForm } from './testing/open-form';

const MAX = 18446744073709551615n;

beforeAll(() => loadWords('form'));

const SAMPLER: ApiGraph = {
  1: { class_type: 'KSampler', inputs: { seed: 7, steps: 20, cfg: 8, sampler_name: 'euler', denoise: 1 } },
};

const everything = (inputs: ApiGraph[string]['inputs'] = {}): ApiGraph => ({
  1: { class_type: 'Everything', inputs: { how: 'deep', 'how.more': 'a', ...inputs } },
});

function problem(more: Partial<PromptProblem>): PromptProblem {
  return {
    type: 'value_not_in_list',
    nodeId: '1',
    nodeTitle: 'KSampler',
    classType: 'KSampler',
    inputName: null,
    message: '',
    details: '',
    received: 'gone',
    ...more,
  };
}

const openGroup = () => page.getByRole('button', { name: /^Everything/ }).click();

describe('a workflow as a form', () => {
  it('puts what is typed into the graph at once, and touches no other node', async () => {
    const { form } = await openForm({
      ...SAMPLER,
      2: { class_type: 'Save', inputs: { filename_prefix: 'x' } },
    });
    const other = form.graph['2'];
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('31');
    expect(form.graph['1']?.inputs['steps']).toBe(31);
    expect(form.graph['2']).toBe(other);
  });

  it('keeps a seed of 64 bits to the last digit', async () => {
    const { form } = await openForm(SAMPLER);
    const seed = page.getByRole('spinbutton', { name: 'Seed' });
    await seed.fill(String(MAX));
    await userEvent.keyboard('{Enter}');
    expect(form.graph['1']?.inputs['seed']).toBe(MAX);
    await expect.element(seed).toHaveValue(String(MAX));
    await userEvent.keyboard('{ArrowDown}');
    expect(form.graph['1']?.inputs['seed']).toBe(MAX - 1n);
  });

  it('moves a seed on as its control says, once the runs are accepted', async () => {
    const { form } = await openForm(SAMPLER);
    await page.getByRole('combobox', { name: 'After each run' }).selectOptions('One up');
    const { graphs, accepted } = form.prepare(3);
    expect(graphs.map((graph) => graph['1']?.inputs['seed'])).toEqual([7, 8, 9]);
    expect(form.graph['1']?.inputs['seed']).toBe(7);
    accepted(1);
    accepted(2);
    await expect.element(page.getByRole('spinbutton', { name: 'Seed' })).toHaveValue('9');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('100');
    accepted(3);
    expect(form.graph['1']?.inputs['seed']).toBe(100);
  });

  it('understands arithmetic, and says at once when a number is too large', async () => {
    const { form } = await openForm(everything({ size: 512 }));
    await openGroup();
    const size = page.getByRole('spinbutton', { name: 'Size' });
    await size.fill('5000');
    await expect.element(page.getByText('At most 4096.')).toBeVisible();
    await expect.element(size).toHaveAttribute('aria-invalid', 'true');
    await size.fill('512*2');
    await userEvent.keyboard('{Enter}');
    expect(form.graph['1']?.inputs['size']).toBe(1024);
    await expect.element(page.getByText('At most 4096.')).not.toBeInTheDocument();
  });

  it('brings other inputs with another choice of a dynamic list', async () => {
    const { form } = await openForm(everything({ 'how.more.n': 5 }));
    await openGroup();
    await expect.element(page.getByRole('spinbutton', { name: 'N', exact: true })).toHaveValue('5');
    await page.getByRole('combobox', { name: 'How' }).selectOptions('flat');
    await expect.element(page.getByRole('spinbutton', { name: 'N', exact: true })).not.toBeInTheDocument();
    expect(Object.keys(form.graph['1']?.inputs ?? {})).toEqual(['how']);
  });

  it('lets groups grow and shrink', async () => {
    const { form } = await openForm(everything({ 'named.left': 3 }));
    await openGroup();
    await page.getByRole('button', { name: 'Add a row' }).click();
    await page.getByRole('spinbutton', { name: 'Right' }).fill('4');
    expect(form.graph['1']?.inputs).toMatchObject({ 'named.left': 3, 'named.right': 4 });
    await expect.element(page.getByRole('button', { name: 'Add a row' })).toBeDisabled();
    await page.getByRole('button', { name: 'Remove the last row' }).click();
    expect(form.graph['1']?.inputs).not.toHaveProperty('named.right');
  });

  it('renders nothing of a group that is closed', async () => {
    const { container } = await openForm(everything());
    const closed = container.querySelectorAll('[data-field]').length;
    await openGroup();
    expect(container.querySelectorAll('[data-field]').length).toBeGreaterThan(closed + 10);
    await openGroup();
    expect(container.querySelectorAll('[data-field]')).toHaveLength(closed);
  });

  it('is searched in the words it shows', async () => {
    const { container } = await openForm({ ...SAMPLER, ...{ 2: everything()['1'] as ApiGraph[string] } });
    await page.getByRole('textbox', { name: 'Search the inputs' }).fill('strength ksampler');
    await expect.element(page.getByRole('spinbutton', { name: 'Strength (denoise)' })).toBeVisible();
    expect(container.querySelectorAll('[data-field]')).toHaveLength(1);
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByRole('spinbutton', { name: 'Steps' })).toBeVisible();
  });

  it('says which node a field belongs to where its label does not tell', async () => {
    const sampler = SAMPLER['1'] as ApiGraph[string];
    await openForm({ 1: sampler, '57:30': sampler, 3: { ...sampler, _meta: { title: 'Refiner' } } });
    await expect.element(page.getByText('KSampler #57:30').first()).toBeVisible();
    await expect.element(page.getByText('Refiner', { exact: true }).first()).toBeVisible();
  });

  it('shows the inputs of a class the server lacks as they are', async () => {
    const { form } = await openForm({ 1: { class_type: 'Gone', inputs: { name: 'x', count: 3, on: true } } });
    await expect.element(page.getByText(/This server has no node Gone/)).toBeVisible();
    await page.getByRole('textbox', { name: 'Name' }).fill('y');
    await page.getByRole('checkbox', { name: 'On' }).click();
    expect(form.graph['1']?.inputs).toEqual({ name: 'y', count: 3, on: false });
  });

  it('folds advanced inputs, and marks classes that are on their way in or out', async () => {
    const info = parseNodeInfo('Old', {
      input: { required: { plain: ['INT', {}], fine: ['INT', { advanced: true, tooltip: 'For experts' }] } },
      deprecated: true,
      experimental: true,
    });
    const infos = new Map(info ? [['Old', info]] : []);
    await openForm({ 1: { class_type: 'Old', inputs: { plain: 1, fine: 2 } } }, { infos });
    await expect.element(page.getByText('deprecated')).toBeVisible();
    await expect.element(page.getByText('experimental')).toBeVisible();
    await expect.element(page.getByRole('spinbutton', { name: 'Fine' })).not.toBeInTheDocument();
    await page.getByRole('button', { name: 'Advanced: 1 input' }).click();
    await expect.element(page.getByRole('spinbutton', { name: 'Fine' })).toHaveValue('2');
    await page.getByRole('button', { name: 'About Fine' }).click();
    await expect.element(page.getByText('For experts').first()).toBeVisible();
  });

  it('shows what the server refused at its field, inside a closed group too, and goes there', async () => {
    const { form } = await openForm(everything({ list: 'x' }));
    form.showProblems([problem({ nodeTitle: 'Everything', classType: 'Everything', inputName: 'list' })]);
    const list = page.getByRole('combobox', { name: 'List' });
    await expect.element(list).toHaveFocus();
    await expect.element(page.getByText('the server does not have “gone”', { exact: false })).toBeVisible();
    await list.selectOptions('y');
    await expect
      .element(page.getByText('the server does not have “gone”', { exact: false }))
      .not.toBeInTheDocument();
  });

  it('shows what the server refused that no field stands for', async () => {
    const { form } = await openForm(SAMPLER);
    form.showProblems([problem({ type: 'required_input_missing', inputName: 'model' })]);
    await expect.element(page.getByRole('alert')).toHaveTextContent(/model: a value is missing/);
    form.showProblems([]);
    await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  });

  it.each(['light', 'dark'])('is accessible, %s', async (theme) => {
    document.documentElement.dataset['theme'] = theme;
    const { container } = await openForm({
      ...everything({ list: 'gone', tags: { __value__: ['p'] }, file: 'a.png', curve: { points: [] } }),
      2: { class_type: 'Gone', inputs: { name: 'x' } },
      ...{ 3: SAMPLER['1'] as ApiGraph[string] },
    });
    await openGroup();
    await page.getByRole('button', { name: 'Arrange' }).click();
    await page.getByRole('button', { name: 'Pin Steps' }).click();
    const { violations } = await axe.run(container, { rules: { region: { enabled: false } } });
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    delete document.documentElement.dataset['theme'];
  });
});

describe('a list of choices', () => {
  const models = Array.from({ length: 5000 }, (_, i) => `sd/model-${i}.safetensors`);
  const info = parseNodeInfo('LoadModel', { input: { required: { ckpt_name: [models] } } });
  const infos = new Map([...INFOS, ...(info ? [['LoadModel', info] as const] : [])]);
  const open = (ckpt_name: string) =>
    openForm({ 1: { class_type: 'LoadModel', inputs: { ckpt_name } } }, { infos });

  it('of thousands is searched, and shows a part of them', async () => {
    const { form } = await open('sd/model-7.safetensors');
    await page.getByRole('button', { name: 'Checkpoint' }).click();
    await expect.element(page.getByText('4900 more: type to narrow them down')).toBeVisible();
    expect(document.querySelectorAll('[data-command-item]').length).toBeLessThanOrEqual(101);
    await userEvent.keyboard('model-4321{Enter}');
    expect(form.graph['1']?.inputs['ckpt_name']).toBe('sd/model-4321.safetensors');
    await expect.element(page.getByRole('button', { name: 'Checkpoint' })).toHaveFocus();
  });

  it('is left without a choice by Escape', async () => {
    const { form } = await open('sd/model-7.safetensors');
    await page.getByRole('button', { name: 'Checkpoint' }).click();
    await userEvent.keyboard('model-1{Escape}');
    expect(form.graph['1']?.inputs['ckpt_name']).toBe('sd/model-7.safetensors');
    await expect.element(page.getByRole('button', { name: 'Checkpoint' })).toHaveFocus();
  });

  it('marks what is not installed, and offers what is like it', async () => {
    const { form } = await open('xl/model-49999.safetensors');
    await expect.element(page.getByText('Not installed on this server.')).toBeVisible();
    await page.getByRole('button', { name: 'Use sd/model-4999.safetensors' }).click();
    expect(form.graph['1']?.inputs['ckpt_name']).toBe('sd/model-4999.safetensors');
    await expect.element(page.getByText('Not installed on this server.')).not.toBeInTheDocument();
  });

  it('takes several where the class does', async () => {
    const { form } = await openForm(everything({ tags: { __value__: ['p'] } }));
    await openGroup();
    await page.getByRole('button', { name: 'Add: Tags' }).click();
    await userEvent.keyboard('r{Enter}{Escape}');
    expect(form.graph['1']?.inputs['tags']).toEqual({ __value__: ['p', 'r'] });
    await page.getByRole('button', { name: 'Remove p' }).click();
    expect(form.graph['1']?.inputs['tags']).toEqual({ __value__: ['r'] });
  });

  it('comes from the server where it is kept apart', async () => {
    const { form } = await openForm(everything({ remote: 'old.png' }));
    await openGroup();
    await page.getByRole('button', { name: 'Remote', exact: true }).click();
    await userEvent.keyboard('near{Enter}');
    expect(form.graph['1']?.inputs['remote']).toBe('near.png');
  });
});

describe('a file input', () => {
  const graph: ApiGraph = { 1: { class_type: 'LoadImage', inputs: { image: 'a.png' } } };
  const picture = (): File => new File(['x'], 'new.png', { type: 'image/png' });
  const carrying = (file: File): DataTransfer => {
    const data = new DataTransfer();
    data.items.add(file);
    return data;
  };
  const zone = (): HTMLElement => page.getByRole('group', { name: 'Picture' }).element() as HTMLElement;

  it('takes a file that is dropped', async () => {
    const { form } = await openForm(graph);
    zone().dispatchEvent(
      new DragEvent('drop', { dataTransfer: carrying(picture()), bubbles: true, cancelable: true }),
    );
    await expect.element(page.getByText('new.png')).toBeVisible();
    expect(form.graph['1']?.inputs['image']).toBe('new.png');
  });

  it('takes a file that is pasted, and leaves pasted text to others', async () => {
    const { form } = await openForm(graph);
    const paste = (clipboardData: DataTransfer): boolean =>
      zone().dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    expect(paste(new DataTransfer())).toBe(true);
    expect(paste(carrying(picture()))).toBe(false);
    await expect.poll(() => form.graph['1']?.inputs['image']).toBe('new.png');
  });

  it('takes a file that is chosen, and asks the camera of a phone', async () => {
    const { form, container } = await openForm(graph);
    const [chooser, camera] = container.querySelectorAll<HTMLInputElement>('input[type="file"]');
    expect(chooser?.hasAttribute('capture')).toBe(false);
    expect(camera?.getAttribute('capture')).toBe('environment');
    expect(camera?.accept).toBe('image/*');
    await userEvent.upload(chooser as HTMLInputElement, picture());
    await expect.poll(() => form.graph['1']?.inputs['image']).toBe('new.png');
  });

  it('refuses a file of another kind', async () => {
    const upload = vi.fn(() => Promise.reject(new Error('no')));
    const { form } = await openForm(graph, { ports: { upload } });
    const sound = new File(['x'], 'song.mp3', { type: 'audio/mpeg' });
    zone().dispatchEvent(
      new DragEvent('drop', { dataTransfer: carrying(sound), bubbles: true, cancelable: true }),
    );
    expect(upload).not.toHaveBeenCalled();
    expect(form.graph['1']?.inputs['image']).toBe('a.png');
  });

  it('takes a picture of the gallery with its folder', async () => {
    const ref = { filename: 'b.png', subfolder: 'x', type: 'output' } as const;
    const { form } = await openForm(graph, { ports: { chooseFromGallery: () => Promise.resolve(ref) } });
    await page.getByRole('button', { name: 'From the gallery' }).click();
    await expect.poll(() => form.graph['1']?.inputs['image']).toBe('x/b.png [output]');
  });

  it('uploads a picture that ComfyUI does not know', async () => {
    const further = treeRef('output', { tree: 'Ab', folder: 'x' }, 'new.png');
    const read = vi.fn(() => Promise.resolve(picture()));
    const { form } = await openForm(graph, {
      ports: {
        chooseFromGallery: () => Promise.resolve(further),
        pictures: {
          url: () => '',
          read,
          readUpTo: () => Promise.resolve(null),
          stat: () => Promise.resolve(null),
        },
      },
    });
    await page.getByRole('button', { name: 'From the gallery' }).click();
    await expect.poll(() => form.graph['1']?.inputs['image']).toBe('new.png');
    expect(read).toHaveBeenCalledWith(further);
  });

  it('sends a picture to the editor, and takes the mask that comes back', async () => {
    const editMask = vi.fn();
    const { form } = await openForm(graph, { ports: { editMask } });
    await page.getByRole('button', { name: 'Paint a mask' }).click();
    expect(editMask).toHaveBeenCalledWith(form.find('1', 'image'), {
      filename: 'a.png',
      subfolder: '',
      type: 'input',
    });
    form.set('1', 'image', 'clipspace/m.png [input]');
    await expect.element(page.getByText('clipspace/m.png')).toBeVisible();
  });
});
