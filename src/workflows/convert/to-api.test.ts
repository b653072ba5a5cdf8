import { describe, expect, it } from 'vitest';

import { parseExact } from '../../comfy/exact-json';
import {
  convert,
  inputsById,
  problemKinds,
  sketch,
  type SketchLink,
  type SketchNode,
} from './fixtures/sketch';

/** Text to image: 1 loads, 2 is the prompt, 3 the size, 4 samples, 5 decodes, 6 saves. */
const NODES: SketchNode[] = [
  { id: 1, type: 'Load', values: ['b.safetensors'] },
  { id: 2, type: 'Text', in: { clip: 2 }, values: ['a cat'] },
  { id: 3, type: 'Size', values: [640, 480] },
  {
    id: 4,
    type: 'Sample',
    in: { model: 1, positive: 3, latent: 4 },
    values: [18446744073709551615n, 'randomize', 8, 'heun'],
  },
  { id: 5, type: 'Decode', in: { latent: 5, vae: 6 } },
  { id: 6, type: 'SaveImage', in: { images: 7 }, values: ['out'] },
];
const LINKS: SketchLink[] = [
  [1, 1, 0, 4, 0],
  [2, 1, 1, 2, 0],
  [3, 2, 0, 4, 1],
  [4, 3, 0, 4, 2],
  [5, 4, 0, 5, 0],
  [6, 1, 2, 5, 1],
  [7, 5, 0, 6, 0],
];
const EXPECTED = {
  1: { ckpt_name: 'b.safetensors' },
  2: { text: 'a cat', clip: ['1', 1] },
  3: { width: 640, height: 480 },
  4: {
    seed: 18446744073709551615n,
    steps: 8,
    sampler: 'heun',
    model: ['1', 0],
    positive: ['2', 0],
    latent: ['3', 0],
  },
  5: { latent: ['4', 0], vae: ['1', 2] },
  6: { images: ['5', 0], filename_prefix: 'out' },
};

function withNode(id: number, change: Partial<SketchNode>): SketchNode[] {
  return NODES.map((node) => (node.id === id ? { ...node, ...change } : node));
}

/** The workflow with a node of its own at one input, fed by what fed that input. */
function between(
  node: SketchNode,
  from: [number, number],
  to: [number, number],
  link: number,
): ReturnType<typeof sketch> {
  const links = LINKS.map((old): SketchLink => (old[0] === link ? [link, node.id as number, 0, ...to] : old));
  return sketch([...NODES, node], [...links, [90, ...from, node.id as number, 0]]);
}

