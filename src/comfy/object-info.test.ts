import { describe, expect, it } from 'vitest';
import { parseExact } from './exact-json';
import { SEED_KSAMPLER_INFO } from './fixtures/seed-samples';
import { type InputSpec, parseNodeInfo } from './object-info';

function inputOf(spec: unknown): InputSpec | undefined {
  return parseNodeInfo('Test', { input: { required: { x: spec } } })?.inputs.get('x');
}

describe('inputs', () => {
  it('reads both forms of a list', () => {
    const combo = { kind: 'combo', name: 'x', required: true };
    expect(inputOf([['a', 'b'], { default: 'b', tooltip: 'pick' }])).toEqual({
      ...combo,
      options: ['a', 'b'],
      default: 'b',
      tooltip: 'pick',
    });
    expect(inputOf(['COMBO', { options: ['a'], multiselect: false, default: null }])).toEqual({
      ...combo,
      options: ['a'],
      default: null,
      tooltip: null,
    });
    expect(inputOf([[1, 2.5, 'x', null, true], { default: 2.5 }])).toMatchObject({
      options: ['1', '2.5', 'x'],
      default: '2.5',
    });
    expect(inputOf([[]])).toMatchObject({ kind: 'combo', options: [] });
  });

  it('reads a list that has to be fetched as an empty one', () => {
    const remote = { route: '/internal/files/output', refresh_button: true, control_after_refresh: 'first' };
    expect(inputOf(['COMBO', { image_upload: true, remote }])).toMatchObject({ kind: 'combo', options: [] });
  });

  it('keeps limits of whole numbers exact', () => {
    const spec = parseExact(
      '["INT",{"default":0,"min":-9223372036854775808,"max":18446744073709551615,"step":8}]',
    );
    expect(inputOf(spec)).toEqual({
      kind: 'int',
      name: 'x',
      required: true,
      min: -9223372036854775808n,
      max: 18446744073709551615n,
      step: 8,
      default: 0,
      tooltip: null,
    });
    expect(inputOf(['INT', {}])).toMatchObject({ min: null, max: null, step: 1, default: null });
  });

  it('reads the other widgets', () => {
    expect(inputOf(['FLOAT', { default: 8, min: 0.0, max: 100, step: 0.1, round: 0.01 }])).toEqual({
      kind: 'float',
      name: 'x',
      required: true,
      min: 0,
      max: 100,
      step: 0.1,
      default: 8,
      round: 0.01,
      tooltip: null,
    });
    expect(inputOf(['STRING', { multiline: true, default: '', dynamicPrompts: true }])).toMatchObject({
      kind: 'string',
      multiline: true,
      default: '',
    });
    expect(inputOf(['BOOLEAN', { default: false, label_on: 'yes' }])).toMatchObject({
      kind: 'boolean',
      default: false,
    });
  });

  it.each([
    [['MODEL'], 'MODEL'],
    [['*', null], '*'],
    [['COMFY_DYNAMICSLOT_V3', { slotType: 'IMAGE' }], 'COMFY_DYNAMICSLOT_V3'],
    [['COMFY_MATCHTYPE_V3', { template: { template_id: 't', allowed_types: 'IMAGE,MASK' } }], 'IMAGE,MASK'],
    [['INT', { forceInput: true, default: 4 }], 'INT'],
  ])('%j is filled by a link', (spec, type) => {
    expect(inputOf(spec)).toMatchObject({ kind: 'link', type });
  });

  it('keeps what only a form needs', () => {
    expect(
      inputOf(['INT', { display: 'slider', control_after_generate: true, advanced: true, hidden: true }]),
    ).toMatchObject({ display: 'slider', control: true, advanced: true, hidden: true });
    expect(inputOf(['FLOAT', { round: false, control_after_generate: 'increment' }])).toMatchObject({
      round: false,
      control: 'increment',
    });
    expect(
      inputOf([
        'STRING',
        { placeholder: 'cat', dynamicPrompts: true, display_name: 'prompt', socketless: true },
      ]),
    ).toMatchObject({ placeholder: 'cat', dynamicPrompts: true, displayName: 'prompt', socketless: true });
    expect(inputOf(['BOOLEAN', { label_on: 'on', label_off: 'off' }])).toMatchObject({
      labelOn: 'on',
      labelOff: 'off',
    });
    expect(inputOf(['COLOR', { default: '#ff0000' }])).toMatchObject({ kind: 'color', default: '#ff0000' });
    expect(inputOf(['FLOAT,INT', { widgetType: 'FLOAT', default: 25 }])).toMatchObject({
      kind: 'float',
      type: 'FLOAT,INT',
      default: 25,
    });
    expect(inputOf(['STRING', { widgetType: 'PAINTER', image_upload: true }])).toMatchObject({
      kind: 'string',
      widget: 'PAINTER',
      upload: 'image',
    });
    expect(inputOf(['BOUNDING_BOX', { default: { x: 1 } }])).toMatchObject({
      kind: 'data',
      type: 'BOUNDING_BOX',
      default: { x: 1 },
    });
  });

  it('keeps how the options of a list come about', () => {
    const remote = { route: '/internal/files/output', refresh_button: true, control_after_refresh: 'first' };
    expect(inputOf(['COMBO', { image_upload: true, image_folder: 'output', remote }])).toMatchObject({
      upload: 'image',
      folder: 'output',
      remote: { route: '/internal/files/output', hasRefreshButton: true, chooses: 'first' },
    });
    expect(inputOf(['COMBO', { options: ['a'], multi_select: { chip: true } }])).toMatchObject({
      multiple: true,
    });
    // The server compares 1 with 1, not with "1".
    expect(inputOf([[1, 'x']])).toMatchObject({ options: ['1', 'x'], values: [1, 'x'] });
    expect(inputOf([['a', 'x']])).not.toHaveProperty('values');
  });

  it('reads a dynamic list with the inputs of each choice, nested ones too', () => {
    const inner = [
      'COMFY_DYNAMICCOMBO_V3',
      { options: [{ key: 'deep', inputs: { required: { n: ['INT'] } } }] },
    ];
    const spec = inputOf([
      'COMFY_DYNAMICCOMBO_V3',
      {
        options: [
          { key: 'png', inputs: { required: { bits: [['8', '16']] }, optional: { more: inner } } },
          { key: 'none', inputs: {} },
          { nonsense: true },
        ],
      },
    ]);
    expect(spec).toMatchObject({
      kind: 'dynamic',
      options: [
        {
          key: 'png',
          inputs: [
            { name: 'x.bits', kind: 'combo', required: true },
            {
              name: 'x.more',
              kind: 'dynamic',
              required: false,
              options: [{ key: 'deep', inputs: [{ name: 'x.more.n', kind: 'int' }] }],
            },
          ],
        },
        { key: 'none', inputs: [] },
      ],
    });
  });

  it('reads groups that grow, numbered or named', () => {
    const input = { required: { image: ['IMAGE', {}] } };
    expect(
      inputOf(['COMFY_AUTOGROW_V3', { template: { input, prefix: 'image', min: 2, max: 50 } }]),
    ).toMatchObject({
      kind: 'autogrow',
      prefix: 'image',
      names: null,
      min: 2,
      max: 50,
      inputs: [{ name: 'image', kind: 'link', type: 'IMAGE' }],
    });
    expect(inputOf(['COMFY_AUTOGROW_V3', { template: { input, names: ['a', 'b'], min: 1 } }])).toMatchObject({
      names: ['a', 'b'],
      max: 2,
    });
    expect(inputOf(['COMFY_AUTOGROW_V3', {}])).toMatchObject({
      kind: 'autogrow',
      inputs: [],
      min: 1,
      max: 100,
    });
  });

  it.each([[[]], [null], ['INT'], [[null]], [[7, {}]], [{}]])('leaves out %j', (spec) => {
    expect(inputOf(spec)).toBeUndefined();
  });

  it('survives options of another shape', () => {
    expect(inputOf(['INT', null])).toMatchObject({ kind: 'int', max: null });
    expect(inputOf(['INT', ['max', 5]])).toMatchObject({ kind: 'int', max: null });
    expect(inputOf(['INT', { default: '5', min: null, max: 'many', tooltip: 3 }])).toMatchObject({
      default: null,
      min: null,
      max: null,
      tooltip: null,
    });
  });
});

