import { describe, expect, it } from 'vitest';

import {
  convert,
  inputsById,
  problemKinds,
  sketch,
  type SketchNode,
  type SketchSubgraph,
} from './fixtures/sketch';

/** Prompt and size inside; the loader comes from outside. Inputs: clip, text, width. */
const PART: SketchSubgraph = {
  id: 'part',
  name: 'Prompt and size',
  nodes: [
    { id: 21, type: 'Text', in: { clip: 1, text: 2 }, values: ['inside'] },
    { id: 22, type: 'Size', in: { width: 3 }, values: [100, 200] },
  ],
  links: [
    [1, -10, 0, 21, 0],
    [2, -10, 1, 21, 1],
    [3, -10, 2, 22, 0],
    [4, 21, 0, -20, 0],
    [5, 22, 0, -20, 1],
  ],
  inputs: [
    ['clip', 'CLIP', 1],
    ['text', 'STRING', 2],
    ['width', 'INT', 3],
  ],
  outputs: [
    ['COND', 'COND', 4],
    ['LATENT', 'LATENT', 5],
  ],
};

const LOAD: SketchNode = { id: 1, type: 'Load', values: ['a.safetensors'] };
const SAMPLE: SketchNode = {
  id: 3,
  type: 'Sample',
  in: { positive: 12, latent: 13 },
  values: [1, 'fixed', 4, 'euler'],
};

function host(change: Partial<SketchNode> = {}): SketchNode {
  return { id: 2, type: 'part', in: { clip: 11 }, out: ['COND', 'LATENT'], ...change };
}

function run(instance: SketchNode, part: SketchSubgraph = PART, more: SketchNode[] = []) {
  return convert(
    sketch(
      [LOAD, instance, SAMPLE, ...more],
      [
        [11, 1, 1, 2, 0],
        [12, 2, 0, 3, 4],
        [13, 2, 1, 3, 5],
      ],
      [part],
    ),
  );
}

describe('the nodes of a subgraph', () => {
  it('are sent under the ids of its instances, linked through its borders', () => {
    const values = inputsById(run(host()));
    expect(Object.keys(values).sort()).toEqual(['1', '2:21', '2:22', '3']);
    expect(values['2:21']).toEqual({ text: 'inside', clip: ['1', 1] });
    expect(values['3']).toMatchObject({ positive: ['2:21', 0], latent: ['2:22', 0] });
  });

  it('are left out with it', () => {
    expect(Object.keys(inputsById(run(host({ mode: 2 }))))).toEqual(['1', '3']);
    expect(inputsById(run(host({ mode: 2 })))['3']).not.toHaveProperty('positive');
  });

  it('nest', () => {
    const outer: SketchSubgraph = {
      id: 'outer',
      nodes: [{ id: 31, type: 'part', in: { clip: 1, width: 2 } }],
      links: [
        [1, -10, 0, 31, 0],
        [2, -10, 1, 31, 2],
        [3, 31, 0, -20, 0],
      ],
      inputs: [
        ['clip', 'CLIP', 1],
        ['size', 'INT', 2],
      ],
      outputs: [['COND', 'COND', 3]],
    };
    const nodes: SketchNode[] = [
      LOAD,
      { id: 2, type: 'outer', in: { clip: 11 }, values: [320] },
      { id: 3, type: 'Sample', in: { positive: 12 }, values: [1, 'fixed', 4, 'euler'] },
    ];
    const values = inputsById(
      convert(
        sketch(
          nodes,
          [
            [11, 1, 1, 2, 0],
            [12, 2, 0, 3, 4],
          ],
          [outer, PART],
        ),
      ),
    );
    expect(values['2:31:21']).toEqual({ text: 'inside', clip: ['1', 1] });
    expect(values['2:31:22']).toEqual({ width: 320, height: 200 });
    expect(values['3']?.['positive']).toEqual(['2:31:21', 0]);
  });

  it('get new ids where theirs are taken', () => {
    const part: SketchSubgraph = {
      ...PART,
      nodes: PART.nodes.map((node) => (node.id === 22 ? { ...node, id: 3 } : node)),
      links: PART.links.map(([id, from, slot, to, input]) => [
        id,
        from === 22 ? 3 : from,
        slot,
        to === 22 ? 3 : to,
        input,
      ]),
    };
    const proxyWidgets = [
      ['21', 'text'],
      ['3', 'width'],
      ['3', 'height'],
    ];
    const values = inputsById(run(host({ properties: { proxyWidgets }, values: ['t', 5, 77] }), part));
    expect(values['2:901']).toEqual({ width: 5, height: 77 });
    expect(values['3']?.['latent']).toEqual(['2:901', 0]);
  });

  it('may not contain their own subgraph', () => {
    const part = { ...PART, nodes: [...PART.nodes, { id: 23, type: 'part' }] };
    expect(problemKinds(run(host(), part))).toEqual(['recursive-subgraph']);
  });

  it('of an inner subgraph that is off are refused when they save something', () => {
    const outer = (inner: SketchNode): SketchSubgraph => ({
      id: 'outer',
      nodes: [{ ...inner, mode: 4 }],
      links: [],
    });
    const save: SketchSubgraph = {
      id: 'save',
      nodes: [{ id: 41, type: 'SaveImage', values: ['x'] }],
      links: [],
    };
    const nodes: SketchNode[] = [LOAD, { id: 2, type: 'outer' }];
    expect(problemKinds(convert(sketch(nodes, [], [outer({ id: 31, type: 'save' }), save])))).toEqual([
      'half-muted-subgraph',
    ]);
    expect(problemKinds(convert(sketch(nodes, [], [outer({ id: 31, type: 'part' }), PART])))).toEqual([]);
  });
});