describe('widget values', () => {
  it('come in the order of the class, without the value control, seeds exact', () => {
    expect(inputsById(convert(sketch(NODES, LINKS)))).toEqual(EXPECTED);
  });

  it('carry class and title', () => {
    const conversion = convert(sketch(withNode(4, { title: 'My sampler' }), LINKS));
    expect(conversion).toMatchObject({
      graph: {
        1: { class_type: 'Load', _meta: { title: 'Load' } },
        4: { class_type: 'Sample', _meta: { title: 'My sampler' } },
      },
    });
  });

  it('are found by name where a node keeps them so', () => {
    const nodes = withNode(4, { values: { steps: 3, sampler: 'euler', seed: 5, extra: null } });
    expect(inputsById(convert(sketch(nodes, LINKS)))[4]).toMatchObject({
      seed: 5,
      steps: 3,
      sampler: 'euler',
    });
  });

  it('are the defaults of the class where the file is older than a widget', () => {
    const values = inputsById(convert(sketch(withNode(4, { values: [7, 'fixed'] }), LINKS)));
    expect(values[4]).toMatchObject({ seed: 7, steps: 20, sampler: 'euler' });
    const none = inputsById(
      convert(
        sketch(
          NODES.map(({ values: _, ...node }) => node),
          LINKS,
        ),
      ),
    );
    expect(none[3]).toEqual({ width: 512, height: 512 });
    expect(none[1]).toEqual({ ckpt_name: 'a.safetensors' });
  });

  it('may be written down twice, when they agree', () => {
    const named = {
      seed: 18446744073709551615n,
      control_after_generate: 'randomize',
      steps: 8,
      sampler: 'heun',
    };
    expect(inputsById(convert(sketch(withNode(4, { named }), LINKS)))).toEqual(EXPECTED);
  });

  it('are not those of upload buttons', () => {
    const nodes: SketchNode[] = [
      { id: 1, type: 'Picture', values: ['mine.png', 'image'] },
      { id: 2, type: 'SaveImage', in: { images: 1 }, values: ['out'] },
    ];
    expect(inputsById(convert(sketch(nodes, [[1, 1, 0, 2, 0]])))[1]).toEqual({ image: 'mine.png' });
  });

  it('that are lists are wrapped, lest the server take them for links', () => {
    expect(inputsById(convert(sketch([{ id: 1, type: 'Pick', values: [['a', 'c']] }])))[1]).toEqual({
      tags: { __value__: ['a', 'c'] },
    });
  });

  it('follow the choice of a dynamic list', () => {
    const inputs = (values: (string | number | boolean)[]): unknown =>
      inputsById(convert(sketch([{ id: 1, type: 'Resize', values }])))[1];
    expect(inputs(['by factor', 2.5, true])).toEqual({ how: 'by factor', 'how.factor': 2.5, crop: true });
    expect(inputs(['to size', 64, 32, true])).toEqual({
      how: 'to size',
      'how.width': 64,
      'how.height': 32,
      crop: true,
    });
    expect(inputs(['like', true])).toEqual({ how: 'like', crop: true });
  });

  it('lose the place that early front ends kept for inputs that must be linked', () => {
    const listen = (values: (string | number)[]): unknown =>
      inputsById(convert(sketch([{ id: 1, type: 'Listen', values }])))[1];
    expect(listen(['unused', 0.5])).toEqual({ volume: 0.5 });
    expect(listen([0.5])).toEqual({ volume: 0.5 });
  });

  it('give way to a link', () => {
    const nodes = [
      ...withNode(4, { in: { model: 1, positive: 3, latent: 4, steps: 8 } }),
      { id: 7, type: 'Whole' },
    ];
    const values = inputsById(convert(sketch(nodes, [...LINKS, [8, 7, 0, 4, 4]])));
    expect(values[4]).toEqual({ ...EXPECTED[4], steps: ['7', 0] });
  });
});

describe('values that are not sent', () => {
  it('may be anything', () => {
    const nodes = withNode(2, { in: { clip: 2, text: 9 }, values: [{ old: 'object' }] });
    const values = inputsById(
      convert(sketch([...nodes, { id: 7, type: 'Whole' }], [...LINKS, [9, 7, 0, 2, 1]])),
    );
    expect(values[2]).toEqual({ text: ['7', 0], clip: ['1', 1] });
  });
});

