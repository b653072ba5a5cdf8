import * as v from 'valibot';
import type { ExactInt } from './exact-json';

/** An input of a node class, in one shape for V1 and V3 definitions (API reference 3). */
export type InputSpec =
  | {
      kind: 'combo';
      name: string;
      required: boolean;
      options: string[];
      default: string | null;
      tooltip: string | null;
    }
  | {
      kind: 'int';
      name: string;
      required: boolean;
      min: ExactInt | null;
      max: ExactInt | null;
      step: number;
      default: ExactInt | null;
      tooltip: string | null;
    }
  | {
      kind: 'float';
      name: string;
      required: boolean;
      min: number | null;
      max: number | null;
      step: number;
      default: number | null;
      tooltip: string | null;
    }
  | {
      kind: 'string';
      name: string;
      required: boolean;
      multiline: boolean;
      default: string | null;
      tooltip: string | null;
    }
  | { kind: 'boolean'; name: string; required: boolean; default: boolean | null; tooltip: string | null }
  /** Filled by a link, or a type only custom front ends know. */
  | { kind: 'link'; name: string; required: boolean; type: string; tooltip: string | null };

/** A node class as the app needs it. */
export interface NodeInfo {
  name: string;
  displayName: string;
  description: string;
  category: string;
  isOutput: boolean;
  inputs: Map<string, InputSpec>;
  outputs: { name: string; type: string }[];
}

const optionsSchema = v.fallback(v.record(v.string(), v.unknown()), {});
const groupSchema = v.fallback(v.nullable(v.record(v.string(), v.unknown())), null);

const nodeInfoSchema = v.object({
  input: v.nullish(v.object({ required: groupSchema, optional: groupSchema })),
  input_order: v.fallback(v.nullable(v.record(v.string(), v.array(v.string()))), null),
  output: v.fallback(v.array(v.unknown()), []),
  output_name: v.fallback(v.array(v.unknown()), []),
  // Custom nodes put anything here; a malformed description must not lose the class.
  display_name: v.fallback(v.nullable(v.string()), null),
  description: v.fallback(v.nullable(v.string()), null),
  category: v.fallback(v.nullable(v.string()), null),
  output_node: v.fallback(v.nullable(v.boolean()), null),
});

/** Reads one value of GET /object_info; `null` when its shape is unknown. */
export function parseNodeInfo(name: string, value: unknown): NodeInfo | null {
  const parsed = v.safeParse(nodeInfoSchema, value);
  if (!parsed.success) {
    return null;
  }
  const info = parsed.output;
  const inputs = new Map<string, InputSpec>();
  for (const group of ['required', 'optional'] as const) {
    const specs = info.input?.[group] ?? {};
    // Key order is lost by some JSON layers; input_order is authoritative where it is sent.
    const order = info.input_order?.[group]?.filter((key) => Object.hasOwn(specs, key)) ?? [];
    for (const key of new Set([...order, ...Object.keys(specs)])) {
      const spec = parseInput(key, specs[key], group === 'required');
      if (spec) {
        inputs.set(key, spec);
      }
    }
  }
  return {
    name,
    displayName: info.display_name || name,
    description: info.description ?? '',
    category: info.category ?? '',
    isOutput: info.output_node ?? false,
    inputs,
    outputs: info.output.map((type, i) => ({
      type: typeof type === 'string' ? type : 'COMBO',
      name: outputName(info.output_name[i], type),
    })),
  };
}

function parseInput(name: string, spec: unknown, required: boolean): InputSpec | null {
  if (!Array.isArray(spec) || spec.length === 0) {
    return null;
  }
  const type: unknown = spec[0];
  const options = v.parse(optionsSchema, spec[1]);
  const tooltip = typeof options['tooltip'] === 'string' ? options['tooltip'] : null;
  const base = { name, required, tooltip };
  if (typeof type === 'string' && options['forceInput'] === true) {
    return { ...base, kind: 'link', type };
  }
  if (Array.isArray(type) || type === 'COMBO') {
    const list: unknown[] = Array.isArray(type) ? type : listOf(options['options']);
    const values = list.filter((item) => typeof item === 'string' || typeof item === 'number').map(String);
    const preset = options['default'];
    const isChoice = typeof preset === 'string' || typeof preset === 'number';
    return { ...base, kind: 'combo', options: values, default: isChoice ? String(preset) : null };
  }
  if (type === 'INT') {
    return {
      ...base,
      kind: 'int',
      min: exact(options['min']),
      max: exact(options['max']),
      step: real(options['step']) ?? 1,
      default: exact(options['default']),
    };
  }
  if (type === 'FLOAT') {
    return {
      ...base,
      kind: 'float',
      min: real(options['min']),
      max: real(options['max']),
      step: real(options['step']) ?? 0.01,
      default: real(options['default']),
    };
  }
  if (type === 'STRING') {
    const preset = options['default'];
    return {
      ...base,
      kind: 'string',
      multiline: options['multiline'] === true,
      default: typeof preset === 'string' ? preset : null,
    };
  }
  if (type === 'BOOLEAN') {
    const preset = options['default'];
    return { ...base, kind: 'boolean', default: typeof preset === 'boolean' ? preset : null };
  }
  return typeof type === 'string' ? { ...base, kind: 'link', type } : null;
}

function outputName(name: unknown, type: unknown): string {
  return [name, type].find((text) => typeof text === 'string') ?? 'COMBO';
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function exact(value: unknown): ExactInt | null {
  return typeof value === 'number' || typeof value === 'bigint' ? value : null;
}

function real(value: unknown): number | null {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}
