import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expandPrefix, pngTexts, saveSlot } from './save-image';

let base = '';

beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'darkroom-names-'));
  await mkdir(path.join(base, 'dd'));
  for (const name of ['ComfyUI_00007_.png', 'ComfyUI_x_.png', 'ComfyUIx_00099_.png', 'a_00003_extra.png']) {
    await writeFile(path.join(base, name), '');
  }
});

afterAll(() => rm(base, { recursive: true, force: true }));

test('expands the server tokens, not those of the editor', () => {
  const now = new Date(2026, 1, 3, 4, 5, 6);
  expect(
    expandPrefix('%year%-%month%-%day% %hour%%minute%%second% %width%x%height% %date:yyyy%', 8, 9, now),
  ).toBe('2026-02-03 040506 8x9 %date:yyyy%');
});

describe('slots (API notes §8)', () => {
  test.each([
    ['ComfyUI', '', 'ComfyUI', 8],
    ['a', '', 'a', 4],
    ['dd/', '', 'dd', 1],
    ['dd/x', 'dd', 'x', 1],
    ['new/深い/y', 'new/深い', 'y', 1],
    ['', '', '.', 1],
  ])('%s', async (prefix, subfolder, name, counter) => {
    const slot = await saveSlot(prefix, base, 1, 1);
    expect([slot.subfolder, slot.name, slot.counter]).toEqual([subfolder, name, counter]);
  });

  test.each(['../x', '/abs/x', 'a/../../x'])('%s leaves the folder', async (prefix) => {
    await expect(saveSlot(prefix, base, 1, 1)).rejects.toThrow('outside the output folder');
  });
});

test('text chunks: the prompt, then every key of extra_pnginfo; NaN on request', () => {
  const prompt = { '1': { class_type: 'X', inputs: {} } };
  expect(pngTexts(prompt, { workflow: { id: 'w' }, other: 'é' })).toEqual([
    ['prompt', '{"1": {"class_type": "X", "inputs": {}}}'],
    ['workflow', '{"id": "w"}'],
    ['other', '"\\u00e9"'],
  ]);
  expect(pngTexts(prompt, null, true)[0]?.[1]).toContain('"is_changed": [NaN]');
});
