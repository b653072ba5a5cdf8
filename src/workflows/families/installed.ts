import type { ApiInput } from '../../comfy/graph';
import { defaultOf } from '../input-values';
import type { NodeInfos } from '../recipe';
import { cleanName, type ModelFile } from './guess';

/** A class that loads a model, and what else it has to be told. */
export interface ModelLoader {
  class: string;
  input: string;
  whole: boolean;
  /** `presets` for what the class itself starts with. */
  fixed: Readonly<Record<string, string>> | 'presets';
  /** Cleaned names of the files in its list that it can load; without it all of them. */
  only?: RegExp;
  /** The node pack whose models need ways of their own: LoRAs by its class, or none. */
  pack?: { name: string; lora: string | null };
}

/** SVDQuant files have it in their name, and nothing but their own pack reads them. */
const SVDQ = /(^|[/-])svdq-/;

const nunchaku = (model: string, input: string, only: RegExp, lora: string | null): ModelLoader => ({
  class: `Nunchaku${model}DiTLoader`,
  ...{ input, whole: false, fixed: 'presets', only, pack: { name: 'Nunchaku', lora } },
});

/**
 * Loaders for special files, which lie in the same folders as all others, before those for the usual ones; node packs
 * that bring formats of their own last. Classes and inputs as in ComfyUI-nunchaku 1.2, ComfyUI_bitsandbytes_NF4 and
 * ComfyUI-GGUF.
 */
const LOADERS: readonly ModelLoader[] = [
  nunchaku('Flux', 'model_path', /(^|[/-])svdq-.*flux(?!-?2(?!\d))/, 'NunchakuFluxLoraLoader'),
  nunchaku('QwenImage', 'model_name', /(^|[/-])svdq-.*qwen/, 'NunchakuQwenImageLoraLoader'),
  nunchaku('ZImage', 'model_name', /(^|[/-])svdq-.*z-?image/, null),
  { class: 'CheckpointLoaderNF4', input: 'ckpt_name', whole: true, fixed: {}, only: /(^|[/-])nf4(-|$)/ },
  { class: 'UNETLoaderNF4', input: 'unet_name', whole: false, fixed: {}, only: /(^|[/-])nf4(-|$)/ },
  { class: 'CheckpointLoaderSimple', input: 'ckpt_name', whole: true, fixed: {} },
  { class: 'UNETLoader', input: 'unet_name', whole: false, fixed: { weight_dtype: 'default' } },
  { class: 'UnetLoaderGGUF', input: 'unet_name', whole: false, fixed: {} },
];

/** A model the server has, and what loads it. */
export interface InstalledModel extends ModelFile {
  loader: ModelLoader;
}

/** Whether a file needs a node pack that the server lacks: what loads all others would fail with it. */
export function lacksPack({ file, loader }: InstalledModel): boolean {
  return loader.pack === undefined && SVDQ.test(cleanName(file));
}

/** What a model's loader is told besides the file. */
export function loaderInputs({ loader }: InstalledModel, infos: NodeInfos): Record<string, ApiInput> {
  if (loader.fixed !== 'presets') {
    return { ...loader.fixed };
  }
  const specs = [...(infos.get(loader.class)?.inputs.values() ?? [])];
  return Object.fromEntries(
    specs.flatMap((spec): [string, ApiInput][] => {
      const preset = spec.name === loader.input ? undefined : defaultOf(spec);
      return preset === undefined ? [] : [[spec.name, preset]];
    }),
  );
}

/** How a LoRA is put on a model: the class and the input for its strength; `null` where none can be. */
export function loraLoader(
  { loader }: InstalledModel,
  both: boolean,
): { class: string; strength: string } | null {
  if (loader.pack) {
    return loader.pack.lora === null ? null : { class: loader.pack.lora, strength: 'lora_strength' };
  }
  return { class: both ? 'LoraLoader' : 'LoraLoaderModelOnly', strength: 'strength_model' };
}

/** What a list on the server offers; nothing where it has no such class. */
export function listOf(infos: NodeInfos, className: string, input: string): readonly string[] {
  const spec = infos.get(className)?.inputs.get(input);
  return spec?.kind === 'combo' ? spec.options : [];
}

/** Every file of a model that the server lists, with the first loader that offers it. */
export function installedModels(infos: NodeInfos): InstalledModel[] {
  const found = new Map<string, InstalledModel>();
  for (const loader of LOADERS) {
    for (const file of listOf(infos, loader.class, loader.input)) {
      const key = `${loader.whole} ${file}`;
      if (!found.has(key) && loader.only?.test(cleanName(file)) !== false) {
        found.set(key, { file, whole: loader.whole, loader });
      }
    }
  }
  return [...found.values()];
}

/** The class that loads a given number of text encoders, and its inputs for them. */
export interface TextLoader {
  class: string;
  inputs: readonly string[];
}

const TEXT_LOADERS: readonly (readonly [string, readonly string[]])[] = [
  ['CLIPLoader', ['clip_name']],
  ['DualCLIPLoader', ['clip_name1', 'clip_name2']],
  ['TripleCLIPLoader', ['clip_name1', 'clip_name2', 'clip_name3']],
  ['QuadrupleCLIPLoader', ['clip_name1', 'clip_name2', 'clip_name3', 'clip_name4']],
];

/** The loaders for a number of text encoders, the usual one and that of the GGUF node pack. */
export function textLoaders(infos: NodeInfos, count: number): TextLoader[] {
  const [className = '', inputs = []] = TEXT_LOADERS[count - 1] ?? [];
  return [className, `${className}GGUF`]
    .filter((name) => infos.has(name))
    .map((name) => ({ class: name, inputs }));
}

/** The names of `TextLoader`s by number of files, for servers without them. */
export function textLoaderName(count: number): string {
  return TEXT_LOADERS[count - 1]?.[0] ?? '';
}

/** Files in the order in which they are likely to be meant; `fitting` of them fit. */
export interface Ranked {
  files: string[];
  fitting: number;
}

/** How a file is written does not say which one is meant; of several the more exact one comes first. */
const PRECISION: readonly RegExp[] = [/fp8.*scaled|fp8mixed/, /fp16|bf16/, /fp8/, /q8|int8/];

/** Sorts files by hints: those that fit one first, the earlier hint before the later. */
export function rankFiles(files: readonly string[], hints: readonly RegExp[]): Ranked {
  const rated = [...new Set(files)].map((file) => {
    const name = cleanName(file);
    const hint = hints.findIndex((one) => one.test(name));
    const precision = PRECISION.findIndex((one) => one.test(name));
    return {
      file,
      hint: hint < 0 ? hints.length : hint,
      precision: precision < 0 ? PRECISION.length : precision,
      length: name.length,
    };
  });
  rated.sort(
    (a, b) =>
      a.hint - b.hint || a.precision - b.precision || a.length - b.length || (a.file < b.file ? -1 : 1),
  );
  return {
    files: rated.map(({ file }) => file),
    fitting: rated.filter(({ hint }) => hint < hints.length).length,
  };
}
