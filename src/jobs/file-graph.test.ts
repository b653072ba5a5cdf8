import { describe, expect, it } from 'vitest';
import { ComfyClient } from '../comfy/client';
import { type PictureSource, serverPictures } from '../comfy/picture-source';
import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from '../comfy/png';
import { summarizeGraph } from '../comfy/graph-summary';
import { readFromFile } from './file-graph';

const EMPTY_PNG = concatBytes([
  PNG_SIGNATURE,
  pngChunk('IHDR', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0)),
  pngChunk('IDAT', new Uint8Array(400_000)),
]);
const PROMPT = `{"3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "steps": 20,
  "positive": ["6", 0], "negative": ["6", 0], "denoise": NaN}},
  "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a harbour"}}, "7": {"class_type": "Odd"}}`;

let range: string | undefined;

function picturesOf(file: Uint8Array, status = 206): PictureSource {
  return serverPictures(
    new ComfyClient({
      baseUrl: '',
      fetch: (_url, init) => {
        range = (init?.headers as Record<string, string>)['range'];
        return Promise.resolve(new Response(file.slice(0, 256 * 1024), { status }));
      },
    }),
  );
}

const ref = { filename: 'a.png', subfolder: '', type: 'output' as const };
const { signal } = new AbortController();

describe('a forgotten job', () => {
  it('is read from the head of its PNG, every number exact', async () => {
    const png = insertPngText(EMPTY_PNG, [
      ['prompt', PROMPT],
      ['workflow', '{"id": "w", "seed": 9007199254740993}'],
      ['Software', 'not json'],
    ]);
    const job = await readFromFile(picturesOf(png), ref, signal);
    expect(range).toBe('bytes=0-65535');
    expect(summarizeGraph(job?.graph ?? {}, null)).toMatchObject({
      seed: 18446744073709551615n,
      steps: 20,
      prompt: 'a harbour',
    });
    expect(job?.graph['7']).toEqual({ class_type: 'Odd', inputs: {} });
    expect(job?.pngInfo).toEqual({ workflow: { id: 'w', seed: 9007199254740993n } });
  });

  it.each([
    ['a file without metadata', EMPTY_PNG, 206],
    ['a prompt that is no graph', insertPngText(EMPTY_PNG, [['prompt', '[1, 2]']]), 206],
    ['a prompt that is no JSON', insertPngText(EMPTY_PNG, [['prompt', '{']]), 206],
    ['bytes that are no PNG', new Uint8Array(64), 206],
    ['a file that is gone', EMPTY_PNG, 404],
  ])('stays unknown with %s', async (_name, file, status) => {
    expect(await readFromFile(picturesOf(file, status), ref, signal)).toBeNull();
  });

  it('is not looked for in other kinds of files', async () => {
    range = undefined;
    expect(await readFromFile(picturesOf(EMPTY_PNG), { ...ref, filename: 'a.glb' }, signal)).toBeNull();
    expect(range).toBeUndefined();
  });
});
