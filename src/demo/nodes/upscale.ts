import { DEMO_MODELS } from '../checkpoints';
import type { ModelValue, NodeClass } from '../exec/node-types';
import { fitChannels } from '../pixels/composite';
import { scaleImage } from '../pixels/resize';
import { combo, imageOf, modelOf, textOf } from './inputs';
import { checkedName, NO_WEIGHTS } from './models';

/** How large the stand-in makes a picture, as its name says. */
const FACTOR = 2;

export const upscaleModelLoader: NodeClass = {
  name: 'UpscaleModelLoader',
  pythonModule: 'comfy_extras.nodes_upscale_model',
  v3: 2025,
  displayName: 'Load Upscale Model (demo: no AI)',
  description: NO_WEIGHTS,
  category: 'model/loaders',
  inputs: () => ({ required: { model_name: combo(DEMO_MODELS.upscale_models) } }),
  returns: ['UPSCALE_MODEL'],
  run(values) {
    const checkpoint = checkedName(
      textOf(values, 'model_name'),
      DEMO_MODELS.upscale_models,
      'upscale_models',
    );
    const model: ModelValue = { kind: 'upscale_model', checkpoint };
    return { outputs: [model] };
  },
};

export const imageUpscaleWithModel: NodeClass = {
  name: 'ImageUpscaleWithModel',
  pythonModule: 'comfy_extras.nodes_upscale_model',
  v3: 2025,
  displayName: 'Upscale Image (demo: no AI)',
  description: 'Enlarges with a Lanczos filter: the demo engine has no models.',
  category: 'image/upscaling',
  searchAliases: [
    'upscale',
    'upscaler',
    'upsc',
    'enlarge image',
    'super resolution',
    'hires',
    'superres',
    'increase resolution',
  ],
  inputs: () => ({ required: { upscale_model: ['UPSCALE_MODEL', {}], image: ['IMAGE', {}] } }),
  returns: ['IMAGE'],
  async run(values, context) {
    modelOf(values, 'upscale_model', 'upscale_model');
    const image = fitChannels(imageOf(values, 'image'), 3);
    const [width, height] = [image.width * FACTOR, image.height * FACTOR];
    return { outputs: [await scaleImage(image, width, height, 'lanczos', context.pace)] };
  },
};
