import { beforeAll, describe, expect } from 'vitest';
import { ComfyClient } from '../../src/comfy/client';
import { MaskUploader } from '../../src/editor/upload/mask-upload';
import type { EditorPicture } from '../../src/editor/model/editor-types';
import { offerModels } from '../../src/workflows/families/offer';
import { writeLoras } from '../../src/workflows/lora-stack';
import { canvasSize } from '../../src/workflows/outpaint';
import { fillValues, type NodeInfos, type RecipeInput, recipeInput } from '../../src/workflows/recipe';
import { paintMask, pictureFrom, storePicture } from './masks';
import { picture, type Picture } from './pictures';
import { it } from './statement';
import { connect } from './support';

const server = await connect();
const client = new ComfyClient({ baseUrl: server.url });
const uploader = new MaskUploader(client);
const [WIDTH, HEIGHT] = [151, 117];
const original = picture(WIDTH, HEIGHT, (x, y) => [
  (x * 37 + y * 11) % 256,
  (x * 5 + y * 53) % 256,
  (x * y) % 256,
  255,
]);

/** A disc with a soft rim of 8 px. */
const mask = paintMask(WIDTH, HEIGHT, (x, y) =>
  Math.round(255 * Math.min(1, Math.max(0, (34 - Math.hypot(x - 80, y - 60)) / 8))),
);

const extend = { left: 24, top: 0, right: 0, bottom: 9, overlap: 0 };
const CASES: [string, Partial<RecipeInput>][] = [
  ['an area', { area: { x: 31, y: 13, width: 101, height: 97 }, working: { width: 128, height: 120 } }],
  ['the whole picture', {}],
  ['a picture that is extended', { extend }],
];

/** Places of the original that look different in the result. */
function changed(result: Picture, { left, top }: { left: number; top: number }): number[] {
  const at = (image: Picture, x: number, y: number): string => {
    const from = (y * image.width + x) * 4;
    return image.rgba.subarray(from, from + 3).join();
  };
  return Array.from({ length: WIDTH * HEIGHT }, (_, index) => index).filter((index) => {
    const [x, y] = [index % WIDTH, Math.floor(index / WIDTH)];
    return at(original, x, y) !== at(result, x + left, y + top);
  });
}

// A real server's models are its owner's, large and slow.
if (server.isDemo) {
  describe.each([
    ['model-z-image-turbo', 'KSampler'],
    ['model-flux-dev', 'KSampler'],
    ['model-flux-fill', 'InpaintModelConditioning'],
    ['model-qwen-image', 'KSampler'],
  ])('the recipe %s', (id, className) => {
    let infos: NodeInfos;
    let stored: EditorPicture;

    beforeAll(async () => {
      infos = await client.objectInfo();
      stored = await storePicture(client, original);
    });

    it.each(CASES)('changes nothing outside the mask of %s', async (_name, more) => {
      const recipe = offerModels(infos).recipes.find((one) => one.id === id);
      expect(recipe?.lacks).toEqual([]);
      const { source } = await uploader.bring(mask.exportMask, stored, { lane: 'mask' });
      const fields = recipe?.fields(infos) ?? [];
      const lora = fields.find(({ kind }) => kind === 'loras');
      const loras = lora?.kind === 'loras' ? [{ name: lora.options[0]?.value ?? '', strength: 0.5 }] : [];
      const values = fillValues(fields, { prompt: 'a door', seed: 3, steps: 2, loras: writeLoras(loras) });
      const graph = recipe?.build(recipeInput(source, stored, more), values, infos) ?? {};
      const classes = Object.values(graph).map(({ class_type }) => class_type);
      expect(classes).toEqual(expect.arrayContaining([className, 'UNETLoader', 'LoraLoaderModelOnly']));

      const result = await pictureFrom(client, graph);
      const size = canvasSize(stored, more.extend ?? null);
      expect([result.width, result.height]).toEqual([size.width, size.height]);
      const moved = changed(result, more.extend ?? { left: 0, top: 0 });
      expect(moved.filter((index) => mask.values[index] === 0)).toEqual([]);
      expect(moved.length).toBeGreaterThan(1500);
    });
  });
}
