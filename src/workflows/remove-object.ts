import type { ApiInput, NodeLink } from '../comfy/graph';
import { randomSeed } from '../comfy/graph-seeds';
import { AREA_NODES, cutOut, pasteBack } from './area-graph';
import { GraphBuilder } from './graph-builder';
import { clipArea, workingSize } from './inpaint-area';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import { defaultOf } from './input-values';
import { displayName } from './recipe-data';
import {
  fillValues,
  missingNodes,
  type NodeInfos,
  type Recipe,
  type RecipeField,
  type RecipeInput,
  type RecipeValues,
  specOf,
} from './recipe';
import { RECIPE_TITLES } from './recipe-title';

const ID = 'remove-object';

/** Nodes that fill a mask from what is around it, all of them LaMa, by the names their packs give them. */
const ERASERS: Readonly<Record<string, string>> = {
  LamaRemover: 'LaMa (comfyui-lama-remover)',
  AILab_LamaRemover: 'LaMa (ComfyUI-RMBG)',
  'LayerUtility: LaMa': 'LaMa (ComfyUI_LayerStyle)',
};
/** Of comfyui-inpaint-nodes: loads LaMa or MAT, and fills with it. */
const LOADER = 'INPAINT_LoadInpaintModel';
const FILLER = 'INPAINT_InpaintWithModel';
/** What lies in the same folder, and fills nothing by itself. */
const NO_FILLER = /\.patch$|fooocus|_head\./i;
/** How a checkpoint made for filling is known. */
const FILLS = /inpaint|[-_. ]fill/i;
/** Between these sizes, in px, checkpoints know what belongs together. */
const TRAINED = { least: 512 * 512, most: 1024 * 1024 };
/** Every pixel that the result covers, however little, is taken out. */
const ALL = 0;

/** Removers by the kind and the name that the form keeps, such as `checkpoint:sd.safetensors`. */
function removers(infos: NodeInfos): { value: string; label: { text: string } }[] {
  const option = (kind: string, name: string, text = displayName(name)) => ({
    value: `${kind}:${name}`,
    label: { text },
  });
  const models = infos.has(FILLER) ? (specOf(infos, LOADER, 'model_name', 'combo')?.options ?? []) : [];
  const usable = missingNodes(inpaintCheckpoint, infos).length === 0;
  const checkpoints = usable
    ? (specOf(infos, 'CheckpointLoaderSimple', 'ckpt_name', 'combo')?.options ?? [])
    : [];
  return [
    ...models.filter((name) => !NO_FILLER.test(name)).map((name) => option('model', name)),
    ...Object.entries(ERASERS)
      .filter(([name]) => infos.has(name))
      .map(([name, text]) => option('node', name, text)),
    ...checkpoints.filter((name) => FILLS.test(name)).map((name) => option('checkpoint', name)),
    ...checkpoints.filter((name) => !FILLS.test(name)).map((name) => option('checkpoint', name)),
  ];
}

function fields(infos: NodeInfos): RecipeField[] {
  const options = removers(infos);
  const max = 2n ** 64n - 1n;
  return [
    {
      kind: 'choice',
      key: 'model',
      label: 'edits.removeObject.with',
      options,
      preset: options[0]?.value ?? '',
      none: 'edits.removeObject.none',
    },
    { kind: 'seed', key: 'seed', label: 'recipes.field.seed', max, preset: randomSeed() },
  ];
}

/** The picture with the masked part filled by one node, which gets picture and mask by their types. */
function erase(
  builder: GraphBuilder,
  infos: NodeInfos,
  className: string,
  given: { image: NodeLink; mask: NodeLink; seed: ApiInput },
): NodeLink {
  const specs = [...(infos.get(className)?.inputs.values() ?? [])];
  const inputs = specs.flatMap((spec): [string, ApiInput][] => {
    if (spec.kind === 'link') {
      const link = { IMAGE: given.image, MASK: given.mask }[spec.type];
      return link ? [[spec.name, link]] : [];
    }
    const preset = spec.name === 'seed' ? given.seed : defaultOf(spec);
    return preset === undefined ? [] : [[spec.name, preset]];
  });
  return builder.add(className, Object.fromEntries(inputs));
}

function build(input: RecipeInput, values: RecipeValues, infos: NodeInfos): ReturnType<Recipe['build']> {
  const [kind = '', name = ''] = splitOnce(String(values['model'] ?? ''));
  const seed = values['seed'] ?? 0;
  if (kind === 'checkpoint') {
    const { grow, feather } = input.compositeMask;
    const filled = fillValues(inpaintCheckpoint.fields(infos), { ckpt_name: name, denoise: 1, seed });
    const area = clipArea(input.area ?? { x: 0, y: 0, ...input }, input);
    const pixels = Math.min(TRAINED.most, Math.max(TRAINED.least, area.width * area.height));
    const { width, height } = workingSize(area, { pixels });
    const denoiseMask = { grow: grow + feather, feather: 0 };
    return inpaintCheckpoint.build({ ...input, denoiseMask, working: { width, height } }, filled, infos);
  }
  const builder = new GraphBuilder();
  const cut = cutOut(builder, { ...input, denoiseMask: input.compositeMask });
  const mask = builder.add('ThresholdMask', { mask: cut.composite, value: ALL });
  const image = cut.pixels;
  const erased =
    kind === 'model'
      ? builder.add(FILLER, {
          inpaint_model: builder.add(LOADER, { model_name: name }),
          image,
          mask,
          seed,
        })
      : erase(builder, infos, name, { image, mask, seed });
  const { width, height } = cut.area;
  // Some nodes pad the picture to their own grid and leave it so.
  const sized = builder.crop(erased, { x: 0, y: 0, width, height });
  builder.add('SaveImage', { images: pasteBack(builder, cut, sized), filename_prefix: `Darkroom/${ID}` });
  return builder.graph;
}

function splitOnce(text: string): string[] {
  const at = text.indexOf(':');
  return at < 0 ? [] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * Takes out what is masked and fills the place from what is around it: with a model made for that where one is
 * installed, else with a checkpoint, at full strength and without a word.
 */
export const removeObject: Recipe = {
  id: ID,
  title: RECIPE_TITLES[ID],
  about: 'edits.removeObject.about',
  needs: [...AREA_NODES, 'ThresholdMask'],
  supports: { area: true, working: false, denoiseMask: false, compositeMask: true, extend: false },
  fields,
  build,
};
