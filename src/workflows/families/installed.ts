import type { NodeInfos } from '../recipe';
import { cleanName, type ModelFile } from './guess';

/** A class that loads a model, and what else it has to be told. */
export interface ModelLoader {
  class: string;
  input: string;
  whole: boolean;
  fixed: Readonly<Record<string, string>>;
}

/** ComfyUI's own loaders first; those of node packs for other file formats behind them. */
const LOADERS: readonly ModelLoader[] = [
  { class: 'CheckpointLoaderSimple', input: 'ckpt_name', whole: true, fixed: {} },
  { class: 'UNETLoader', input: 'unet_name', whole: false, fixed: { weight_dtype: 'default' } },
  { class: 'UnetLoaderGGUF', input: 'unet_name', whole: false, fixed: {} },
  { class: 'CheckpointLoaderNF4', input: 'ckpt_name', whole: true, fixed: {} },
  { class: 'UNETLoaderNF4', input: 'unet_name', whole: false, fixed: {} },
];

/** A model the server has, and what loads it. */
export interface InstalledModel extends ModelFile {
  loader: ModelLoader;
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
    // Loaders for other formats list all checkpoints, the usual ones too; those have their loader by then.
    for (const file of listOf(infos, loader.class, loader.input)) {
      const key = `${loader.whole} ${file}`;
      if (!found.has(key)) {
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
