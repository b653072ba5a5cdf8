import { AREA_NODES } from '../area-graph';
import { AREA_STEP } from '../inpaint-area';
import { randomSeed } from '../../comfy/graph-seeds';
import { readLoras } from '../lora-stack';
import { type NodeInfos, type Recipe, type RecipeField, type RecipeValues, specOf } from '../recipe';
import { displayName } from '../recipe-data';
import { sameSetup } from '../surgery/same-setup';
import type { Wording } from '../wording';
import { baseGraph, type FamilyChoices } from './base-graph';
import type { Aid, Family, FamilyMode } from './family';
import { type InstalledModel, listOf, loraLoader, rankFiles, textLoaderName, textLoaders } from './installed';

/** A way to use the installed models of a family. */
export interface FamilyUse {
  family: Family;
  mode: FamilyMode;
  /** Its files, all of which hold everything or none does, and all of the same node pack or of none. */
  models: readonly InstalledModel[];
}

const LARGEST_SEED = 2n ** 64n - 1n;
/** Classes that the surgery adds to the graph. */
const ADDED = ['VAEEncode', 'SetLatentNoiseMask'];
/** More pictures than these, no model is shown. */
const REFERENCES = 2;
/** From how few steps on a strength that skips whole steps is felt. */
const FEW_STEPS = 8;

/** The id of a recipe: results and kept values name it, so it says nothing of one server's files. */
export function familyRecipeId({ family, mode, models }: FamilyUse): string {
  const edit = mode === 'edit' && family.modes.length > 1 ? '-edit' : '';
  const whole = models[0]?.whole && !family.onlyWhole ? '-checkpoint' : '';
  const pack = packOf(models)?.toLowerCase();
  return `model-${family.id}${edit}${whole}${pack ? `-${pack}` : ''}`;
}

/** The node pack whose ways the files of a recipe share; `null` for ComfyUI's own. */
function packOf(models: FamilyUse['models']): string | null {
  return models[0]?.loader.pack?.name ?? null;
}

/** Whether a recipe of this id is made from a family. */
export function isFamilyRecipe(id: string): boolean {
  return id.startsWith('model-');
}

/** How many steps the form starts with, as pickers say it: `Z-Image Turbo · 8 steps`. */
export function familyTitle({ family, mode, models }: FamilyUse): Wording {
  const pack = packOf(models);
  const values = { name: pack ? `${family.name} (${pack})` : family.name, steps: family.steps };
  return mode === 'edit' && family.modes.length > 1
    ? { key: 'families.titleEdit', values }
    : { key: 'families.title', values };
}

/** Makes the recipe; null where the server lacks a class or does not know the kind of text encoder. */
export function familyRecipe(use: FamilyUse, infos: NodeInfos): Recipe | null {
  const { family, mode } = use;
  const parts = fileLists(use, infos);
  const fields = makeFields(use, parts, infos);
  const preset = Object.fromEntries(fields.map((field) => [field.key, field.preset]));
  const classes = Object.values(baseGraph(family, choicesOf(use, parts, preset), infos)).map(
    ({ class_type }) => class_type,
  );
  const needs = [...new Set([...AREA_NODES, ...ADDED, ...classes])];
  if (needs.some((name) => !infos.has(name)) || !knowsType(use, infos)) {
    return null;
  }
  return {
    id: familyRecipeId(use),
    title: familyTitle(use),
    about: `families.about.${mode}`,
    needs,
    supports: { area: true, working: true, denoiseMask: true, compositeMask: true, extend: true },
    notes: notesOf(use),
    lacks: lacksOf(use, parts),
    // Lists may have been read again since.
    fields: (now) => makeFields(use, fileLists(use, now), now),
    build(input, values, now) {
      const choices = choicesOf(use, fileLists(use, now), values);
      const options = {
        noiseMask: values['keepToMask'] !== false,
        ownEncoder: choices.emptied,
        step: stepOf(family, now),
      };
      const setup = sameSetup(baseGraph(family, choices, now), now, options);
      if (!setup.ok) {
        throw new RangeError(
          `recipe model-${family.id}: ${setup.problems.map(({ kind }) => kind).join(', ')}`,
        );
      }
      return setup.recipe.build(input, { denoise: values['denoise'] ?? family.strength }, now);
    },
  };
}

