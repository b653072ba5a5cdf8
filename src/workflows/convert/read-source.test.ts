import { describe, expect, it } from 'vitest';

import { stringifyExact } from '../../comfy/exact-json';
import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from '../../comfy/png';
import { describeFault } from './describe-fault';
import { MOST_GRAPH_BYTES, readGraphFile, type ReadSource, readGraphText } from './read-source';

const API =
  '{"1":{"class_type":"A","inputs":{"seed":18446744073709551615}},"2:3":{"class_type":"B","inputs":{"a":["1",0]},"_meta":{"title":"Bee"}}}';
const EDITOR = '{"nodes":[{"id":1,"type":"A"}],"links":[],"version":0.4}';
const PLAIN_PNG = concatBytes([
  PNG_SIGNATURE,
  pngChunk('IHDR', new Uint8Array(13)),
  pngChunk('IEND', new Uint8Array()),
]);

function png(texts: Record<string, string>): Promise<ReadSource> {
  return readGraphFile(insertPngText(PLAIN_PNG, Object.entries(texts)));
}

function found(read: ReadSource) {
  if (!read.ok) {
    throw new Error(describeFault(read.fault));
  }
  return read.found;
}

function sentence(read: ReadSource): string {
  return read.ok ? 'no fault' : describeFault(read.fault);
}

describe('what is read', () => {
  it('is an API graph, exact', () => {
    const { api, editor } = found(readGraphText(API));
    expect(stringifyExact(api)).toBe(API);
    expect(editor).toBeNull();
  });

  it('is a workflow of the editor', () => {
    const { api, editor, raw } = found(readGraphText(`\uFEFF${EDITOR}`));
    expect(api).toBeNull();
    expect([...(editor?.nodes.keys() ?? [])]).toEqual(['1']);
    expect(raw).toEqual(JSON.parse(EDITOR));
  });

  it('is a request to run a graph', () => {
    expect(Object.keys(found(readGraphText(`{"prompt":${API},"client_id":"x"}`)).api ?? {})).toEqual([
      '1',
      '2:3',
    ]);
    // A node may have that name too.
    expect(Object.keys(found(readGraphText('{"prompt":{"class_type":"A","inputs":{}}}')).api ?? {})).toEqual([
      'prompt',
    ]);
  });

  it('is an entry of the history or the queue, alone or as the server answers', () => {
    const entry = `[10,"39d61fa4",${API},{"client_id":"x"},["9"]]`;
    for (const text of [
      entry,
      `{"prompt":${entry},"outputs":{}}`,
      `{"39d61fa4":{"prompt":${entry},"outputs":{},"status":{}}}`,
      `{"queue_running":[${entry}],"queue_pending":[]}`,
      `{"queue_running":[],"queue_pending":[${entry},${entry}]}`,
    ]) {
      expect(stringifyExact(found(readGraphText(text)).api), text).toBe(API);
    }
    expect(sentence(readGraphText('{"queue_running":[],"queue_pending":[]}'))).toMatch(/not a ComfyUI graph/);
    expect(sentence(readGraphText('[1,"a",2]'))).toMatch(/not a ComfyUI graph/);
  });

  it('is both from a picture, or what of it is whole', async () => {
    const both = found(await png({ prompt: API, workflow: EDITOR }));
    expect(both.api).not.toBeNull();
    expect(both.editor).not.toBeNull();
    expect(found(await png({ prompt: '{', workflow: EDITOR })).api).toBeNull();
    expect(found(await png({ prompt: API, workflow: '{"nodes":7}' })).editor).toBeNull();
  });

  it('keeps only what a job needs, inputs always', () => {
    const { api } = found(readGraphText('{"1":{"class_type":"A","is_changed":[NaN],"_meta":5}}'));
    expect(api).toEqual({ 1: { class_type: 'A', inputs: {} } });
  });

  it('takes the ids a server takes', () => {
    expect(found(readGraphText('{"sampler one":{"class_type":"A","inputs":{}}}')).api).toHaveProperty([
      'sampler one',
    ]);
  });
});

