import { describe, expect, it } from 'vitest';
import { ComfyClient } from '../../comfy/client';
import { type PictureSource, serverPictures } from '../../comfy/picture-source';
import { concatBytes, insertPngText, PNG_SIGNATURE, pngChunk } from '../../comfy/png';
import { summarizeGraph } from '../../comfy/graph-summary';
import { originalPrompt } from './making.svelte';

const EMPTY_PNG = concatBytes([
  PNG_SIGNATURE,
  pngChunk('IHDR', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0)),
  pngChunk('IDAT', new Uint8Array(64)),
]);
const PROMPT = `{"3": {"class_type": "KSampler", "inputs": {"seed": 5, "positive": ["6", 0], "negative": ["6", 0]}},
  "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a harbour"}}}`;

function picturesOf(file: Uint8Array, status = 206): PictureSource {
  return serverPictures(
    new ComfyClient({
      baseUrl: '',
      fetch: () => Promise.resolve(new Response(file.slice(), { status })),
    }),
  );
}

const ref = { filename: 'a.png', subfolder: '', type: 'output' as const };
const { signal } = new AbortController();

describe('the prompt of the original', () => {
  const refOf = (filename: string): typeof ref => ({ ...ref, filename });
  /** Jobs by the file they made: its prompt, and the file it was made from. */
  const library = (jobs: Record<string, [prompt: string | null, parent: string | null]>) => ({
    byFile: ({ filename }: { filename: string }) => {
      const [prompt, parent] = jobs[filename] ?? [];
      return prompt === undefined
        ? undefined
        : ({
            job: {
              summary: { ...summarizeGraph({}, null), prompt },
              darkroom: { recipe: 'inpaint', parent: parent == null ? null : refOf(parent), mask: null },
            },
          } as never);
    },
  });
  const nothing = picturesOf(EMPTY_PNG, 404);

  it('is that of the first picture, however many edits came after it', async () => {
    const items = library({
      'second.png': ['a cup', 'first.png'],
      'first.png': ['a hand', 'original.png'],
      'original.png': ['a long story', null],
    });
    expect(await originalPrompt(nothing, items, refOf('second.png'), signal)).toBe('a long story');
  });

  it('is that of the earliest edit that has one', async () => {
    const items = library({ 'first.png': ['a hand', 'drawn.png'], 'drawn.png': [null, null] });
    expect(await originalPrompt(nothing, items, refOf('first.png'), signal)).toBe('a hand');
  });

  it('is read from the file when its job is forgotten', async () => {
    const record = '{"recipe": "inpaint", "parent": {"filename": "r.png", "subfolder": "", "type": "input"}}';
    const png = insertPngText(EMPTY_PNG, [
      ['prompt', PROMPT],
      ['darkroom', record],
    ]);
    expect(await originalPrompt(picturesOf(png), library({}), refOf('f.png'), signal)).toBe('a harbour');
    const items = library({ 'r.png': ['a long story', null] });
    expect(await originalPrompt(picturesOf(png), items, refOf('f.png'), signal)).toBe('a long story');
  });

  it('is none where nothing was edited, and ends where files name each other', async () => {
    expect(await originalPrompt(nothing, library({}), null, signal)).toBeNull();
    expect(await originalPrompt(nothing, library({}), refOf('gone.png'), signal)).toBeNull();
    const round = library({ 'a.png': ['one', 'b.png'], 'b.png': ['two', 'a.png'] });
    expect(await originalPrompt(nothing, round, refOf('a.png'), signal)).toBe('two');
  });
});