/** What sides are multiples of, px: as its empty latents are made, and in patches of 16 px except for the oldest. */
function stepOf({ latent, onlyWhole, loraBoth }: Family, infos: NodeInfos): number {
  const least = onlyWhole && loraBoth ? AREA_STEP : 2 * AREA_STEP;
  return Math.max(least, specOf(infos, latent, 'width', 'int')?.step ?? least);
}

/** The files a recipe can be made of besides the model, the likeliest first. */
interface FileLists {
  texts: { files: string[]; fitting: boolean }[];
  vae: { files: string[]; fitting: boolean } | null;
  negative: string[];
  aids: { aid: Aid; files: string[] }[];
}

function fileLists({ family, models }: FamilyUse, infos: NodeInfos): FileLists {
  const whole = models[0]?.whole === true;
  const { files: hints } = family.text;
  const loaders = textLoaders(infos, hints.length);
  const ranked = (files: readonly string[], wanted: readonly RegExp[]) => {
    const { files: sorted, fitting } = rankFiles(files, wanted);
    return { files: sorted, fitting: fitting > 0 };
  };
  const listed = (index: number): string[] =>
    loaders.flatMap(({ class: name, inputs }) => listOf(infos, name, inputs[index] ?? ''));
  const fitting = (files: readonly string[], wanted: RegExp): string[] => {
    const found = rankFiles(files, [wanted]);
    return found.files.slice(0, found.fitting);
  };
  return {
    texts: whole ? [] : hints.map(({ names }, index) => ranked(listed(index), names)),
    vae: whole ? null : ranked(listOf(infos, 'VAELoader', 'vae_name'), family.vae.names),
    negative: family.negativeModel
      ? fitting(listOf(infos, 'UNETLoader', 'unet_name'), family.negativeModel)
      : [],
    aids: (family.aids ?? [])
      .filter(({ class: name }) => infos.has(name))
      .map((aid) => ({
        aid,
        files: fitting(
          aid.kind === 'controlnet'
            ? listOf(infos, 'ControlNetLoader', 'control_net_name')
            : listOf(infos, 'ModelPatchLoader', 'name'),
          aid.files,
        ),
      }))
      .filter(({ files }) => files.length > 0),
  };
}

function knowsType({ family, models }: FamilyUse, infos: NodeInfos): boolean {
  const { type, files } = family.text;
  if (type === null || models[0]?.whole) {
    return true;
  }
  return listOf(infos, textLoaderName(files.length), 'type').includes(type);
}

function option(value: string): { value: string; label: Wording } {
  return { value, label: { text: displayName(value) } };
}

