import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { ApiGraph } from '../../comfy/graph';
import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from '../../comfy/png';
import type { ComfyContext } from '../../jobs/context';
import type { JobGraph } from '../../jobs/state/job';
import { MERGE, recordFor, writeRecord } from '../../workflows/darkroom-record';
import { INFOS } from '../../workflows/convert/fixtures/infos';
import { recipeInput } from '../../workflows/recipe';
import { checkpointGraph } from '../../workflows/surgery/fixtures/small-graphs';
import { PictureSetup } from './picture-setup.svelte';

const file = (filename: string): FileRef => ({ filename, subfolder: '', type: 'output' });
const PNG = concatBytes([
  PNG_SIGNATURE,
  pngChunk('IHDR', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0)),
]);
const PASTE: ApiGraph = {
  a: { class_type: 'LoadImage', inputs: { image: 'a.png' } },
  b: { class_type: 'SaveImage', inputs: { images: ['a', 0] } },
};

/** A server that knows the jobs of some files, and the contents of others. */
function setupOf(jobs: Record<string, JobGraph>, files: Record<string, Uint8Array> = {}): PictureSetup {
  const client = new ComfyClient({
    baseUrl: '',
    fetch: (url: RequestInfo | URL) => {
      const name = new URL(url as string, 'http://comfy.test').searchParams.get('filename') ?? '';
      const bytes = files[name];
      return Promise.resolve(bytes ? new Response(bytes.slice()) : new Response(null, { status: 404 }));
    },
  });
  const known = new Map(
    Object.entries(jobs).map(([name, graph]) => [fileRefKey(file(name)), { name, graph }]),
  );
  const context = {
    client,
    jobs: {
      items: {
        byFile: (ref: FileRef) => {
          const made = known.get(fileRefKey(ref));
          return made && { job: { id: made.name }, output: { nodeId: '9' } };
        },
      },
      graph: (id: string) => Promise.resolve(jobs[id] ?? null),
    },
  };
  return new PictureSetup(context as unknown as ComfyContext, () => Promise.resolve(INFOS));
}

describe('the graph of the open picture', () => {
  it('comes from its job, with the node that saved it', async () => {
    const setup = setupOf({ 'a.png': { graph: checkpointGraph(), pngInfo: {} } });
    await setup.find(file('a.png'));
    expect(setup.made).toEqual({ graph: checkpointGraph(), output: '9', files: {} });
  });

  it('has prompts as they were typed, not as they were sent', async () => {
    const graph = checkpointGraph();
    const darkroom = { recipe: 'same-setup', prompts: [{ typed: '{a|b} cat', sent: 'a cat' }] };
    const setup = setupOf({ 'a.png': { graph, pngInfo: { darkroom } } });
    await setup.find(file('a.png'));
    expect(setup.made?.graph['6']?.inputs['text']).toBe('{a|b} cat');
  });

  it('comes from the file itself when no job is known, as for a dropped one', async () => {
    const png = insertPngText(PNG, [['prompt', '{"1": {"class_type": "KSampler", "inputs": {}}}']]);
    const setup = setupOf({}, { 'a.png': png });
    await setup.find(file('a.png'));
    expect(setup.made).toEqual({
      graph: { '1': { class_type: 'KSampler', inputs: {} } },
      output: null,
      files: {},
    });
  });

  it('comes from other formats too', async () => {
    const graph = { '1': { class_type: 'KSampler', inputs: {} } };
    const webp = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
      .withExif({ IFD0: { Model: `prompt:${JSON.stringify(graph)}` } })
      .webp()
      .toBuffer();
    const setup = setupOf({}, { 'a.webp': webp, 'b.webp': PNG.slice(0, 4) });
    await setup.find(file('a.webp'));
    expect(setup.made?.graph).toEqual(graph);
    await setup.find(file('b.webp'));
    expect(setup.made).toBeNull();
    await setup.find(file('gone.webp'));
    expect(setup.made).toBeNull();
  });

  it('is made of the editor’s workflow where the file has nothing else', async () => {
    const workflow = (type: string): [string, string][] => [
      [
        'workflow',
        JSON.stringify({ nodes: [{ id: 4, type, widgets_values: ['b.safetensors'] }], links: [] }),
      ],
    ];
    const setup = setupOf(
      {},
      {
        'a.png': insertPngText(PNG, workflow('Load')),
        'b.png': insertPngText(PNG, workflow('Not installed')),
      },
    );
    await setup.find(file('a.png'));
    expect(setup.made?.graph).toMatchObject({
      '4': { class_type: 'Load', inputs: { ckpt_name: 'b.safetensors' } },
    });
    expect(setup.unread).toBeNull();
    await setup.find(file('b.png'));
    expect(setup.made).toBeNull();
    expect(setup.unread).toEqual({
      problems: [{ kind: 'unknown-class', node: { id: '4', title: 'Not installed', type: 'Not installed' } }],
    });
  });

  it('says why where what a file holds is damaged, and nothing where it holds nothing', async () => {
    const setup = setupOf({}, { 'a.png': insertPngText(PNG, [['workflow', '{"nodes": [']]), 'b.png': PNG });
    await setup.find(file('a.png'));
    expect(setup.unread).toEqual({ fault: { kind: 'not-json' } });
    await setup.find(file('b.png'));
    expect([setup.made, setup.unread]).toEqual([null, null]);
  });

  it('is that of the picture before where something was only pasted', async () => {
    const source = { kind: 'masked', ref: file('m.png') } as const;
    const record = recordFor(
      MERGE,
      recipeInput(source, { width: 8, height: 8 }),
      {},
      { parent: file('a.png') },
    );
    const setup = setupOf({
      'a.png': { graph: checkpointGraph(), pngInfo: {} },
      'b.png': { graph: PASTE, pngInfo: { darkroom: writeRecord(record) } },
    });
    await setup.find(file('b.png'));
    expect(setup.made?.graph).toEqual(checkpointGraph());
  });

  it('is at least the one that says what is missing', async () => {
    const setup = setupOf({ 'b.png': { graph: PASTE, pngInfo: {} } });
    await setup.find(file('b.png'));
    expect(setup.made?.graph).toEqual(PASTE);
  });

  it('is unknown for a picture that tells none, and is not that of a picture asked for before', async () => {
    const setup = setupOf({ 'a.png': { graph: checkpointGraph(), pngInfo: {} } }, { 'c.png': PNG });
    const first = setup.find(file('a.png'));
    const second = setup.find(file('c.png'));
    await Promise.all([first, second]);
    expect(setup.made).toBeNull();
  });

  it('uses another file where one is missing', async () => {
    const setup = setupOf({ 'a.png': { graph: checkpointGraph(), pngInfo: {} } });
    await setup.find(file('a.png'));
    setup.replace('x.safetensors', 'y.safetensors');
    expect(setup.made?.files).toEqual({ 'x.safetensors': 'y.safetensors' });
  });
});
