import { describe, expect, it } from 'vitest';
import { collectOutputs, collectTexts, mediaOf } from './outputs';

function file(filename: string, type = 'output', more: object = {}): object {
  return { filename, subfolder: '', type, ...more };
}

describe('mediaOf', () => {
  it.each([
    ['a.png', 'image'],
    ['a.PNG', 'image'],
    ['a.jpeg', 'image'],
    ['a.webp', 'image'],
    ['a.gif', 'image'],
    ['a.apng', 'image'],
    ['a.svg', 'image'],
    ['a.mp4', 'video'],
    ['a.webm', 'video'],
    ['a.MKV', 'video'],
    ['a.flac', 'audio'],
    ['a.mp3', 'audio'],
    ['a.exr', 'other'],
    ['a.glb', 'other'],
    ['a.latent', 'other'],
    ['png', 'other'],
    ['a.png.txt', 'other'],
  ])('%s is %s', (filename, media) => {
    expect(mediaOf({ filename, subfolder: '', type: 'output' })).toBe(media);
  });
});

describe('collectOutputs', () => {
  it('takes files under any key and leaves flags and texts', () => {
    const outputs = collectOutputs({
      '9': { images: [file('a.png')], animated: [false] },
      '10': { gifs: [file('b.gif', 'output', { format: 'image/gif', frame_rate: 6 })] },
      '11': { text: ['a caption', 'cat.png'], '3d': [file('m.glb')], dims: [512, '512'] },
      '12': { images: [file('clip.mp4')], animated: [true] },
    });
    expect(outputs.map(({ nodeId, index, media, ref }) => [nodeId, index, media, ref.filename])).toEqual([
      ['9', 0, 'image', 'a.png'],
      ['10', 1, 'image', 'b.gif'],
      ['11', 2, 'other', 'm.glb'],
      ['12', 3, 'video', 'clip.mp4'],
    ]);
  });

  it.each([
    ['mesh/a.glb', { filename: 'a.glb', subfolder: 'mesh', type: 'output' }],
    ['3d\\sub\\b.OBJ', { filename: 'b.OBJ', subfolder: '3d\\sub', type: 'output' }],
    ['c.ply [temp]', { filename: 'c.ply', subfolder: '', type: 'temp' }],
    ['/mnt/elsewhere/d.mp4', { filename: 'd.mp4', subfolder: '/mnt/elsewhere', type: 'output' }],
  ])('takes the file that is named by its path alone: %s', (path, ref) => {
    const outputs = collectOutputs({ '7': { result: [path, null, { position: [0, 0, 1] }] } });
    expect(outputs.map((output) => output.ref)).toEqual([ref]);
  });

  it.each([['GLB'], ['.glb'], ['a mesh of a fox'], ['two lines\n.png'], ['f'], ['']])(
    'takes no other string for a file: %j',
    (text) => {
      expect(collectOutputs({ '7': { result: [text, null] } })).toEqual([]);
    },
  );

  it('knows the picture that was saved with a video', () => {
    const video = { ...file('a.mp4', 'temp'), format: 'video/h265-mp4', workflow: 'a.png' };
    const [output] = collectOutputs({
      '7': { gifs: [video, { ...file('b.png'), workflow: 'c.png' }] },
    }).filter(({ media }) => media === 'video');
    expect(output?.poster).toEqual({ filename: 'a.png', subfolder: '', type: 'temp' });
    expect(
      collectOutputs({ '7': { gifs: [{ ...file('b.png'), workflow: 'c.png' }] } })[0],
    ).not.toHaveProperty('poster');
  });

  it('counts a file once that is named both ways', () => {
    const outputs = collectOutputs({
      '7': { '3d': [{ filename: 'a.glb', subfolder: 'mesh', type: 'output' }], result: ['mesh/a.glb', null] },
    });
    expect(outputs).toHaveLength(1);
  });

  it('puts what was saved before what was only shown', () => {
    const outputs = collectOutputs({
      '1': { images: [file('preview.png', 'temp')] },
      '2': { images: [file('saved.png'), file('saved2.png')] },
    });
    expect(outputs.map(({ index, ref }) => [index, ref.filename])).toEqual([
      [0, 'saved.png'],
      [1, 'saved2.png'],
      [2, 'preview.png'],
    ]);
  });

  it('counts a file once, and files in different folders apart', () => {
    const outputs = collectOutputs({
      '1': { images: [file('a.png'), file('a.png')] },
      '2': {
        images: [file('a.png'), file('a.png', 'temp'), { filename: 'a.png', subfolder: 'x', type: 'output' }],
      },
    });
    expect(outputs.map(({ nodeId, ref }) => [nodeId, ref.subfolder, ref.type])).toEqual([
      ['1', '', 'output'],
      ['2', 'x', 'output'],
      ['2', '', 'temp'],
    ]);
  });

  it('has nothing of nothing', () => {
    expect(collectOutputs({})).toEqual([]);
    expect(collectOutputs({ '1': {} })).toEqual([]);
  });
});

describe('collectTexts', () => {
  it('takes the words under the keys that hold text, and nothing else', () => {
    const texts = collectTexts({
      '9': { images: [file('a.png')], animated: [false], result: ['mesh.glb'] },
      '10': { text: [' a caption\nof two lines ', '', 7, null], tags: ['1girl, solo'] },
    });
    expect(texts).toEqual([
      { nodeId: '10', text: 'a caption\nof two lines' },
      { nodeId: '10', text: '1girl, solo' },
    ]);
  });

  it('puts a text together that the server took apart', () => {
    expect(collectTexts({ '1': { text: [...'hello 🦊'] } })).toEqual([{ nodeId: '1', text: 'hello 🦊' }]);
    expect(
      collectTexts({ '1': { text: ['y'] }, '2': { text: ['a', 'bc'] } }).map(({ text }) => text),
    ).toEqual(['y', 'a', 'bc']);
  });

  it('keeps what a list of jobs can bear', () => {
    const texts = collectTexts({ '1': { text: Array.from({ length: 30 }, () => 'x'.repeat(9000)) } });
    expect(texts).toHaveLength(20);
    expect(texts[0]?.text).toMatch(/^x{8000}…$/);
  });
});
