import type { ExactJson } from '../../comfy/exact-json';
import { type ApiInput, type ApiNode, isLink } from '../../comfy/graph';
import type { InputSpec, NodeInfo } from '../../comfy/object-info';

/** Longer texts get more than one line. */
const LINE = 60;
const MAX_SEED = 18446744073709551615n;

/**
 * What can be told of a class the server does not have, from the inputs of one of its nodes: the kinds of their
 * values, without limits or choices. Bare lists are left out, for they would not come back as they are.
 */
export function rawInfo(node: ApiNode): NodeInfo {
  const specs = Object.entries(node.inputs).flatMap(([name, input]) => rawSpec(name, input) ?? []);
  return {
    name: node.class_type,
    displayName: node.class_type,
    description: '',
    category: '',
    isOutput: false,
    inputs: new Map(specs.map((spec) => [spec.name, spec])),
    outputs: [],
    module: null,
  };
}

function rawSpec(name: string, input: ApiInput): InputSpec | null {
  const base = { name, required: true, tooltip: null };
  if (isLink(input)) {
    return { ...base, kind: 'link', type: '*' };
  }
  return Array.isArray(input) ? null : { ...base, ...kindOf(name, input) };
}

type Kind =
  | Pick<Extract<InputSpec, { kind: 'string' }>, 'kind' | 'multiline' | 'default'>
  | Pick<Extract<InputSpec, { kind: 'boolean' }>, 'kind' | 'default'>
  | Pick<Extract<InputSpec, { kind: 'int' }>, 'kind' | 'min' | 'max' | 'step' | 'default'>
  | Pick<Extract<InputSpec, { kind: 'float' }>, 'kind' | 'min' | 'max' | 'step' | 'default' | 'round'>
  | Pick<Extract<InputSpec, { kind: 'data' }>, 'kind' | 'type' | 'default'>;

function kindOf(name: string, value: ExactJson): Kind {
  switch (typeof value) {
    case 'string':
      return { kind: 'string', multiline: value.length > LINE || value.includes('\n'), default: null };
    case 'boolean':
      return { kind: 'boolean', default: null };
    case 'bigint':
      return { kind: 'int', min: null, max: null, step: 1, default: null };
    case 'number':
      return /seed$/i.test(name)
        ? { kind: 'int', min: 0, max: MAX_SEED, step: 1, default: null }
        : // JSON does not tell 1 from 1.0, so a fraction must be possible.
          {
            kind: 'float',
            min: null,
            max: null,
            step: Number.isInteger(value) ? 1 : 0.01,
            default: null,
            round: false,
          };
    default:
      return { kind: 'data', type: '*', default: null };
  }
}
