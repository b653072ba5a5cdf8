import { describe, expect, it } from 'vitest';
import { type Choices, findChoices } from './recipe-choices';

const CHOICES: Choices = {
  first: [{ value: 'same-setup', label: 'Same setup' }],
  groups: [
    {
      label: 'FLUX.1',
      options: [
        { value: 'model-flux-dev flux1-dev-Q8_0.gguf', label: 'FLUX.1 dev · 20 steps' },
        { value: 'model-flux-fill flux1-fill-dev.safetensors', label: 'FLUX.1 Fill · 20 steps' },
      ],
    },
    { label: 'Z-Image', options: [{ value: 'model-z-image z.safetensors', label: 'Z-Image · 25 steps' }] },
  ],
};

function found(words: string, kept = ''): string[] {
  const { first, groups } = findChoices(CHOICES, words, kept);
  return [...first, ...groups.flatMap(({ options }) => options)].map(({ label }) => label);
}

describe('finding a model in a long list', () => {
  it('needs all words, in any case and order, of names, headings and files', () => {
    expect(found('FILL flux')).toEqual(['FLUX.1 Fill · 20 steps']);
    expect(found('q8')).toEqual(['FLUX.1 dev · 20 steps']);
    expect(found('setup')).toEqual(['Same setup']);
    expect(found('nothing')).toEqual([]);
    expect(findChoices(CHOICES, 'fill', '').groups.map(({ label }) => label)).toEqual(['FLUX.1']);
  });

  it('keeps what is chosen, and everything without words', () => {
    expect(found('fill', 'model-z-image z.safetensors')).toEqual([
      'FLUX.1 Fill · 20 steps',
      'Z-Image · 25 steps',
    ]);
    expect(found('  ')).toHaveLength(4);
  });
});