describe('bad input gets one sentence', () => {
  it.each([
    ['', 'neither JSON'],
    ['hello', 'neither JSON'],
    ['{"1":{"class_type":"A"', 'neither JSON'],
    ['7', 'not a ComfyUI graph'],
    ['[]', 'not a ComfyUI graph'],
    ['null', 'not a ComfyUI graph'],
    ['{"a":1,"b":{"c":2}}', 'not a ComfyUI graph'],
    ['{}', 'no nodes'],
    ['{"1":{"inputs":{}}}', 'Node 1 has no class_type'],
    ['{"1":{"class_type":"A","inputs":{}},"2":{"class_type":7,"inputs":{}}}', 'Node 2 has no class_type'],
    ['{"1":{"class_type":"A","inputs":{}},"2":5}', 'Node 2 has no class_type'],
    ['{"1":{"class_type":"A","inputs":[]}}', 'inputs of node 1 are not an object'],
    ['{"__proto__":{"class_type":"A","inputs":{}}}', 'id "__proto__", which cannot be used'],
    ['{"1":{"class_type":"A","inputs":{"x":["1","0"]}}}', 'is a list but not a link'],
    ['{"1":{"class_type":"A","inputs":{"x":[1,0]}}}', 'is a list but not a link'],
    ['{"1":{"class_type":"A","inputs":{"x":["9",0]}}}', 'connected to node "9", which is not there'],
    [
      '{"1":{"class_type":"A","inputs":{"x":["constructor",0]}}}',
      'connected to node "constructor", which is not there',
    ],
    [
      '{"1":{"class_type":"A","inputs":{"x":["2",0]}},"2":{"class_type":"A","inputs":{"x":["1",0]}}}',
      'in a circle',
    ],
    ['{"nodes":[5]}', 'nodes[0] of this workflow is not a node'],
    ['{"nodes":[{"id":1}]}', 'nodes[0] of this workflow is not a node'],
    [
      '{"nodes":[{"id":1,"type":"A","widgets_values":"x"}]}',
      'nodes[0].widgets_values of this workflow is not a node',
    ],
    ['{"nodes":[{"id":"one","type":"A"}]}', 'an id that is not a whole number'],
    ['{"nodes":[{"id":1.5,"type":"A"}]}', 'an id that is not a whole number'],
    ['{"nodes":[{"type":"A"}]}', 'an id that is not a whole number'],
    [
      '{"nodes":[{"id":1,"type":"A"},{"id":"1","type":"B"}]}',
      'nodes[1] of this workflow has an id that another has too',
    ],
    ['{"nodes":[],"links":["1-2"]}', 'links[0] of this workflow is not a link'],
    ['{"nodes":[],"links":[[1,1,"a",2,0]]}', 'links[0] of this workflow is not a link'],
    ['{"nodes":[],"links":"none"}', 'its links cannot be read'],
    [
      '{"nodes":[],"definitions":{"subgraphs":[{"id":5}]}}',
      'definitions.subgraphs[0] of this workflow is not a subgraph',
    ],
  ])('%s', (text, part) => {
    expect(sentence(readGraphText(text))).toContain(part);
    expect(sentence(readGraphText(text))).toMatch(/^[A-Z][^\n]*\.$/);
  });

  it('when it is too large', async () => {
    const text = `{"1":{"class_type":"${'A'.repeat(20 * 1024 * 1024)}"}}`;
    expect(sentence(readGraphText(text))).toBe('This is 20 MB of text; graphs are read up to 16 MB.');
    expect(sentence(await readGraphFile(new Uint8Array(MOST_GRAPH_BYTES + 1)))).toContain(
      'graphs are read up to',
    );
  });

  it('when a picture holds nothing, or nothing whole', async () => {
    expect(sentence(await readGraphFile(PLAIN_PNG))).toContain('This PNG file holds no ComfyUI graph');
    expect(sentence(await png({ parameters: 'cat' }))).toContain('holds no ComfyUI graph');
    expect(sentence(await png({ prompt: '{}' }))).toContain('no nodes');
  });

  it('and no stack overflow, however deep or long', () => {
    expect(sentence(readGraphText('['.repeat(1_000_000)))).toContain('neither JSON');
    const deep = `${'['.repeat(100_000)}12345678901234567890${']'.repeat(100_000)}`;
    expect(sentence(readGraphText(deep))).toContain('nested too deeply');
    const nodes = Array.from({ length: 50_000 }, (_, i) => [
      String(i),
      { class_type: 'A', inputs: i > 0 ? { x: [String(i - 1), 0] } : {} },
    ]);
    expect(sentence(readGraphText(JSON.stringify(Object.fromEntries(nodes))))).toBe('no fault');
  });
});
