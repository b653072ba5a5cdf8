import type { EraTraits } from '../era';
import type { InputSpec, InputTypes, NodeClass, NodeScope } from './node-types';

/** Whether the era has the class declared by schema. */
export function isV3(nodeClass: NodeClass, era: EraTraits): boolean {
  return nodeClass.v3 === 2025 ? era.schemaNodes : nodeClass.v3 === 2026 && era.mostSchemaNodes;
}

/**
 * The inputs of a class as the era declares them: before a class moved to schemas its lists were written
 * in the legacy form, and empty options were left out.
 */
export function inputTypesOf(nodeClass: NodeClass, scope: NodeScope): InputTypes {
  const types = nodeClass.inputs(scope);
  if (nodeClass.v3 === false || isV3(nodeClass, scope.era)) {
    return types;
  }
  return {
    ...types,
    required: legacySpecs(types.required),
    ...(types.optional ? { optional: legacySpecs(types.optional) } : {}),
  };
}

function legacySpecs(specs: Record<string, InputSpec>): Record<string, InputSpec> {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, legacySpec(spec)]));
}

function legacySpec(spec: InputSpec): InputSpec {
  const [type, options = {}] = spec;
  const { options: choices, multiselect: _multiselect, ...rest } = options;
  const own = type === 'COMBO' && Array.isArray(choices) ? (choices as string[]) : type;
  return Object.keys(rest).length > 0 ? [own, rest] : [own];
}

/** One choice of a dynamic combo: its name, and the inputs that come with it. */
interface DynamicOption {
  key: string;
  inputs: InputTypes;
}

const DYNAMIC_COMBO = 'COMFY_DYNAMICCOMBO_V3';

/**
 * The inputs a node of a graph has: those that come with what a dynamic combo is set to are named after it and a
 * dot, `regions.lips`. A combo that is not set, or to something it does not offer, has none and is none.
 */
export function liveInputTypesOf(
  nodeClass: NodeClass,
  scope: NodeScope,
  inputs: Readonly<Record<string, unknown>>,
): InputTypes {
  const types = inputTypesOf(nodeClass, scope);
  const isDynamic = [...Object.values(types.required), ...Object.values(types.optional ?? {})].some(
    ([type]) => type === DYNAMIC_COMBO,
  );
  return isDynamic ? expanded(types, inputs, '') : types;
}

function expanded(types: InputTypes, inputs: Readonly<Record<string, unknown>>, prefix: string): InputTypes {
  const live = { required: {}, optional: {} } as Required<Pick<InputTypes, 'required' | 'optional'>>;
  for (const kind of ['required', 'optional'] as const) {
    for (const [name, spec] of Object.entries(types[kind] ?? {})) {
      const full = prefix + name;
      if (spec[0] !== DYNAMIC_COMBO) {
        live[kind][full] = spec;
        continue;
      }
      const options = (spec[1]?.options ?? []) as readonly DynamicOption[];
      const chosen = options.find(({ key }) => key === inputs[full]);
      if (chosen) {
        const inner = expanded(chosen.inputs, inputs, `${full}.`);
        Object.assign(live.required, inner.required);
        Object.assign(live.optional, inner.optional);
        live[kind][full] = spec;
      }
    }
  }
  return { ...live, ...(types.hidden && { hidden: types.hidden }) };
}

/** Types of the outputs; saving nodes had none before 2026. */
export function returnsOf(nodeClass: NodeClass, era: EraTraits): readonly string[] {
  const silent = nodeClass.outputNode && nodeClass.pythonModule !== CUSTOM_MODULE && !era.saveReturnsImages;
  return silent ? [] : nodeClass.returns;
}

/** Module of the classes that no ComfyUI has: custom nodes may name theirs freely. */
export const CUSTOM_MODULE = 'custom_nodes.darkroom-demo';
