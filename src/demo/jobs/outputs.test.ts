import { describe, expect, test } from 'vitest';
import { normalizeOutputs, summarizeOutputs } from './outputs';

const saved = { filename: 'a.png', subfolder: '', type: 'output' };
const temp = { filename: 't.png', subfolder: '', type: 'temp' };

describe('which output is shown (API notes §2.1)', () => {
  test('a saved picture before temporary ones before text', () => {
    const { preview, count } = summarizeOutputs({ '1': { text: ['words'] }, '2': { images: [temp, saved] } });
    expect(preview).toEqual({ ...saved, nodeId: '2', mediaType: 'images' });
    expect(count).toBe(2);
  });

  test('text alone is shown truncated and not counted', () => {
    const { preview, count, previewable } = summarizeOutputs({ '1': { text: ['x'.repeat(2000)] } });
    expect(preview).toEqual({ content: 'x'.repeat(1024), truncated: true, nodeId: '1', mediaType: 'text' });
    expect([count, previewable]).toEqual([0, 0]);
  });

  test('flags do not count, unknown files count but are not shown', () => {
    const { preview, count, previewable } = summarizeOutputs({
      '1': { animated: [true], latents: [{ filename: 'a.latent', subfolder: '', type: 'output' }] },
    });
    expect([count, previewable, preview]).toEqual([1, 0, undefined]);
  });

  test('a bare model path becomes a file', () => {
    const outputs = { '1': { result: ['mesh.GLB', null] } };
    const { preview } = summarizeOutputs(outputs);
    const file = { filename: 'mesh.GLB', type: 'output', subfolder: '', mediaType: '3d' };
    expect(preview).toEqual({ ...file, nodeId: '1' });
    expect(normalizeOutputs(outputs)).toEqual({ '1': { result: [file] } });
  });
});
