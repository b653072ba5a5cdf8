import type {
  ConditioningValue,
  GuiderValue,
  InputOptions,
  InputSpec,
  InputValues,
  LatentValue,
  ModelValue,
  NodeScope,
  NoiseValue,
  SamplerValue,
  SigmasValue,
} from '../exec/node-types';
import type { ImageTensor, MaskTensor } from '../pixels/tensor';
import { PythonError } from '../python/errors';
import { typeName } from '../python/text';

/** ComfyUI's MAX_RESOLUTION, in px. */
export const MAX_RESOLUTION = 16384;

/** `["INT", …]` with limits. */
export function int(fallback: number, min: number, max: number, more: InputOptions = {}): InputSpec {
  return ['INT', { default: fallback, min, max, ...more }];
}

/** `["FLOAT", …]` with limits. */
export function float(
  fallback: number,
  min: number,
  max: number,
  step: number,
  more: InputOptions = {},
): InputSpec {
  return ['FLOAT', { default: fallback, min, max, step, ...more }];
}

/** An input that newer servers fold away. */
export function advanced([type, options = {}]: InputSpec, { era }: NodeScope): InputSpec {
  const all = era.hardened ? { ...options, advanced: true } : options;
  return Object.keys(all).length > 0 ? [type, all] : [type];
}

/** The list form of V3 nodes. */
export function combo(options: readonly string[], more: InputOptions = {}): InputSpec {
  return ['COMBO', { multiselect: false, options, ...more }];
}

/** A size or position in px with the usual limits of V3 nodes. */
export function pixels(fallback: number, min = 0): InputSpec {
  return int(fallback, min, MAX_RESOLUTION, { step: 1 });
}

function wrongType(value: unknown): PythonError {
  return new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'shape'`);
}

function hasKind<K extends string>(value: unknown, kind: K): value is { kind: K } {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

/** @throws PythonError when the input is no image: constants pass validation (API notes §2.1). */
export function imageOf(values: InputValues, name: string): ImageTensor {
  const value = values[name];
  if (hasKind(value, 'image')) {
    return value as ImageTensor;
  }
  throw wrongType(value);
}

/** @throws PythonError when the input is no mask. */
export function maskOf(values: InputValues, name: string): MaskTensor {
  const value = values[name];
  if (hasKind(value, 'mask')) {
    return value as MaskTensor;
  }
  throw wrongType(value);
}

/** An optional mask. */
export function maybeMask(values: InputValues, name: string): MaskTensor | null {
  return values[name] === undefined || values[name] === null ? null : maskOf(values, name);
}

/** @throws PythonError when the input is no latent. */
export function latentOf(values: InputValues, name: string): LatentValue {
  const value = values[name];
  if (hasKind(value, 'latent')) {
    return value as LatentValue;
  }
  throw new PythonError('TypeError', `'${typeName(value)}' object is not subscriptable`);
}

/** @throws PythonError when the input is no conditioning. */
export function conditioningOf(values: InputValues, name: string): ConditioningValue {
  const value = values[name];
  if (hasKind(value, 'conditioning')) {
    return value as ConditioningValue;
  }
  throw new PythonError('TypeError', `'${typeName(value)}' object is not iterable`);
}

/** @throws PythonError when the input is no model of the kind. */
export function modelOf(values: InputValues, name: string, kind: ModelValue['kind']): ModelValue {
  const value = values[name];
  if (hasKind(value, kind)) {
    return value as ModelValue;
  }
  throw new PythonError('RuntimeError', `ERROR: ${name} input is invalid: ${typeName(value)}`);
}

/** What the inputs of a sampler that is put together from parts hold. */
interface PartValues {
  noise: NoiseValue;
  sampler: SamplerValue;
  sigmas: SigmasValue;
  guider: GuiderValue;
}

/** @throws PythonError when the input of that name and kind is something else. */
export function partOf<K extends keyof PartValues>(values: InputValues, kind: K): PartValues[K] {
  const value = values[kind];
  if (hasKind(value, kind)) {
    return value as unknown as PartValues[K];
  }
  throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute '${kind}'`);
}

/** A seed up to 2^64 - 1. */
export function seedOf(values: InputValues, name: string): bigint {
  return BigInt((values[name] as number | bigint | undefined) ?? 0);
}

/** A whole number; validation has made it one. */
export function intOf(values: InputValues, name: string, fallback = 0): number {
  const value = values[name];
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : fallback;
}

export function floatOf(values: InputValues, name: string, fallback = 0): number {
  const value = values[name];
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : fallback;
}

export function textOf(values: InputValues, name: string, fallback = ''): string {
  const value = values[name];
  return typeof value === 'string' ? value : fallback;
}

export function boolOf(values: InputValues, name: string, fallback = false): boolean {
  const value = values[name];
  return typeof value === 'boolean' ? value : fallback;
}