describe('promoted values', () => {
  it("are the instance's own, in the order of its inputs", () => {
    const values = inputsById(run(host({ values: ['outside', 640] })));
    expect(values['2:21']?.['text']).toBe('outside');
    expect(values['2:22']).toEqual({ width: 640, height: 200 });
  });

  it('are not changed as prompts of a node are', () => {
    expect(inputsById(run(host({ values: ['{a|b} // c'] })))['2:21']?.['text']).toBe('{a|b} // c');
  });

  it('differ between instances', () => {
    const second: SketchNode = { id: 4, type: 'part', values: ['second', 2] };
    const values = inputsById(run(host({ values: ['first', 1] }), PART, [second]));
    expect([values['2:21']?.['text'], values['4:21']?.['text']]).toEqual(['first', 'second']);
    expect([values['2:22']?.['width'], values['4:22']?.['width']]).toEqual([1, 2]);
  });

  it('give way to a link from outside', () => {
    const instance = host({ in: { clip: 11, width: 14 }, values: ['outside', 640] });
    const conversion = convert(
      sketch(
        [LOAD, instance, { id: 5, type: 'Whole' }],
        [
          [11, 1, 1, 2, 0],
          [14, 5, 0, 2, 2],
        ],
        [PART],
      ),
    );
    expect(inputsById(conversion)['2:22']).toEqual({ width: ['5', 0], height: 200 });
  });

  it('of older editors are listed by inner node and widget', () => {
    const promoted = (proxyWidgets: string[][], values: (string | number)[]): unknown => {
      const result = inputsById(run(host({ properties: { proxyWidgets }, values })));
      return [result['2:21']?.['text'], result['2:22']];
    };
    expect(
      promoted(
        [
          ['22', 'width'],
          ['21', 'text'],
        ],
        [640, 'outside'],
      ),
    ).toEqual(['outside', { width: 640, height: 200 }]);
    // A widget that had no input of the subgraph so far.
    expect(
      promoted(
        [
          ['21', 'text'],
          ['22', 'width'],
          ['22', 'height'],
        ],
        ['t', 640, 480],
      ),
    ).toEqual(['t', { width: 640, height: 480 }]);
    // Without values of its own the instance shows what is inside.
    expect(promoted([['22', 'height']], [])).toEqual(['inside', { width: 100, height: 200 }]);
    // Previews and widgets that are gone promote nothing.
    expect(
      promoted(
        [
          ['21', '$$canvas-image-preview'],
          ['99', 'gone'],
        ],
        ['', 0],
      ),
    ).toEqual(['', { width: 0, height: 200 }]);
  });

  it('of an inner primitive go to everything it feeds', () => {
    const part: SketchSubgraph = {
      ...PART,
      nodes: [
        ...PART.nodes.slice(0, 1),
        { id: 22, type: 'Size', in: { width: 6, height: 7 }, values: [1, 2] },
        { id: 23, type: 'PrimitiveNode', title: 'Side', values: [3, 'fixed'], out: ['INT'] },
      ],
      links: [...PART.links.filter(([id]) => id !== 3), [6, 23, 0, 22, 0], [7, 23, 0, 22, 1]],
      inputs: PART.inputs?.slice(0, 2) ?? [],
    };
    expect(inputsById(run(host(), part))['2:22']).toEqual({ width: 3, height: 3 });
    const own = host({
      properties: {
        proxyWidgets: [
          ['21', 'text'],
          ['23', 'value'],
        ],
      },
      values: ['t', 9],
    });
    expect(inputsById(run(own, part))['2:22']).toEqual({ width: 9, height: 9 });
  });

  it('do not take the value of a primitive outside, which the editor would not send', () => {
    const primitive: SketchNode = { id: 5, type: 'PrimitiveNode', values: [5, 'fixed'], out: ['INT'] };
    const instance = host({ in: { clip: 11, width: 14 } });
    const conversion = convert(
      sketch(
        [LOAD, instance, primitive],
        [
          [11, 1, 1, 2, 0],
          [14, 5, 0, 2, 2],
        ],
        [PART],
      ),
    );
    expect(problemKinds(conversion)).toEqual(['primitive-into-subgraph']);
  });

  it('that the file states twice and differently are refused', () => {
    const named = { text: 'outside', width: 512 };
    expect(problemKinds(run(host({ values: ['outside', 640], named })))).toEqual(['disputed-value']);
    expect(problemKinds(run(host({ values: ['outside', 512], named })))).toEqual([]);
  });

  it('of another kind than the widget inside are refused', () => {
    expect(problemKinds(run(host({ values: ['outside', 'wide'] })))).toEqual(['wrong-value']);
  });
});
