import { expect, it } from 'vitest';
import { USUAL } from '../../form/fixtures';
import { FormState } from '../../form-view/form-state.svelte';
import { followAddress } from './follow-address';

const open = (): FormState =>
  new FormState(
    {
      size: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
      sampler: { class_type: 'KSampler', inputs: { seed: 1, steps: 10, latent_image: ['size', 0] } },
    },
    USUAL,
  );

function go(query: string): { wanted: string | null; sweeping: boolean } {
  const state = open();
  const plan = { sweeping: false };
  followAddress(new URLSearchParams(query), state, plan);
  const { wanted } = state;
  return { wanted: wanted && `${wanted.node} ${wanted.path}`, ...plan };
}

it('goes to the input it names', () => {
  expect(go('id=j&node=size&input=height')).toEqual({ wanted: 'size height', sweeping: false });
  expect(go('id=j')).toEqual({ wanted: null, sweeping: false });
});

it('goes to something of the node that can be typed when the input cannot', () => {
  const { wanted } = go('node=sampler&input=latent_image');
  expect(wanted).toMatch(/^sampler (?!latent_image)/);
  expect(go('node=gone&input=x').wanted).toBeNull();
});

it('sets up a sweep', () => {
  expect(go('id=j&sweep=1')).toEqual({ wanted: null, sweeping: true });
});
