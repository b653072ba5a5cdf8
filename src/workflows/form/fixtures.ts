import { type NodeInfo, parseNodeInfo } from '../../comfy/object-info';

const MAX = 18446744073709551615n;
const DEEP = [
  'COMFY_DYNAMICCOMBO_V3',
  {
    options: [
      { key: 'a', inputs: { required: { n: ['INT', { default: 3, min: 0, max: 9 }] } } },
      { key: 'b', inputs: { optional: { n: ['STRING', {}], mask: ['MASK'] } } },
    ],
  },
];

const REQUIRED: Record<string, unknown> = {
  legacy: [['euler', 'heun'], { default: 'heun' }],
  numbers: [[1, 2, 'three']],
  list: ['COMBO', { options: ['x', 'y'] }],
  remote: ['COMBO', { remote: { route: '/models' } }],
  tags: ['COMBO', { options: ['p', 'q', 'r'], multi_select: {} }],
  file: [['a.png'], { image_upload: true }],
  seed: ['INT', { default: 0, min: 0, max: MAX, control_after_generate: true }],
  size: ['INT', { default: 512, min: 16, max: 4096, step: 8, display: 'slider' }],
  cfg: ['FLOAT', { default: 8, min: 0, max: 100, step: 0.1, round: 0.01 }],
  rate: ['FLOAT,INT', { widgetType: 'FLOAT', default: 25, min: 1 }],
  text: ['STRING', { multiline: true, dynamicPrompts: true }],
  on: ['BOOLEAN', { default: true }],
  colour: ['COLOR', { default: '#123456' }],
  box: ['BOUNDING_BOX', {}],
  curve: ['CURVE', {}],
  boxes: ['BOUNDING_BOXES', { default: [] }],
  how: [
    'COMFY_DYNAMICCOMBO_V3',
    {
      options: [
        { key: 'deep', inputs: { required: { more: DEEP } } },
        { key: 'flat', inputs: {} },
      ],
    },
  ],
  images: [
    'COMFY_AUTOGROW_V3',
    { template: { input: { required: { image: ['IMAGE'] } }, prefix: 'image', min: 1, max: 5 } },
  ],
  named: [
    'COMFY_AUTOGROW_V3',
    {
      template: { input: { required: { value: ['INT', { default: 1 }] } }, names: ['left', 'right'], min: 1 },
    },
  ],
  model: ['MODEL'],
};
const OPTIONAL: Record<string, unknown> = { mask: ['MASK'], note: ['STRING', { default: 'hello' }] };

function infoOf(
  name: string,
  required: Record<string, unknown>,
  optional: Record<string, unknown> = {},
): NodeInfo {
  const info = parseNodeInfo(name, { input: { required, optional }, output: ['IMAGE'] });
  if (!info) {
    throw new Error(`${name} is not a class`);
  }
  return info;
}

/** A class with one input of every kind. */
export const EVERYTHING = infoOf('Everything', REQUIRED, OPTIONAL);

/** A few classes of a usual graph. */
export const USUAL: ReadonlyMap<string, NodeInfo> = new Map(
  [
    infoOf('LoadModel', { ckpt_name: [['a', 'b']] }),
    infoOf('LoadImage', { image: [['a.png'], { image_upload: true }] }),
    infoOf('CLIPTextEncode', { text: ['STRING', { multiline: true, dynamicPrompts: true }], clip: ['CLIP'] }),
    infoOf('EmptyLatent', { width: ['INT', {}], height: ['INT', {}] }),
    infoOf('KSampler', {
      model: ['MODEL'],
      seed: ['INT', { max: MAX }],
      steps: ['INT', {}],
      cfg: ['FLOAT', {}],
      sampler_name: [['euler', 'heun']],
      denoise: ['FLOAT', {}],
      positive: ['COND'],
    }),
    infoOf('PrimitiveInt', { value: ['INT', {}] }),
    infoOf('LoraLoader', { model: ['MODEL'], lora_name: [['x']], strength_model: ['FLOAT', {}] }),
    infoOf('Save', { images: ['IMAGE'], filename_prefix: ['STRING', {}], secret: ['INT', { hidden: true }] }),
  ].map((info) => [info.name, info]),
);
