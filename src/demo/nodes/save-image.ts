import type { InputTypes, NodeClass, NodeScope, RunContext } from '../exec/node-types';
import { saveImages } from '../files/save-image';
import { createRandom } from '../random';
import { imageOf, maskOf, textOf } from './inputs';
import { maskAsImage } from './mask-image';

const HIDDEN: InputTypes['hidden'] = { prompt: 'PROMPT', extra_pnginfo: 'EXTRA_PNGINFO' };
const LETTERS = 'abcdefghijklmnopqrstupvxyz';
const random = createRandom(Date.now());

/** Five random letters, new for every node: temp names may recur after a restart (API notes §10.21). */
function letters(): string {
  return Array.from({ length: 5 }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join('');
}

/** Before 2026 the saving nodes had no outputs. */
function passOn(value: unknown, scope: NodeScope): unknown[] {
  return scope.era.saveReturnsImages ? [value] : [];
}

export const saveImage: NodeClass = {
  name: 'SaveImage',
  v3: false,
  displayName: 'Save Image',
  description: 'Saves the input images to your ComfyUI output directory.',
  category: 'image',
  essentials: 'Basics',
  searchAliases: ['save', 'save image', 'export image', 'output image', 'write image', 'download'],
  inputs: () => ({
    required: {
      images: ['IMAGE', { tooltip: 'The images to save.' }],
      filename_prefix: [
        'STRING',
        {
          default: 'ComfyUI',
          tooltip: 'The prefix for the file to save. May hold tokens such as %year% or %width%.',
        },
      ],
    },
    hidden: HIDDEN,
  }),
  returns: ['IMAGE'],
  returnNames: ['images'],
  outputNode: true,
  async run(values, context) {
    const images = imageOf(values, 'images');
    const options = { metadata: true, level: 4 };
    const files = await saveImages(
      images,
      textOf(values, 'filename_prefix', 'ComfyUI'),
      'output',
      context,
      options,
    );
    return { outputs: passOn(images, context), ui: { images: files } };
  },
};

export const previewImage: NodeClass = {
  name: 'PreviewImage',
  v3: false,
  displayName: 'Preview Image',
  description: 'Preview the images without saving them to the ComfyUI output directory.',
  category: 'image',
  essentials: 'Basics',
  searchAliases: ['preview', 'preview image', 'show image', 'view image', 'display image', 'image viewer'],
  inputs: () => ({ required: { images: ['IMAGE'] }, hidden: HIDDEN }),
  returns: ['IMAGE'],
  returnNames: ['images'],
  outputNode: true,
  async run(values, context) {
    const images = imageOf(values, 'images');
    const files = await saveTemp(images, context, true);
    return { outputs: passOn(images, context), ui: { images: files } };
  },
};

function saveTemp(images: ReturnType<typeof imageOf>, context: RunContext, metadata: boolean) {
  return saveImages(images, `ComfyUI_temp_${letters()}`, 'temp', context, { metadata, level: 1 });
}

export const maskPreview: NodeClass = {
  name: 'MaskPreview',
  pythonModule: 'comfy_extras.nodes_mask',
  v3: 2026,
  displayName: 'Preview Mask',
  description: 'Preview the masks without saving them to the ComfyUI output directory.',
  category: 'image/mask',
  searchAliases: ['show mask', 'view mask', 'inspect mask', 'debug mask'],
  inputs: () => ({ required: { mask: ['MASK', {}] }, hidden: HIDDEN }),
  returns: ['MASK'],
  returnNames: ['mask'],
  outputNode: true,
  async run(values, context) {
    const mask = maskOf(values, 'mask');
    const files = await saveTemp(maskAsImage(mask), context, !context.era.hardened);
    return { outputs: passOn(mask, context), ui: { images: files, animated: [false] } };
  },
};