function makeFields(use: FamilyUse, parts: FileLists, infos: NodeInfos): RecipeField[] {
  const { family, mode, models } = use;
  const { cfg, steps, guidance } = family;
  const files = models.map(({ file }) => file);
  const [first] = models;
  const way = first ? loraLoader(first, family.loraBoth === true) : null;
  const loras = way ? listOf(infos, way.class, 'lora_name') : [];
  const shift = family.patches.map(({ inputs }) => inputs['shift']).find((value) => value !== undefined);
  const fields: (RecipeField | false)[] = [
    {
      kind: 'text',
      key: 'prompt',
      label: mode === 'edit' ? 'families.field.instruction' : 'recipes.field.prompt',
      rows: 4,
      preset: '',
    },
    family.negative === 'text' && {
      kind: 'text',
      key: 'negative',
      label: 'recipes.field.negative',
      rows: 2,
      preset: '',
    },
    {
      kind: 'number',
      key: 'denoise',
      label: 'recipes.field.denoise',
      ...{ min: 0, max: 1, step: 0.01, preset: mode === 'edit' ? 1 : family.strength },
    },
    loras.length > 0 && {
      kind: 'loras',
      key: 'loras',
      label: 'families.field.loras',
      options: loras.map(option),
      preset: '',
    },
    ...startFields(use, infos),
    ...referenceFields(use),
    mode === 'edit' && {
      kind: 'boolean',
      key: 'keepToMask',
      label: 'families.field.keepToMask',
      preset: true,
    },
    ...aidFields(parts),
    number('steps', 'recipes.field.steps', { min: 1, max: 150, step: 1, preset: steps }),
    cfg !== 1 && number('cfg', 'recipes.field.cfg', { min: 0, max: 30, step: 0.1, preset: cfg }),
    guidance !== null &&
      number('guidance', 'surgery.field.guidance', { min: 0, max: 100, step: 0.1, preset: guidance }),
    {
      kind: 'seed',
      key: 'seed',
      label: 'recipes.field.seed',
      max: specOf(infos, 'KSampler', 'seed', 'int')?.max ?? LARGEST_SEED,
      preset: randomSeed(),
    },
    ...samplingFields(family, infos),
    typeof shift === 'number' && {
      ...number('shift', 'families.field.shift', { min: 0, max: 20, step: 0.1, preset: shift }),
      folded: true,
    },
    choice('model', 'surgery.field.model', files, files[0] ?? ''),
    ...parts.texts.map(({ files: texts, fitting }, index) =>
      choice(
        `text${index + 1}`,
        parts.texts.length > 1
          ? { key: 'families.field.textOf', values: { number: index + 1 } }
          : 'families.field.text',
        texts,
        fitting ? (texts[0] ?? '') : '',
      ),
    ),
    parts.vae !== null &&
      choice('vae', { text: 'VAE' }, parts.vae.files, parts.vae.fitting ? (parts.vae.files[0] ?? '') : ''),
    parts.negative.length > 0 && {
      ...choice('negativeModel', 'families.field.negativeModel', parts.negative, parts.negative[0] ?? ''),
    },
  ];
  return fields.filter((field) => field !== false);
}

function number(
  key: string,
  label: Wording,
  limits: { min: number; max: number; step: number; preset: number },
): RecipeField & { kind: 'number' } {
  return { kind: 'number', key, label, ...limits };
}

function choice(
  key: string,
  label: Wording,
  values: readonly string[],
  preset: string,
): RecipeField & { kind: 'choice' } {
  return { kind: 'choice', key, label, options: values.map(option), preset, folded: true };
}

function referenceFields({ family, mode }: FamilyUse): RecipeField[] {
  const { edit } = family;
  if (mode !== 'edit' || !edit || edit.by === 'channels') {
    return [];
  }
  const most = edit.by === 'reference' ? REFERENCES : Math.min(REFERENCES, edit.images.length - 1);
  return Array.from({ length: most }, (_, index) => ({
    kind: 'picture',
    key: `reference${index + 2}`,
    label: { key: 'families.field.reference', values: { number: index + 2 } },
    preset: '',
    optional: true,
  }));
}

/** Checkpoints trained for inpainting can be shown what the mask covers, or a hole. */
function startFields({ family, mode }: FamilyUse, infos: NodeInfos): RecipeField[] {
  const ways = [
    ['kept', 'InpaintModelConditioning', 'families.start.kept'],
    ['empty', 'VAEEncodeForInpaint', 'families.start.empty'],
  ] as const;
  const options = ways
    .filter(([, className]) => infos.has(className))
    .map(([value, , label]) => ({ value, label }));
  return mode === 'fill' && family.loraBoth
    ? [
        {
          kind: 'choice',
          key: 'start',
          label: 'families.field.start',
          options,
          preset: options[0]?.value ?? 'kept',
        },
      ]
    : [];
}

