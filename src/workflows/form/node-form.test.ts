import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ExactJson } from '../../comfy/exact-json';
import type { ApiInput, ApiNode } from '../../comfy/graph';
import { contentFor, json, link } from './arbitraries';
import { EVERYTHING } from './fixtures';
import {
  type FieldContent,
  type NodeForm,
  readNodeForm,
  withContent,
  withRow,
  writeNodeForm,
} from './node-form';

function formOf(inputs: Record<string, ApiInput>): NodeForm {
  return readNodeForm({ class_type: 'Everything', inputs }, EVERYTHING);
}

function contentAt(form: NodeForm, path: string): FieldContent | undefined {
  return form.fields.find((field) => field.path === path)?.content;
}

const value = (content: ExactJson): FieldContent => ({ kind: 'value', value: content });
const names = [...EVERYTHING.inputs.keys()].flatMap((name) => [name, `${name}.x`]);
const paths = fc.oneof(
  fc.constantFrom(
    ...names,
    'how.more',
    'how.more.n',
    'images.image0',
    'images.image4',
    'named.right',
    '__proto__',
    'stranger',
  ),
  fc.string(),
);
/** Anything an input can hold in a graph, sensible or not. Bare lists are links, or refused when read. */
const anyNode = fc
  .uniqueArray(
    fc.tuple(
      paths,
      fc.oneof(
        json.filter((any) => !Array.isArray(any)),
        link,
        fc.constantFrom<ExactJson>('deep', 'flat', 'a', 'b'),
      ),
    ),
    {
      selector: ([path]) => path,
      maxLength: 25,
    },
  )
  .map((inputs): ApiNode => ({
    class_type: 'Everything',
    inputs: Object.fromEntries(inputs),
  }));

describe('a node', () => {
  it('comes back from its form as it was, whatever is in it', () => {
    fc.assert(
      fc.property(anyNode, (node) => {
        const written = writeNodeForm(readNodeForm(node, EVERYTHING));
        expect(written).toEqual(node);
        expect(Object.keys(written.inputs).sort()).toEqual(Object.keys(node.inputs).sort());
      }),
      { numRuns: 500 },
    );
  });

  it('of an unknown class too', () => {
    fc.assert(
      fc.property(anyNode, (node) => {
        expect(writeNodeForm(readNodeForm(node, null))).toEqual(node);
      }),
    );
  });

  it('keeps its title', () => {
    const node: ApiNode = { class_type: 'Everything', inputs: {}, _meta: { title: 'Mine' } };
    expect(writeNodeForm(readNodeForm(node, EVERYTHING))).toEqual(node);
  });
});

describe('a form', () => {
  it('comes back from its node as it was, however it was filled in', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.gen(), fc.nat(40), (picks, gen, steps) => {
        let form = formOf({ how: 'deep', 'how.more': 'a' });
        for (let i = 0; i < steps; i++) {
          const field = form.fields[(picks.next().value ?? 0) % form.fields.length];
          if (field) {
            form = withContent(form, field.path, gen(contentFor, field.spec));
          }
        }
        expect(readNodeForm(writeNodeForm(form), EVERYTHING)).toEqual(form);
      }),
      { numRuns: 300 },
    );
  });

  it('has a field for every input, in order, with what the class says of it', () => {
    const form = formOf({});
    const own = form.fields.filter(({ parent }) => parent === null);
    expect(own.map(({ spec }) => spec)).toEqual([...EVERYTHING.inputs.values()]);
    expect(form.fields.filter(({ parent }) => parent !== null).map(({ path }) => path)).toEqual([
      'images.image0',
      'named.left',
    ]);
  });

  it('shows lists bare and sends them wrapped', () => {
    const form = formOf({
      tags: { __value__: ['p'] },
      curve: { __type__: 'CURVE', __value__: [[0, 1]] },
      boxes: { __value__: [] },
    });
    expect(contentAt(form, 'tags')).toEqual(value(['p']));
    expect(contentAt(form, 'curve')).toEqual(value([[0, 1]]));
    const changed = withContent(withContent(form, 'tags', value(['p', 'r'])), 'curve', value([[1, 1]]));
    expect(writeNodeForm(changed).inputs).toEqual({
      tags: { __value__: ['p', 'r'] },
      curve: { __type__: 'CURVE', __value__: [[1, 1]] },
      boxes: { __value__: [] },
    });
  });

  it('wraps a list that stood bare', () => {
    expect(writeNodeForm(formOf({ tags: ['p', 'q', 'r'] })).inputs).toEqual({
      tags: { __value__: ['p', 'q', 'r'] },
    });
  });

  it('keeps what the class does not know', () => {
    const form = formOf({ upload: 'image', 'how.gone': 1, how: 'flat' });
    expect(form.others).toEqual([
      ['upload', 'image'],
      ['how.gone', 1],
    ]);
  });

  it('changes the inputs with the choice of a dynamic list', () => {
    const form = formOf({ how: 'deep', 'how.more': 'a', 'how.more.n': 5 });
    const inner = (of: NodeForm): unknown[] =>
      of.fields.filter(({ path }) => path.startsWith('how.')).map(({ path, content }) => [path, content]);
    const flat = withContent(form, 'how', value('flat'));
    expect(inner(flat)).toEqual([]);
    expect(inner(withContent(flat, 'how', value('deep')))).toEqual([
      ['how.more', value('a')],
      ['how.more.n', value(3)],
    ]);
    // The number does not fit the text of the same name.
    expect(inner(withContent(form, 'how.more', value('b')))).toEqual([
      ['how.more', value('b')],
      ['how.more.n', { kind: 'unset' }],
      ['how.more.mask', { kind: 'unset' }],
    ]);
    expect(inner(withContent(form, 'how', value('deep')))).toEqual([
      ['how.more', value('a')],
      ['how.more.n', value(5)],
    ]);
  });

  it('lets groups grow to their limit', () => {
    const rows = (of: NodeForm, name: string): string[] =>
      of.fields.filter(({ parent }) => parent === name).map(({ path }) => path);
    const form = formOf({ 'named.right': 7, 'images.image2': ['1', 0] });
    expect(rows(form, 'named')).toEqual(['named.left', 'named.right']);
    expect(withRow(form, 'named')).toBe(form);
    const grown = withRow(form, 'images');
    expect(rows(grown, 'images')).toEqual([0, 1, 2, 3].map((i) => `images.image${i}`));
    // They stay together, before what follows.
    const order = grown.fields.map(({ path }) => path);
    expect(order.indexOf('images.image3')).toBe(order.indexOf('named') - 1);
    expect(withRow(form, 'gone')).toBe(form);
    expect(withRow(form, 'seed')).toBe(form);
  });

  it('ignores a field it does not have', () => {
    const form = formOf({});
    expect(withContent(form, 'gone', value(1))).toBe(form);
  });
});
