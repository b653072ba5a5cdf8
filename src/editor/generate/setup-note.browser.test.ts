import { beforeAll, describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import { loadWords } from '../../i18n/index.svelte';
import { sameSetup } from '../../workflows/surgery/same-setup';
import { checkpointGraph } from '../../workflows/surgery/fixtures/small-graphs';
import { smallServer } from '../../workflows/surgery/fixtures/small-server';
import type { RecipeForm } from './recipe-form.svelte';
import SetupNote from './SetupNote.svelte';

beforeAll(() => loadWords('editor'));

function formOf(graph = checkpointGraph(), last = {}) {
  const setup = sameSetup(graph, smallServer());
  const recipe = setup.ok ? setup.recipe : undefined;
  return { setup, recipe, last, instead: [] } as unknown as RecipeForm;
}

describe('the note on the setup that made a picture', () => {
  it('names a missing file and uses a similar one at one click', async () => {
    const graph = checkpointGraph();
    graph['4'] = { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'bases.safetensors' } };
    const replace = vi.fn<(from: string, to: string) => void>();
    await render(SetupNote, { form: formOf(graph), picture: { replace, unread: null } });
    await expect
      .element(
        page.getByText('“CheckpointLoaderSimple” needs bases.safetensors, which this server does not have.'),
      )
      .toBeVisible();
    await page.getByRole('button', { name: 'Use base.safetensors' }).click();
    expect(replace).toHaveBeenCalledWith('bases.safetensors', 'base.safetensors');
  });

  it('says what was guessed, and has the last values at one click', async () => {
    const graph = checkpointGraph();
    graph['3'] = { class_type: 'KSampler', inputs: { ...graph['3']?.inputs, scheduler: 'beta57' } };
    const useLast = vi.fn();
    const form = { ...formOf(graph, { prompt: 'a door' }), useLast } as unknown as RecipeForm;
    await render(SetupNote, { form, picture: { replace: vi.fn(), unread: null } });
    await expect.element(page.getByText('beta57 does not exist here; beta is used instead.')).toBeVisible();
    await page.getByRole('button', { name: 'Same as last time' }).click();
    expect(useLast).toHaveBeenCalledOnce();
  });

  it('offers a model of this server where the setup cannot be used', async () => {
    const graph = checkpointGraph();
    graph['4'] = {
      class_type: 'CheckpointLoaderSimple',
      inputs: { ckpt_name: 'nothing-like-it.safetensors' },
    };
    const entry = {
      recipe: 'model-z-image',
      file: 'z.safetensors',
      title: { key: 'families.title', values: { name: 'Z-Image', steps: 25 } },
    };
    const pick = vi.fn();
    const form = { ...formOf(graph), instead: [entry], pick } as unknown as RecipeForm;
    await render(SetupNote, { form, picture: { replace: vi.fn(), unread: null } });
    await page.getByRole('button', { name: 'Use Z-Image · 25 steps' }).click();
    expect(pick).toHaveBeenCalledExactlyOnceWith(entry);
  });

  it('says why the workflow in a picture cannot be used, and offers a model of this server', async () => {
    const entry = {
      recipe: 'model-z-image',
      file: 'z.safetensors',
      title: { key: 'families.title', values: { name: 'Z-Image', steps: 25 } },
    };
    const pick = vi.fn();
    const form = { setup: null, last: {}, instead: [entry], pick } as unknown as RecipeForm;
    const node = { id: '57:30', title: 'My loader', type: 'LoadThing' };
    const problems = ['1', '2', '3', '4', '5'].map(
      (link) => ({ kind: 'dangling-link', node, input: 'model', link }) as const,
    );
    const unread = { problems: [{ kind: 'unknown-class', node } as const, ...problems] };
    await render(SetupNote, { form, picture: { replace: vi.fn(), unread } });
    const note = page.getByRole('note');
    await expect
      .element(note)
      .toHaveTextContent('This server does not have node 57:30, “My loader” (LoadThing).');
    await expect.element(note).toHaveTextContent('And 3 more reasons.');
    await page.getByRole('button', { name: 'Use Z-Image · 25 steps' }).click();
    expect(pick).toHaveBeenCalledExactlyOnceWith(entry);
  });

  it('has nothing to say of a setup that is used as it is', async () => {
    await render(SetupNote, { form: formOf(), picture: { replace: vi.fn(), unread: null } });
    expect(document.body.textContent?.trim()).toBe('');
  });
});
