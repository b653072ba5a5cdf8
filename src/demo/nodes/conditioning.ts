import type { ConditioningValue, NodeClass } from '../exec/node-types';
import { conditioningOf, float, latentOf } from './inputs';

export const conditioningZeroOut: NodeClass = {
  name: 'ConditioningZeroOut',
  v3: false,
  displayName: 'Conditioning Zero Out',
  description: 'Takes the words away, and leaves masks and pictures.',
  category: 'model/conditioning/transform',
  searchAliases: ['null conditioning', 'clear conditioning'],
  inputs: () => ({ required: { conditioning: ['CONDITIONING'] } }),
  returns: ['CONDITIONING'],
  run: (values) => ({
    outputs: [{ ...conditioningOf(values, 'conditioning'), text: '' } satisfies ConditioningValue],
  }),
};

export const fluxGuidance: NodeClass = {
  name: 'FluxGuidance',
  pythonModule: 'comfy_extras.nodes_flux',
  v3: 2025,
  displayName: 'FluxGuidance',
  description: 'Without effect in the demo engine.',
  category: 'model/conditioning/flux',
  inputs: () => ({
    required: { conditioning: ['CONDITIONING', {}], guidance: float(3.5, 0, 100, 0.1) },
  }),
  returns: ['CONDITIONING'],
  run: (values) => ({ outputs: [conditioningOf(values, 'conditioning')] }),
};

export const referenceLatent: NodeClass = {
  name: 'ReferenceLatent',
  pythonModule: 'comfy_extras.nodes_edit_model',
  v3: 2025,
  displayName: 'Set Reference Latent',
  description: 'In the demo engine an empty latent is painted after the first reference.',
  category: 'model/conditioning',
  inputs: () => ({
    required: { conditioning: ['CONDITIONING', {}] },
    optional: { latent: ['LATENT', {}] },
  }),
  returns: ['CONDITIONING'],
  run(values) {
    const conditioning = conditioningOf(values, 'conditioning');
    if (values.latent === undefined) {
      return { outputs: [conditioning] };
    }
    const references = [...(conditioning.references ?? []), latentOf(values, 'latent')];
    return { outputs: [{ ...conditioning, references } satisfies ConditioningValue] };
  },
};
