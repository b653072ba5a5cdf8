import { describe, expect, it } from 'vitest';
import { type ExactJson, stringifyExact } from '../../../comfy/exact-json';
import { listBlueprints, readBlueprint, withEnds } from './blueprints';

const client = (files: Record<string, ExactJson>) => ({
  optionalJson: (path: string) => Promise.resolve(files[path] ?? null),
});

const PART: ExactJson = {
  nodes: [
    {
      id: 7,
      type: 'a-subgraph',
      inputs: [
        { name: 'picture', type: 'IMAGE,MASK', link: null },
        { name: 'steps', type: 'INT', link: null, widget: { name: 'steps' } },
        { name: 'pose', type: 'POSE', link: null },
        { name: 'given', type: 'IMAGE', link: 4 },
      ],
      outputs: [
        { name: 'out', type: 'IMAGE', links: [] },
        { name: 'words', type: 'STRING', links: null },
        { name: 'splat', type: 'SPLAT', links: [] },
        { name: 'used', type: 'IMAGE', links: [4] },
      ],
    },
  ],
  links: [[4, 7, 3, 7, 3, 'IMAGE']],
  extra: { kept: 18446744073709551615n },
};

describe('the subgraphs of a server', () => {
  it('are listed by name, without what cannot be read', async () => {
    const list = await listBlueprints(
      client({
        '/global_subgraphs': {
          z: { source: 'templates', name: 'Zoom', info: { node_pack: 'comfyui' } },
          a: { source: 'custom_node', name: 'Anvil', info: {} },
          x: { name: 7 },
          y: null,
        },
      }),
    );
    expect(list).toEqual([
      { id: 'a', name: 'Anvil', pack: '' },
      { id: 'z', name: 'Zoom', pack: 'comfyui' },
    ]);
    expect(await listBlueprints(client({}))).toEqual([]);
    expect(await listBlueprints(client({ '/global_subgraphs': [1] }))).toEqual([]);
  });

  it('are read by their id, and unknown ones are not there', async () => {
    const files = { '/global_subgraphs/a%2Fb': { name: 'Anvil', data: stringifyExact(PART) } };
    expect(await readBlueprint(client(files), 'a/b')).toEqual({ name: 'Anvil', workflow: withEnds(PART) });
    expect(await readBlueprint(client(files), 'other')).toBeNull();
  });

  it('get files for what goes in and a place for what comes out, where there are nodes for that', () => {
    const whole = withEnds(PART) as { nodes: Record<string, unknown>[]; links: unknown[]; extra: unknown };
    expect(whole.extra).toEqual({ kept: 18446744073709551615n });
    const [part, ...added] = whole.nodes;
    expect(added.map(({ id, type }) => [id, type])).toEqual([
      [8, 'LoadImage'],
      [9, 'SaveImage'],
      [10, 'PreviewAny'],
    ]);
    expect(whole.links).toEqual([
      [4, 7, 3, 7, 3, 'IMAGE'],
      [5, 8, 0, 7, 0, 'IMAGE'],
      [6, 7, 0, 9, 0, 'IMAGE'],
      [7, 7, 1, 10, 0, 'STRING'],
    ]);
    expect(part?.['inputs']).toMatchObject([{ link: 5 }, { link: null }, { link: null }, { link: 4 }]);
    expect(part?.['outputs']).toMatchObject([{ links: [6] }, { links: [7] }, { links: [] }, { links: [4] }]);
  });

  it.each([null, [], 'x', { nodes: [{ id: 'one' }], links: [] }, { nodes: 3 }] as ExactJson[])(
    'leave %j as it is',
    (json) => {
      expect(withEnds(json)).toEqual(json);
    },
  );
});
