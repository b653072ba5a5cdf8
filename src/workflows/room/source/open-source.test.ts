import { beforeAll, describe, expect, it } from 'vitest';
import { ComfyError } from '../../../comfy/errors';
import { type ExactJson, stringifyExact } from '../../../comfy/exact-json';
import type { ApiGraph } from '../../../comfy/graph';
import { insertPngText, concatBytes, PNG_SIGNATURE, pngChunk } from '../../../comfy/png';
import { loadWords } from '../../../i18n/index.svelte';
import { INFOS } from '../../convert/fixtures/infos';
import type { SavedForm } from '../../saved-forms';
import { formFile } from '../forms/form-actions';
import { type Opened, openFile, openPlace, openText, type SourceServices } from './open-source';

const GRAPH = { '3': { class_type: 'KSampler', inputs: { seed: 18446744073709551615n } } };
const TEXT = stringifyExact(GRAPH);
const EDITOR = {
  nodes: [
    { id: 1, type: 'Nowhere' },
    { id: 2, type: 'Neither' },
  ],
  links: [],
};
const PNG = concatBytes([
  PNG_SIGNATURE,
  pngChunk('IHDR', new Uint8Array(13)),
  pngChunk('IEND', new Uint8Array()),
]);

interface Have {
  files?: Record<string, ExactJson | Error>;
  job?: { graph: ApiGraph; pngInfo: object } | ExactJson;
  forms?: SavedForm[];
  media?: Uint8Array;
}

function services({ files = {}, job, forms = [], media }: Have = {}): SourceServices {
  const file = (path: string): Promise<ExactJson | null> => {
    const found = files[path] ?? null;
    return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  };
  return {
    client: { optionalJson: file, readUserdata: file },
    jobs: { graph: () => Promise.resolve((job ?? null) as never) },
    pictures: { read: () => Promise.resolve(new Blob([(media ?? PNG) as BlobPart])) },
    forms: { get: (id) => forms.find((form) => form.id === id) },
    infos: () => Promise.resolve(INFOS),
    templates: () =>
      Promise.resolve([
        {
          title: 'Image',
          templates: [{ pack: '', name: 't', title: 'Nice', about: '', tags: [], picture: null }],
        },
      ]),
  };
}

const file = (bytes: BlobPart, name: string): File => new File([bytes], name);

function reasons(result: Opened): readonly string[] {
  return result.ok ? [] : result.reasons;
}

