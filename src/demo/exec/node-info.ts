import type { InputSpec, InputTypes, NodeClass, NodeScope } from './node-types';
import { inputTypesOf, isV3, returnsOf } from './shapes';

/** One entry of /object_info, in the V1 or the V3 shape (API notes §3). */
export function nodeInfo(nodeClass: NodeClass, scope: NodeScope): Record<string, unknown> {
  const v3 = isV3(nodeClass, scope.era);
  const input = inputInfo(inputTypesOf(nodeClass, scope), v3);
  const returns = returnsOf(nodeClass, scope.era);
  const common = {
    input,
    ...(scope.era.inputOrder && {
      input_order: Object.fromEntries(
        Object.entries(input).map(([kind, specs]) => [kind, Object.keys(specs)]),
      ),
    }),
    ...(scope.era.hardened && { is_input_list: false }),
    output: returns,
    output_is_list: returns.map(() => false),
    output_name: returns.map((type, index) => nodeClass.returnNames?.[index] ?? type),
    name: nodeClass.name,
    display_name: nodeClass.displayName,
    description: nodeClass.description ?? '',
    ...(scope.era.inputOrder && { python_module: nodeClass.pythonModule ?? 'nodes' }),
    category: nodeClass.category,
    output_node: nodeClass.outputNode ?? false,
  };
  return v3 ? { ...common, ...v3Extras(nodeClass, scope) } : { ...common, ...v1Extras(nodeClass, scope) };
}

function inputInfo(types: InputTypes, v3: boolean): Record<string, Record<string, unknown>> {
  const info: Record<string, Record<string, unknown>> = { required: specsInfo(types.required, v3) };
  if (types.optional) {
    info.optional = specsInfo(types.optional, v3);
  }
  if (types.hidden) {
    info.hidden = Object.fromEntries(
      Object.entries(types.hidden).map(([name, kind]) => [name, v3 ? [kind] : kind]),
    );
  }
  return info;
}

function specsInfo(specs: Record<string, InputSpec>, v3: boolean): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, v3 && spec.length === 1 ? [spec[0], {}] : spec]),
  );
}

function v3Extras(nodeClass: NodeClass, scope: NodeScope): Record<string, unknown> {
  return {
    output_tooltips: nodeClass.outputTooltips ?? nodeClass.returns.map(() => null),
    deprecated: nodeClass.deprecated ?? false,
    experimental: nodeClass.experimental ?? false,
    api_node: false,
    ...(scope.era.hardened
      ? {
          output_matchtypes: null,
          has_intermediate_output: false,
          dev_only: false,
          price_badge: null,
          search_aliases: nodeClass.searchAliases ?? null,
          essentials_category: nodeClass.essentials ?? null,
        }
      : {}),
  };
}

function v1Extras(nodeClass: NodeClass, scope: NodeScope): Record<string, unknown> {
  return {
    ...(scope.era.hardened
      ? { has_intermediate_output: false, search_aliases: nodeClass.searchAliases ?? [] }
      : {}),
    ...(scope.era.hardened && nodeClass.essentials ? { essentials_category: nodeClass.essentials } : {}),
    ...(nodeClass.outputTooltips ? { output_tooltips: nodeClass.outputTooltips } : {}),
    ...(nodeClass.deprecated ? { deprecated: true } : {}),
    ...(nodeClass.experimental ? { experimental: true } : {}),
  };
}