describe('links', () => {
  it('lead through dotted inputs', () => {
    const nodes: SketchNode[] = [
      { id: 1, type: 'Picture', values: ['a.png', 'image'] },
      { id: 2, type: 'Resize', in: { image: 1, 'how.other': [2, 'IMAGE'] }, values: ['like', false] },
      {
        id: 3,
        type: 'Batch',
        in: { 'images.image0': 3, 'images.image1': [4, 'IMAGE'], 'images.image2': [null, 'IMAGE'] },
      },
    ];
    const links: SketchLink[] = [
      [1, 1, 0, 2, 0],
      [2, 1, 0, 2, 1],
      [3, 2, 0, 3, 0],
      [4, 1, 0, 3, 1],
    ];
    const values = inputsById(convert(sketch(nodes, links)));
    expect(values[2]).toEqual({ image: ['1', 0], how: 'like', 'how.other': ['1', 0], crop: false });
    expect(values[3]).toEqual({ 'images.image0': ['2', 0], 'images.image1': ['1', 0] });
  });

  it.each([
    ['reroutes', { id: 7, type: 'Reroute', in: { '': 90 }, out: ['*'] }],
    ['bypassed nodes', { id: 7, type: 'Lora', mode: 4, in: { model: 90 }, values: ['x', 1] }],
    [
      'bypassed nodes of classes the server lacks',
      { id: 7, type: 'Gone', mode: 4, in: { a: [90, 'MODEL'] }, out: ['MODEL'] },
    ],
  ] satisfies [string, SketchNode][])('lead past %s', (_, node) => {
    expect(inputsById(convert(between(node, [1, 0], [4, 0], 1)))).toEqual(EXPECTED);
  });

  it('pick the input of the fitting type at a bypassed node', () => {
    // Its first output is a model, its first input a text.
    const node: SketchNode = {
      id: 7,
      type: 'Gone',
      mode: 4,
      in: { text: [null, 'STRING'], model: [90, 'MODEL'] },
      out: ['MODEL'],
    };
    expect(inputsById(convert(between(node, [1, 0], [4, 0], 1)))).toEqual(EXPECTED);
  });

  it('to a widget that the class no longer has are left out', () => {
    const nodes: SketchNode[] = [
      ...withNode(3, { in: { depth: [8, 'INT', 'depth'], width: [9, 'INT', 'width'], extra: [9, 'INT'] } }),
      { id: 7, type: 'Whole' },
    ];
    const links: SketchLink[] = [...LINKS, [8, 7, 0, 3, 0], [9, 7, 0, 3, 1]];
    expect(inputsById(convert(sketch(nodes, links)))[3]).toEqual({
      width: ['7', 0],
      height: 480,
      // Code of a custom node may have added this one.
      extra: ['7', 0],
    });
  });

  it('to muted nodes are left out, and so are those through them', () => {
    const values = inputsById(convert(sketch(withNode(3, { mode: 2 }), LINKS)));
    expect(values[3]).toBeUndefined();
    expect(values[4]).not.toHaveProperty('latent');
  });

  it('of a switch stay what they are: the server decides', () => {
    const node: SketchNode = {
      id: 7,
      type: 'Switch',
      in: { on_false: 90, on_true: [91, 'MODEL'] },
      values: [true],
    };
    const workflow = between(node, [1, 0], [4, 0], 1) as { links: unknown[] };
    workflow.links.push([91, 1, 0, 7, 1, 'MODEL']);
    const values = inputsById(convert(workflow as ReturnType<typeof sketch>));
    expect(values[7]).toEqual({ on_false: ['1', 0], on_true: ['1', 0], switch: true });
    expect(values[4]?.['model']).toEqual(['7', 0]);
  });
});

describe('nodes of the editor only', () => {
  it('leaves out notes', () => {
    const notes: SketchNode[] = [
      { id: 7, type: 'Note', values: ['hello'] },
      { id: 8, type: 'MarkdownNote', values: ['# hello'] },
    ];
    expect(inputsById(convert(sketch([...NODES, ...notes], LINKS)))).toEqual(EXPECTED);
  });

  it('puts the value of a primitive into what it feeds', () => {
    const primitive: SketchNode = { id: 7, type: 'PrimitiveNode', values: [33, 'fixed'], out: ['INT'] };
    const nodes = [...withNode(4, { in: { model: 1, positive: 3, latent: 4, steps: 8 } }), primitive];
    const values = inputsById(convert(sketch(nodes, [...LINKS, [8, 7, 0, 4, 4]])));
    expect(values).toEqual({ ...EXPECTED, 4: { ...EXPECTED[4], steps: 33 } });
  });

  it('leaves out what only switches others on and off', () => {
    const groups: SketchNode = { id: 7, type: 'Fast Groups Bypasser (rgthree)', out: ['OPT_CONNECTION'] };
    expect(inputsById(convert(sketch([...NODES, groups], LINKS)))).toEqual(EXPECTED);
  });

  describe('such as Set and Get', () => {
    const set = (id: number, name: string, change: Partial<SketchNode> = {}): SketchNode => ({
      id,
      type: 'SetNode',
      in: { MODEL: [90, 'MODEL'] },
      values: [name],
      ...change,
    });
    const get: SketchNode = { id: 8, type: 'GetNode', out: ['MODEL'], values: ['base'] };
    const links: SketchLink[] = [[1, 8, 0, 4, 0], ...LINKS.slice(1), [90, 1, 0, 7, 0]];

    it('follows them to where the value comes from', () => {
      const other = set(9, 'other', { in: {} });
      expect(inputsById(convert(sketch([...NODES, other, set(7, 'base'), get], links)))).toEqual(EXPECTED);
    });

    it('looks around the subgraph of the Get', () => {
      const part = {
        id: 'part',
        nodes: [get, { id: 21, type: 'Lora', in: { model: 1 }, values: ['x', 1] }],
        links: [[1, 8, 0, 21, 0]] as SketchLink[],
      };
      const nodes = [...NODES, set(7, 'base'), { id: 30, type: 'part' }];
      expect(
        inputsById(convert(sketch(nodes, [...LINKS, [90, 1, 0, 7, 0]], [part])))['30:21']?.['model'],
      ).toEqual(['1', 0]);
    });

    it.each([
      ['is none', []],
      ['are two', [set(7, 'base'), set(9, 'base', { in: {} })]],
      ['is a muted one', [set(7, 'base', { mode: 2 })]],
    ] satisfies [string, SketchNode[]][])('refuses a Get for which there %s', (_, setters) => {
      expect(problemKinds(convert(sketch([...NODES, ...setters, get], links)))).toEqual(['no-setter']);
    });
  });

  it('refuses a primitive whose value not all it feeds can take', () => {
    const primitive: SketchNode = { id: 7, type: 'PrimitiveNode', values: [333, 'fixed'], out: ['INT'] };
    const nodes = [
      ...withNode(4, { in: { model: 1, positive: 3, latent: 4, steps: 8 } }).map((node) =>
        node.id === 3 ? { ...node, in: { width: 9 } } : node,
      ),
      primitive,
    ];
    const links: SketchLink[] = [...LINKS, [8, 7, 0, 4, 4], [9, 7, 0, 3, 0]];
    expect(problemKinds(convert(sketch(nodes, links)))).toEqual(['primitive-out-of-range']);
  });
});

