import { describe, expect } from 'vitest';
import { ComfyClient } from '../../src/comfy/client';
import { toAnnotated } from '../../src/comfy/file-ref';
import type { ApiInput } from '../../src/comfy/graph';
import {
  missingForSelection,
  selectionGraph,
  selectionModels,
  type SelectionWish,
} from '../../src/workflows/selection/selection-graph';
import { storePicture } from './masks';
import { decodePng, picture } from './pictures';
import { it } from './statement';
import {
  connect,
  download,
  finished,
  holdWorker,
  imagesOf,
  post,
  type PromptAnswer,
  unique,
} from './support';

/*
 * The graphs that look for objects, as the editor builds them. Models may be empty files, or not be there: then nothing
 * but their name is refused. A small model, whatever its weights, is run.
 */

const server = await connect();
const client = new ComfyClient({ baseUrl: server.url });
const [WIDTH, HEIGHT] = [96, 72];
/** A bright disc on a dark ground. */
const scene = picture(WIDTH, HEIGHT, (x, y) =>
  Math.hypot(x - 48, y - 36) < 20 ? [240, 190, 40, 255] : [20, 30, 60, 255],
);

const at = { x: 48, y: 36 };
const WISHES: [string, SelectionWish][] = [
  ['words', { kind: 'words', text: 'disc, moon:3' }],
  ['a point', { kind: 'points', positive: [at], negative: [] }],
  ['points on it and not on it', { kind: 'points', positive: [at], negative: [{ x: 3, y: 4 }] }],
  ['a box', { kind: 'box', box: { x: 26.4, y: 14.6, width: 44, height: 44 } }],
  ['the subject', { kind: 'subject' }],
  ['the background', { kind: 'background' }],
];
const FACES: [string, SelectionWish][] = [
  ['a face', { kind: 'face', parts: ['face_oval'] }],
  ['lips and eyes', { kind: 'face', parts: ['lips', 'left_eye', 'right_eye'] }],
];
// Part of ComfyUI since the middle of 2026; it had SAM 3 a little earlier.
const hasFaces = 'MediaPipeFaceMask' in server.nodes;

const infos = await client.objectInfo();
const image = toAnnotated((await storePicture(client, scene)).ref);

/** A model that may be run. */
function smallModel(wish: SelectionWish): string | undefined {
  return selectionModels(wish, infos).find((name) => server.isDemo || name.startsWith('tiny-'));
}

function statements(wishes: [string, SelectionWish][]): void {
  it.each(wishes)('needs a model at most: %s', (_name, wish) => {
    const missing = missingForSelection(wish, infos).map(({ kind }) => kind);
    expect(missing).toEqual(selectionModels(wish, infos).length > 0 ? [] : ['model']);
  });

  it.each(wishes)('is taken by the server: %s', async (_name, wish) => {
    const [model] = selectionModels(wish, infos);
    const options = { image, threshold: 0.5, refine: 2 };
    const { graph } = selectionGraph(wish, model ?? 'none.safetensors', options);
    // Nothing of it runs: the worker is busy until the job is gone.
    const hold = await holdWorker({ client_id: unique('busy') });
    try {
      const answer = await post('/prompt', { prompt: graph });
      const { prompt_id, node_errors } = answer.json<PromptAnswer>();
      await post('/queue', { delete: [prompt_id] });
      const refused = Object.values(node_errors).flatMap(({ errors }) => errors.map(({ type }) => type));
      expect(refused).toEqual(model === undefined ? ['value_not_in_list'] : []);
      expect(answer.status).toBe(model === undefined ? 400 : 200);
    } finally {
      await hold.release();
    }
  });

  // Real models are left alone: they may be slow and large.
  it.each(wishes.filter(([, wish]) => smallModel(wish)))(
    'brings masks of the size of the picture: %s',
    { timeout: 900_000 },
    async (_name, wish) => {
      const options = { image, threshold: 0, refine: 1 };
      const { graph, result } = selectionGraph(wish, smallModel(wish) ?? '', options);
      const { promptId } = await client.queuePrompt({ graph });
      const masks = imagesOf(await finished(promptId, 890_000), result);
      expect(masks.length).toBeGreaterThan(0);
      for (const file of masks) {
        const { width, height, rgba } = decodePng(await download(file));
        expect([width, height]).toEqual([WIDTH, HEIGHT]);
        const grey = rgba.every((value, place) => place % 4 === 3 || value === rgba[place - (place % 4)]);
        expect(grey).toBe(true);
      }
    },
  );
}

if (server.does('findsObjects')) {
  describe('looking for something', () => {
    statements(WISHES);
  });
} else {
  describe('before there was anything to look with', () => {
    it.each(WISHES)('says which nodes are missing: %s', (_name, wish) => {
      expect(missingForSelection(wish, infos).map(({ kind }) => kind)).toContain('node');
    });
  });
}

if (hasFaces) {
  describe('looking for faces', () => {
    statements(FACES);

    const [, [, lipsAndEyes]] = FACES as [unknown, [string, SelectionWish]];
    /** What is wrong with the node that draws the mask when its inputs are changed; the job does not run. */
    const faultsOf = async (change: (inputs: Record<string, ApiInput>) => void): Promise<unknown> => {
      const options = { image, threshold: 0.5, refine: 2 };
      const { graph } = selectionGraph(lipsAndEyes, selectionModels(lipsAndEyes, infos)[0] ?? '', options);
      const [id, node] =
        Object.entries(graph).find(([, one]) => one.class_type === 'MediaPipeFaceMask') ?? [];
      if (id === undefined || !node) {
        throw new Error('no node draws the mask');
      }
      change(node.inputs);
      const hold = await holdWorker({ client_id: unique('busy') });
      try {
        const { prompt_id, node_errors } = (await post('/prompt', { prompt: graph })).json<PromptAnswer>();
        await post('/queue', { delete: [prompt_id] });
        return (node_errors[id]?.errors ?? []).map(({ type, details, extra_info }) => [
          type,
          details,
          extra_info.input_name,
        ]);
      } finally {
        await hold.release();
      }
    };

    it('asks for every input that comes with what is chosen, by its own name', async () => {
      const faults = await faultsOf((inputs) => {
        delete inputs['regions.lips'];
      });
      expect(faults).toEqual([['required_input_missing', 'lips', 'regions.lips']]);
    });

    it('asks for no more than comes with what is chosen', async () => {
      const faults = await faultsOf((inputs) => {
        inputs.regions = 'all';
        delete inputs['regions.lips'];
      });
      expect(faults).toEqual([]);
    });

    it('takes a choice that is not there, and no choice, unseen', async () => {
      expect(
        await faultsOf((inputs) => {
          inputs.regions = 'nose';
        }),
      ).toEqual([]);
      expect(
        await faultsOf((inputs) => {
          delete inputs.regions;
        }),
      ).toEqual([]);
    });
  });
}
