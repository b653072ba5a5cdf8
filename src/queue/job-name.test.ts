import { describe, expect, it } from 'vitest';
import { summarizeGraph } from '../comfy/graph-summary';
import { loadWords } from '../i18n/index.svelte';
import type { JobRecord } from '../jobs/state/job';
import { jobName } from './job-name';

await loadWords('queue');

const bare: JobRecord = {
  id: '3604be44-eb6b-4d54-b82d-62d31a6c0b36',
  state: 'pending',
  number: 1,
  mine: true,
  createdAt: null,
  startedAt: null,
  endedAt: null,
  outputs: [],
  error: null,
  problems: [],
  summary: null,
  darkroom: null,
};

describe('the name of a job', () => {
  const file = { filename: 'a_00001_.png', subfolder: 'sub\\dir', type: 'output' as const };
  const summary = { ...summarizeGraph({}, null), prompt: '  a hand,\n holding  a cup ' };
  const darkroom = { recipe: 'blur', parent: null, mask: null };

  it('is its prompt on one line', () => {
    expect(jobName({ ...bare, summary, darkroom })).toBe('a hand, holding a cup');
  });

  it('is what a selection is for, whatever words it looks for', () => {
    expect(jobName({ ...bare, summary, darkroom: { ...darkroom, recipe: 'select' } })).toBe(
      'Selection in the editor',
    );
  });

  it('is the recipe when there is no prompt', () => {
    expect(jobName({ ...bare, darkroom })).toBe('Blur or pixelate');
  });

  it('is the family of the model that repainted, not just that one did', () => {
    expect(jobName({ ...bare, darkroom: { ...darkroom, recipe: 'model-z-image-turbo' } })).toBe(
      'Inpaint · Z-Image Turbo',
    );
  });

  it('is the file when a later version wrote the recipe', () => {
    const outputs = [{ nodeId: '1', index: 0, ref: file, media: 'image' as const }];
    expect(jobName({ ...bare, outputs, darkroom: { ...darkroom, recipe: 'unheard-of' } })).toBe(
      'sub/dir/a_00001_.png',
    );
  });

  it('is what its graph says when nothing else is known', () => {
    const graph = { '1': { class_type: 'SaveImage', inputs: { filename_prefix: 'fox' } } };
    expect(jobName(bare, () => ({ graph, pngInfo: {} }))).toBe('fox');
    expect(jobName({ ...bare, summary }, () => ({ graph, pngInfo: {} }))).toBe('a hand, holding a cup');
  });

  it('is the id when nothing else is known', () => {
    expect(jobName(bare)).toContain('3604be44');
  });
});