describe('texts', () => {
  it('lose their comments and escapes, as when the editor queues', () => {
    const nodes = withNode(2, { values: ['a /* not b */ cat // end\n{sleeping} \\{x\\}'] });
    expect(inputsById(convert(sketch(nodes, LINKS)))[2]?.['text']).toBe('a  cat \nsleeping {x}');
  });

  it('with a choice are refused, or kept for a form', () => {
    const workflow = sketch(withNode(2, { values: ['a {cat|dog}'] }), LINKS);
    expect(convert(workflow)).toMatchObject({
      ok: false,
      problems: [{ kind: 'random-text', input: 'text', node: { id: '2', title: 'Text', type: 'Text' } }],
    });
    expect(inputsById(convert(workflow, { texts: 'keep' }))[2]?.['text']).toBe('a {cat|dog}');
  });

  it('of file names take values of other nodes, cleaned', () => {
    const prefix = (filename: string, title = 'My/size'): SketchNode[] =>
      withNode(6, { values: [filename] }).map((node) => (node.id === 3 ? { ...node, title } : node));
    expect(
      inputsById(convert(sketch(prefix('%My/size.width%x%width%'), LINKS)))[6]?.['filename_prefix'],
    ).toBe('640x%width%');
    const byClass = withNode(6, { values: ['%Load.ckpt_name%'] }).map((node) =>
      node.id === 1 ? { ...node, values: ['sub/b:1'], properties: { 'Node name for S&R': 'Load' } } : node,
    );
    expect(inputsById(convert(sketch(byClass, LINKS)))[6]?.['filename_prefix']).toBe('sub_b_1');
    expect(problemKinds(convert(sketch(prefix('%date:yyyy%'), LINKS)))).toEqual(['date-text']);
    expect(problemKinds(convert(sketch(prefix('%Load.width%', 'Load'), LINKS)))).toEqual(['text-reference']);
  });
});