describe('opening', () => {
  beforeAll(() => loadWords('workflows'));

  it('a file or a text gives its graph, exact, under its name', async () => {
    const result = await openFile(file(TEXT, 'my graph.json'), services());
    expect(result).toMatchObject({ ok: true, opened: { title: 'my graph', graph: GRAPH, pngInfo: {} } });
    expect(await openText(TEXT, 'Pasted', services())).toMatchObject({
      ok: true,
      opened: { title: 'Pasted' },
    });
  });

  it('a picture gives what ran, and carries the workflow of the editor on', async () => {
    const bytes = insertPngText(PNG, [
      ['prompt', TEXT],
      ['workflow', JSON.stringify(EDITOR)],
    ]);
    expect(await openFile(file(bytes as BlobPart, 'a.png'), services())).toMatchObject({
      ok: true,
      opened: { graph: GRAPH, pngInfo: { workflow: EDITOR } },
    });
  });

  it('a form exported as a file comes back with its name and layout', async () => {
    const form = { name: 'My form', graph: GRAPH, layout: { pins: [1] } };
    const text = await formFile(form).text();
    expect(await openFile(file(text, 'x.darkroom-form.json'), services())).toMatchObject({
      ok: true,
      opened: { title: 'My form', graph: GRAPH, layout: { pins: [1] } },
    });
  });

  it('says every reason why a workflow does not convert', async () => {
    const told = reasons(await openText(JSON.stringify(EDITOR), 'x', services()));
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/node 1, “Nowhere”/);
  });

  it('a job without a file is called by its workflow, its words or what makes its picture', async () => {
    const place = { kind: 'job', id: '0123456789abcdef', file: null } as const;
    const titleOf = async (graph: ApiGraph, pngInfo = {}): Promise<string | null> => {
      const result = await openPlace(place, services({ job: { graph, pngInfo } }));
      return result.ok ? result.opened.title : null;
    };
    const inverted: ApiGraph = {
      '1': { class_type: 'LoadImage', inputs: { image: 'a.png' } },
      '2': { class_type: 'ImageInvert', inputs: { image: ['1', 0] }, _meta: { title: 'Invert the picture' } },
      '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'ComfyUI' } },
    };
    expect(await titleOf(inverted)).toBe('Invert the picture');
    expect(await titleOf(inverted, { workflow: { name: 'Negatives' } })).toBe('Negatives');
    const words: ApiGraph = {
      p: { class_type: 'CLIPTextEncode', inputs: { text: 'a meadow\n  at dawn' } },
      s: { class_type: 'KSampler', inputs: { positive: ['p', 0] } },
      o: { class_type: 'SaveImage', inputs: { images: ['s', 0] } },
    };
    expect(await titleOf(words)).toBe('a meadow at dawn');
    expect(await titleOf({})).toBe('01234567');
  });

  it('a job starts from what was typed, or else from the file it made', async () => {
    const place = {
      kind: 'job',
      id: 'j',
      file: { filename: 'a.png', subfolder: '', type: 'output' },
    } as const;
    const darkroom = { recipe: 'form', prompts: [{ typed: '{a|b}', sent: 'b' }] };
    const job = {
      graph: { '6': { class_type: 'CLIPTextEncode', inputs: { text: 'b' } } },
      pngInfo: { darkroom },
    };
    const opened = await openPlace(place, services({ job }));
    expect(opened).toMatchObject({ ok: true, opened: { graph: { '6': { inputs: { text: '{a|b}' } } } } });
    const media = insertPngText(PNG, [['prompt', TEXT]]);
    expect(await openPlace(place, services({ media }))).toMatchObject({ ok: true, opened: { graph: GRAPH } });
    expect(reasons(await openPlace({ ...place, file: null }, services()))[0]).toMatch(/remembers this job/);
  });

  it('a template has the title of its index, a workflow of the server the name of its file', async () => {
    const files = { '/templates/t.json': GRAPH, 'workflows/sub/w.json': GRAPH } as unknown as Record<
      string,
      ExactJson
    >;
    expect(await openPlace({ kind: 'template', pack: '', name: 't' }, services({ files }))).toMatchObject({
      ok: true,
      opened: { title: 'Nice' },
    });
    expect(await openPlace({ kind: 'server', path: 'sub/w.json' }, services({ files }))).toMatchObject({
      ok: true,
      opened: { title: 'w' },
    });
  });

  it('what is gone, broken or out of reach says so, and whether to try again', async () => {
    const broken = new ComfyError('invalid', 'the answer is not JSON', { path: '/userdata' });
    const silent = new ComfyError('unreachable', 'silence', { path: '/userdata' });
    const at = (path: string) => ({ kind: 'server', path }) as const;
    const have = services({ files: { 'workflows/broken.json': broken, 'workflows/away.json': silent } });
    expect(await openPlace(at('gone.json'), have)).toMatchObject({ ok: false, again: false });
    expect(reasons(await openPlace(at('broken.json'), have))[0]).toMatch(/neither a workflow/);
    expect(await openPlace(at('away.json'), have)).toMatchObject({ ok: false, again: true });
    expect(reasons(await openPlace({ kind: 'form', id: 'x' }, have))[0]).toMatch(/no saved form/);
    expect(reasons(await openPlace({ kind: 'kept', id: 'x' }, have))[0]).toMatch(/no longer keeps/);
  });
});