describe('node classes', () => {
  it('reads the sampler of the early API, in its order', () => {
    const value = (parseExact(SEED_KSAMPLER_INFO) as Record<string, unknown>)['KSampler'];
    const info = parseNodeInfo('KSampler', value);
    expect([...(info?.inputs.keys() ?? [])]).toEqual([
      'model',
      'seed',
      'steps',
      'cfg',
      'sampler_name',
      'scheduler',
      'positive',
      'negative',
      'latent_image',
      'denoise',
    ]);
    expect(info).toMatchObject({
      name: 'KSampler',
      displayName: 'KSampler',
      category: 'sampling',
      isOutput: false,
      outputs: [{ name: 'LATENT', type: 'LATENT' }],
    });
    // Exactly the digits that were sent, although a rounded maximum is no maximum.
    expect(info?.inputs.get('seed')).toMatchObject({ kind: 'int', min: 0, max: 18446744073709552000n });
    expect(info?.inputs.get('scheduler')).toMatchObject({
      kind: 'combo',
      options: ['normal', 'karras', 'exponential', 'sgm_uniform', 'simple', 'ddim_uniform'],
    });
  });

  it('reads a schema node in which every key is there, nulls included', () => {
    const info = parseNodeInfo('SaveImage', {
      input: {
        required: {
          images: ['IMAGE', { tooltip: 'The images.' }],
          filename_prefix: ['STRING', { default: 'x' }],
        },
        optional: null,
        hidden: { prompt: ['PROMPT'], extra_pnginfo: ['EXTRA_PNGINFO'] },
      },
      input_order: { required: ['filename_prefix', 'images'], hidden: ['prompt', 'extra_pnginfo'] },
      is_input_list: null,
      output: ['IMAGE'],
      output_is_list: [false],
      output_name: ['images'],
      output_tooltips: null,
      output_matchtypes: null,
      name: 'SaveImage',
      display_name: 'Save Image',
      description: null,
      search_aliases: null,
      essentials_category: null,
      category: 'image',
      output_node: true,
      deprecated: null,
      price_badge: null,
    });
    expect([...(info?.inputs.keys() ?? [])]).toEqual(['filename_prefix', 'images']);
    expect(info).toMatchObject({ displayName: 'Save Image', description: '', isOutput: true });
    expect(info?.outputs).toEqual([{ name: 'images', type: 'IMAGE' }]);
  });

  it('marks optional inputs, and never lists hidden ones', () => {
    const info = parseNodeInfo('Old', {
      input: {
        required: { a: ['IMAGE'] },
        optional: { b: ['MASK'] },
        hidden: { prompt: 'PROMPT', unique_id: 'UNIQUE_ID' },
      },
      output: [],
      output_node: true,
    });
    expect([...(info?.inputs.values() ?? [])].map(({ name, required }) => [name, required])).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  it('takes order from input_order and appends what that forgets', () => {
    const input = { required: { a: ['INT'], b: ['INT'], c: ['INT'] } };
    const order = (required: unknown): string[] => [
      ...(parseNodeInfo('T', { input, input_order: { required } })?.inputs.keys() ?? []),
    ];
    expect(order(['c', 'gone', 'a', 'constructor'])).toEqual(['c', 'a', 'b']);
    expect(order('nonsense')).toEqual(['a', 'b', 'c']);
    expect([...(parseNodeInfo('T', { input, input_order: null })?.inputs.keys() ?? [])]).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('keeps a class whose author slipped in the texts', () => {
    expect(
      parseNodeInfo('Odd', {
        input: {},
        display_name: '',
        description: ['a tuple by mistake'],
        category: 5,
        output: [['a', 'b'], 'IMAGE'],
        output_name: 'not a list',
      }),
    ).toMatchObject({
      displayName: 'Odd',
      description: '',
      category: '',
      outputs: [
        { name: 'COMBO', type: 'COMBO' },
        { name: 'IMAGE', type: 'IMAGE' },
      ],
    });
  });

  it.each([null, undefined, 'x', 7, { input: 'x' }])('is null for %j', (value) => {
    expect(parseNodeInfo('Bad', value)).toBeNull();
  });

  it('takes a class without inputs', () => {
    expect(parseNodeInfo('Bare', {})).toMatchObject({ name: 'Bare', outputs: [] });
    expect(parseNodeInfo('Bare', { input: null })?.inputs.size).toBe(0);
  });
});