describe('what cannot be converted is named', () => {
  it.each<[string, string, SketchNode[], SketchLink[]]>([
    ['a class the server lacks', 'unknown-class', [...NODES, { id: 7, type: 'Gone' }], LINKS],
    ['a group node', 'group-node', [...NODES, { id: 7, type: 'workflow>mine' }], LINKS],
    [
      'a foreign class with another number of values',
      'values-do-not-fit',
      [{ id: 1, type: 'Foreign', values: [1, 2] }],
      [],
    ],
    ['a text where a number belongs', 'wrong-value', withNode(4, { values: ['fixed', 8, 'heun', 1] }), LINKS],
    [
      'an unknown choice of a dynamic list',
      'wrong-value',
      [{ id: 1, type: 'Resize', values: ['gone', 1] }],
      [],
    ],
    ['two values for one', 'disputed-value', withNode(3, { named: { width: 512, height: 480 } }), LINKS],
    ['a photo', 'made-by-editor', [{ id: 1, type: 'Camera', values: [''] }], []],
    [
      'a view of a 3D model, and only that',
      'made-by-editor',
      [
        {
          id: 1,
          type: 'View3D',
          values: ['cube.obj', 'upload3dmodel', 'uploadExtraResources', 'clear', '', 512],
        },
      ],
      [],
    ],
    ['a link that is not there', 'dangling-link', NODES, LINKS.slice(1)],
    ['a link from a node that is not there', 'dangling-link', NODES, [[1, 77, 0, 4, 0], ...LINKS.slice(1)]],
    ['a link that ends elsewhere', 'crossed-link', NODES, [[1, 1, 0, 5, 0], ...LINKS.slice(1)]],
    ['a circle', 'cycle', withNode(3, { in: { width: 8 } }), [...LINKS, [8, 4, 0, 3, 0]]],
    ['nothing to run', 'empty', [{ id: 1, type: 'Note', values: ['x'] }], []],
  ])('%s', (_, kind, nodes, links) => {
    expect(new Set(problemKinds(convert(sketch(nodes, links))))).toEqual(new Set([kind]));
  });

  it('a circle of reroutes', () => {
    const nodes: SketchNode[] = [
      ...NODES,
      { id: 7, type: 'Reroute', in: { '': 91 }, out: ['*'] },
      { id: 8, type: 'Reroute', in: { '': 92 }, out: ['*'] },
    ];
    const links: SketchLink[] = [[1, 7, 0, 4, 0], ...LINKS.slice(1), [91, 8, 0, 7, 0], [92, 7, 0, 8, 0]];
    expect(problemKinds(convert(sketch(nodes, links)))).toEqual(['cycle']);
  });

  it('all of it at once, each once', () => {
    const nodes: SketchNode[] = [...withNode(2, { values: ['{a|b}'] }), { id: 7, type: 'Gone' }];
    expect(problemKinds(convert(sketch(nodes, LINKS.slice(1))))).toEqual([
      'random-text',
      'dangling-link',
      'unknown-class',
    ]);
  });

  it('but not a class the server lacks, where only the links of those are asked for', () => {
    const nodes = withNode(3, { type: 'Gone', values: [1, 2], in: { clip: 8 } });
    const conversion = convert(sketch(nodes, [...LINKS, [8, 1, 1, 3, 0]]), { unknown: 'links' });
    expect(inputsById(conversion)).toEqual({ ...EXPECTED, 3: { clip: ['1', 1] } });
    const group: SketchNode = { id: 7, type: 'workflow/Mine' };
    expect(problemKinds(convert(sketch([...NODES, group], LINKS), { unknown: 'links' }))).toEqual([
      'group-node',
    ]);
  });

  it('but not in nodes that do not run', () => {
    const off: SketchNode[] = [
      { id: 7, type: 'Gone', mode: 2 },
      { id: 8, type: 'Camera', mode: 4 },
    ];
    expect(inputsById(convert(sketch([...NODES, ...off], LINKS)))).toEqual(EXPECTED);
  });
});

describe('hostile names', () => {
  it('stay names', () => {
    const workflow = parseExact(
      '{"nodes":[{"id":1,"type":"Batch","inputs":[{"name":"__proto__","type":"IMAGE","link":1},{"name":"constructor","type":"IMAGE","link":1}]},{"id":2,"type":"Picture","widgets_values":{"__proto__":{"image":"x"},"image":"y"}}],"links":[[1,2,0,1,0,"IMAGE"]]}',
    );
    const values = inputsById(convert(workflow));
    expect(Object.keys(values[1] ?? {}).sort()).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(values[1])).toBe(Object.prototype);
    expect(values[2]).toEqual({ image: 'y' });
  });
});