function aidFields({ aids }: FileLists): RecipeField[] {
  const files = aids.flatMap((one) => one.files);
  if (files.length === 0) {
    return [];
  }
  return [
    {
      kind: 'choice',
      key: 'aid',
      label: 'families.field.aid',
      options: [...files.map(option), { value: '', label: 'families.noAid' }],
      preset: files[0] ?? '',
    },
    number('aidStrength', 'families.field.aidStrength', { min: 0, max: 2, step: 0.05, preset: 1 }),
  ];
}

function samplingFields({ sampling, sampler, scheduler, method }: Family, infos: NodeInfos): RecipeField[] {
  const samplers = listOf(infos, 'KSampler', 'sampler_name');
  const schedulers = listOf(infos, 'KSampler', 'scheduler');
  const levels = sampling.kind === 'ksampler' ? 'BasicScheduler' : sampling.levels.class;
  const wanted = (list: readonly string[], name: string): string =>
    list.includes(name) ? name : (list[0] ?? name);
  return [
    ...(method ? [] : [choice('sampler_name', 'recipes.field.sampler', samplers, wanted(samplers, sampler))]),
    ...(levels === 'BasicScheduler'
      ? [choice('scheduler', 'recipes.field.scheduler', schedulers, wanted(schedulers, scheduler))]
      : []),
  ];
}

function choicesOf(
  { family, mode, models }: FamilyUse,
  { aids }: FileLists,
  values: RecipeValues,
): FamilyChoices {
  const [first] = models;
  const model = models.find(({ file }) => file === values['model']) ?? first;
  if (!model) {
    throw new RangeError(`recipe model-${family.id} has no model`);
  }
  const text = (key: string): string => String(values[key] ?? '');
  const amount = (key: string, preset: number): number => Number(values[key] ?? preset);
  const aid = aids.find(({ files }) => files.includes(text('aid')))?.aid;
  return {
    mode,
    model,
    texts: family.text.files.map((_, index) => text(`text${index + 1}`)),
    vae: text('vae'),
    negativeModel: text('negativeModel'),
    loras: readLoras(values['loras']),
    prompt: text('prompt'),
    negative: text('negative'),
    steps: amount('steps', family.steps),
    cfg: amount('cfg', family.cfg),
    guidance: family.guidance === null ? null : amount('guidance', family.guidance),
    shift: values['shift'] === undefined ? null : Number(values['shift']),
    sampler: text('sampler_name') || family.sampler,
    scheduler: text('scheduler') || family.scheduler,
    seed: typeof values['seed'] === 'bigint' ? values['seed'] : amount('seed', 0),
    references: [2, 3].map((index) => text(`reference${index}`)).filter((file) => file !== ''),
    emptied: values['start'] === 'empty',
    aid: aid ? { aid, file: text('aid'), strength: amount('aidStrength', 1) } : null,
  };
}

function notesOf({ family, mode }: FamilyUse): Wording[] {
  const { sampling, steps } = family;
  const splits = sampling.kind === 'guided' && sampling.levels.class !== 'BasicScheduler';
  const note = mode === 'edit' ? 'edit' : family.note;
  return [
    ...(note === null ? [] : [`families.note.${note}` as const]),
    ...(splits && steps <= FEW_STEPS ? [{ key: 'families.note.coarse', values: { steps } } as const] : []),
  ];
}

/** Says what is missing and what such a file is usually called. */
function lacksOf({ family }: FamilyUse, { texts, vae }: FileLists): Wording[] {
  const name = family.name;
  const missing = texts.flatMap(({ fitting }, index): Wording[] => {
    const file = family.text.files[index]?.example ?? '';
    return fitting ? [] : [{ key: 'families.lacks.text', values: { name, file } }];
  });
  const noVae: Wording[] =
    vae && !vae.fitting ? [{ key: 'families.lacks.vae', values: { name, file: family.vae.example } }] : [];
  return [...missing, ...noVae];
}
