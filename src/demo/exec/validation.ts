import type { EraTraits } from '../era';
import { isLink, type ApiGraph, type ApiNode } from '../../comfy/graph';
import { toBool, toFloat, toInt, toText } from '../python/coerce';
import { PythonError, tracebackOf } from '../python/errors';
import { floatText, repr, str } from '../python/text';
import { isV3, liveInputTypesOf, returnsOf } from './shapes';
import type { InputOptions, InputSpec, InputTypes, NodeClass, NodeScope } from './node-types';

/** One fault of a node (API notes §2.1). */
export interface NodeFault {
  type: string;
  message: string;
  details: string;
  extra_info: Record<string, unknown>;
}

/** `node_errors` of an answer, by node id. */
export type NodeErrors = Record<
  string,
  { errors: NodeFault[]; dependent_outputs: string[]; class_type: string }
>;

/** The result of validating a prompt. `outputs` are the output nodes that may run. */
export interface Verdict {
  error: NodeFault | null;
  outputs: string[];
  nodeErrors: NodeErrors;
}

type Checked = [valid: boolean, faults: NodeFault[]];

/** Validates prompts against the node classes and writes coerced values back into them. */
export class Validator {
  readonly #classes: ReadonlyMap<string, NodeClass>;
  readonly #scope: NodeScope;

  constructor(classes: ReadonlyMap<string, NodeClass>, scope: NodeScope) {
    this.#classes = classes;
    this.#scope = scope;
  }

  /**
   * The order of checks is ComfyUI's: missing classes first, then outputs, then every output with what it
   * depends on. One valid output is enough.
   * @param targets `partial_execution_targets`: only these count as outputs.
   * @throws PythonError where ComfyUI answers 500.
   */
  validate(prompt: ApiGraph, targets: readonly string[] | null): Verdict {
    const outputs: string[] = [];
    for (const [id, node] of Object.entries(prompt)) {
      const found = this.#findClass(id, node);
      if (!('run' in found)) {
        return { error: found, outputs: [], nodeErrors: {} };
      }
      if (found.outputNode && (targets === null || targets.includes(id))) {
        outputs.push(id);
      }
    }
    if (outputs.length === 0) {
      return {
        error: { type: 'prompt_no_outputs', message: 'Prompt has no outputs', details: '', extra_info: {} },
        outputs: [],
        nodeErrors: {},
      };
    }
    return this.#validateOutputs(prompt, outputs);
  }

  #findClass(id: string, node: ApiNode): NodeClass | NodeFault {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) {
      throw new PythonError('AttributeError', 'node is not an object');
    }
    const named = this.#scope.era.namedMissingNodes;
    const title = node._meta?.title;
    if (!('class_type' in node)) {
      if (!this.#scope.era.refusesUnknown) {
        throw new PythonError('KeyError', "'class_type'");
      }
      return named
        ? {
            type: 'missing_node_type',
            message: `Node '${title ?? `ID #${id}`}' has no class_type. The workflow may be corrupted or a custom node is missing.`,
            details: `Node ID '#${id}'`,
            extra_info: { node_id: id, class_type: null, node_title: title ?? null },
          }
        : {
            type: 'invalid_prompt',
            message: 'Cannot execute because a node is missing the class_type property.',
            details: `Node ID '#${id}'`,
            extra_info: {},
          };
    }
    const classType = node.class_type;
    const nodeClass = this.#classes.get(classType);
    if (nodeClass) {
      return nodeClass;
    }
    if (!this.#scope.era.refusesUnknown) {
      throw new PythonError('KeyError', repr(classType));
    }
    return named
      ? {
          type: 'missing_node_type',
          message: `Node '${title ?? str(classType)}' not found. The custom node may not be installed.`,
          details: `Node ID '#${id}'`,
          extra_info: { node_id: id, class_type: classType, node_title: title ?? classType },
        }
      : {
          type: 'invalid_prompt',
          message: `Cannot execute because node ${str(classType)} does not exist.`,
          details: `Node ID '#${id}'`,
          extra_info: {},
        };
  }

  #validateOutputs(prompt: ApiGraph, outputs: readonly string[]): Verdict {
    const run = new ValidationRun(prompt, this.#classes, this.#scope);
    const good: string[] = [];
    const outputFaults: NodeFault[] = [];
    const nodeErrors: NodeErrors = {};
    for (const output of outputs) {
      const [valid, faults] = run.checkOutput(output);
      if (valid) {
        good.push(output);
        continue;
      }
      outputFaults.push(...faults);
      for (const [id, [nodeValid, nodeFaults]] of run.checked) {
        if (!nodeValid && nodeFaults.length > 0) {
          nodeErrors[id] ??= {
            errors: nodeFaults,
            dependent_outputs: [],
            class_type: prompt[id]?.class_type ?? '',
          };
          nodeErrors[id].dependent_outputs.push(output);
        }
      }
    }
    if (good.length > 0) {
      return { error: null, outputs: good, nodeErrors };
    }
    const details = outputFaults.map((fault) => `${fault.message}: ${fault.details}`).join('\n');
    return {
      error: {
        type: 'prompt_outputs_failed_validation',
        message: 'Prompt outputs failed validation',
        details,
        extra_info: {},
      },
      outputs: [],
      nodeErrors,
    };
  }
}

/** One pass over a prompt; remembers what it has checked. */
class ValidationRun {
  readonly checked = new Map<string, Checked>();
  readonly #prompt: ApiGraph;
  readonly #classes: ReadonlyMap<string, NodeClass>;
  readonly #scope: NodeScope;

  constructor(prompt: ApiGraph, classes: ReadonlyMap<string, NodeClass>, scope: NodeScope) {
    this.#prompt = prompt;
    this.#classes = classes;
    this.#scope = scope;
  }

  checkOutput(id: string): Checked {
    try {
      return this.#checkNode(id, []);
    } catch (error) {
      if (error instanceof CycleInOldServer) {
        return this.#remember(id, [false, []]);
      }
      return this.#remember(id, [false, [exceptionFault(error)]]);
    }
  }

  #remember(id: string, checked: Checked): Checked {
    this.checked.set(id, checked);
    return checked;
  }

  #checkNode(id: string, visiting: string[]): Checked {
    const known = this.checked.get(id);
    if (known) {
      return known;
    }
    if (visiting.includes(id)) {
      return this.#markCycle(id, visiting);
    }
    const node = this.#node(id);
    const nodeClass = this.#classes.get(node.class_type);
    if (!nodeClass) {
      throw new PythonError('KeyError', repr(node.class_type));
    }
    if (!('inputs' in node)) {
      throw new PythonError('KeyError', "'inputs'");
    }
    const faults: NodeFault[] = [];
    let sound = true;
    const types = liveInputTypesOf(nodeClass, this.#scope, node.inputs);
    for (const [name, spec, required] of declaredInputs(types)) {
      if (!(name in node.inputs)) {
        if (required) {
          // What came with a dynamic combo is blamed by its own name.
          const own = name.slice(name.lastIndexOf('.') + 1);
          faults.push(
            fault('required_input_missing', 'Required input is missing', own, { input_name: name }),
          );
        }
        continue;
      }
      const value = node.inputs[name];
      if (Array.isArray(value)) {
        sound = this.#checkLink(id, name, spec, value, nodeClass, faults, visiting) && sound;
      } else {
        this.#checkValue(node, name, spec, nodeClass, faults);
      }
    }
    this.#runOwnValidation(node, nodeClass, types, faults);
    const before = this.checked.get(id) ?? [true, []];
    const all = [...before[1], ...faults];
    return this.#remember(id, [before[0] && sound && faults.length === 0, all]);
  }

  #node(id: unknown): ApiNode {
    if (typeof id === 'object' && id !== null) {
      throw new PythonError('TypeError', `unhashable type: '${Array.isArray(id) ? 'list' : 'dict'}'`);
    }
    const node = typeof id === 'string' && Object.hasOwn(this.#prompt, id) ? this.#prompt[id] : undefined;
    if (!node) {
      throw new PythonError('KeyError', repr(id));
    }
    return node;
  }

  #markCycle(id: string, visiting: readonly string[]): Checked {
    if (!this.#scope.era.namedMissingNodes) {
      throw new CycleInOldServer();
    }
    const path = [...visiting.slice(visiting.indexOf(id)), id];
    const details = path.map((step) => `${step} (${this.#prompt[step]?.class_type ?? ''})`).join(' -> ');
    const nodes = [...new Set(path)];
    for (const step of nodes) {
      this.checked.set(step, [
        false,
        [
          fault('dependency_cycle', 'Dependency cycle detected', details, {
            node_id: step,
            cycle_nodes: nodes,
          }),
        ],
      ]);
    }
    return this.checked.get(id) ?? [false, []];
  }

  /** `false` when something upstream is invalid; faults of the link itself are added to `faults`. */
  #checkLink(
    id: string,
    name: string,
    spec: InputSpec,
    link: unknown[],
    nodeClass: NodeClass,
    faults: NodeFault[],
    visiting: string[],
  ): boolean {
    const config = inputConfig(spec);
    if (link.length !== 2) {
      faults.push(
        fault(
          'bad_linked_input',
          'Bad linked input, must be a length-2 list of [node_id, slot_index]',
          name,
          {
            input_name: name,
            input_config: config,
            received_value: link,
          },
        ),
      );
      return true;
    }
    const from = this.#node(link[0]);
    const fromClass = this.#classes.get(from.class_type);
    const received = returnType(fromClass, link[1], this.#scope);
    const wanted = spec[0];
    if (!nodeClass.validates?.includes('input_types') && !typesMeet(received, wanted)) {
      faults.push(
        fault(
          'return_type_mismatch',
          'Return type mismatch between linked nodes',
          `${name}, received_type(${received}) mismatch input_type(${str(wanted)})`,
          { input_name: name, input_config: config, received_type: received, linked_node: link },
        ),
      );
      return true;
    }
    const fromId = link[0] as string;
    try {
      return this.#checkNode(fromId, [...visiting, id])[0];
    } catch (error) {
      if (error instanceof CycleInOldServer) {
        throw error;
      }
      this.#remember(fromId, [false, [innerExceptionFault(error, name, config, link)]]);
      return false;
    }
  }

  #checkValue(node: ApiNode, name: string, spec: InputSpec, nodeClass: NodeClass, faults: NodeFault[]): void {
    const [type, options = {}] = spec;
    const config = inputConfig(spec);
    let value: unknown = node.inputs[name];
    try {
      value = coerce(value, type);
      node.inputs[name] = value as ApiNode['inputs'][string];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      faults.push(
        fault(
          'invalid_input_type',
          `Failed to convert an input value to a ${str(type)} value`,
          `${name}, ${str(unwrap(value))}, ${reason}`,
          {
            input_name: name,
            input_config: config,
            received_value: unwrap(value),
            exception_message: reason,
          },
        ),
      );
      return;
    }
    if (nodeClass.validates?.includes(name)) {
      return;
    }
    const outside = limitFault(name, value, type, options, config);
    if (outside) {
      faults.push(outside);
      return;
    }
    const unlisted = listFault(name, value, type, options, config, this.#scope.era);
    if (unlisted) {
      faults.push(unlisted);
    }
  }

  #runOwnValidation(node: ApiNode, nodeClass: NodeClass, types: InputTypes, faults: NodeFault[]): void {
    const names = nodeClass.validates ?? [];
    if (names.length === 0 || !nodeClass.validate) {
      return;
    }
    const values: Record<string, unknown> = {};
    for (const name of names) {
      if (name in node.inputs && isDeclared(types, name)) {
        // Links have no value yet, so Python passes None to the check.
        values[name] = isLink(node.inputs[name]) ? null : node.inputs[name];
      }
    }
    const missing = names.find((name) => !(name in values));
    if (missing !== undefined) {
      throw new PythonError(
        'TypeError',
        `${nodeClass.name}.VALIDATE_INPUTS() missing 1 required positional argument: '${missing}'`,
      );
    }
    const answer = nodeClass.validate(values, this.#scope);
    if (answer !== true) {
      for (const name of Object.keys(values)) {
        faults.push(
          fault('custom_validation_failed', 'Custom validation failed for node', `${name} - ${answer}`, {
            input_name: name,
          }),
        );
      }
    }
  }
}

/** Before cycles were reported, endless recursion failed the output without blaming any node. */
class CycleInOldServer extends Error {}

function fault(type: string, message: string, details: string, extra: Record<string, unknown>): NodeFault {
  return { type, message, details, extra_info: extra };
}

function exceptionType(error: unknown): string {
  return error instanceof PythonError ? error.type : 'RuntimeError';
}

function exceptionFault(error: unknown): NodeFault {
  const message = error instanceof Error ? error.message : String(error);
  return fault('exception_during_validation', 'Exception when validating node', message, {
    exception_type: exceptionType(error),
    traceback: tracebackOf(error),
  });
}

function innerExceptionFault(error: unknown, name: string, config: unknown, link: unknown): NodeFault {
  const message = error instanceof Error ? error.message : String(error);
  return fault('exception_during_inner_validation', 'Exception when validating inner node', message, {
    input_name: name,
    input_config: config,
    exception_message: message,
    exception_type: exceptionType(error),
    traceback: tracebackOf(error),
    linked_node: link,
  });
}

function* declaredInputs(types: InputTypes): Generator<[string, InputSpec, boolean]> {
  for (const [name, spec] of Object.entries(types.required)) {
    yield [name, spec, true];
  }
  for (const [name, spec] of Object.entries(types.optional ?? {})) {
    yield [name, spec, false];
  }
}

/** Whether the class has the input at all; unknown inputs are ignored. */
export function isDeclared(types: InputTypes, name: string): boolean {
  return name in types.required || (types.optional !== undefined && name in types.optional);
}

function inputConfig(spec: InputSpec): [unknown, InputOptions] {
  return [spec[0], spec[1] ?? {}];
}

/** Type of an output slot. Python accepts negative slots too. */
function returnType(from: NodeClass | undefined, slot: unknown, scope: NodeScope): string {
  const returns = from ? returnsOf(from, scope.era) : [];
  const kind = from && isV3(from, scope.era) ? 'list' : 'tuple';
  if (typeof slot !== 'number' || !Number.isInteger(slot)) {
    const name = typeof slot === 'string' ? 'str' : typeof slot === 'number' ? 'float' : 'NoneType';
    throw new PythonError('TypeError', `${kind} indices must be integers or slices, not ${name}`);
  }
  const type = returns.at(slot);
  if (type === undefined) {
    throw new PythonError('IndexError', `${kind} index out of range`);
  }
  return type;
}

/** Whether a link's type suits an input: equal, any, match types, or overlapping unions. */
export function typesMeet(received: string, wanted: string | readonly string[]): boolean {
  const free = ['*', 'COMFY_MATCHTYPE_V3'];
  if (
    received === wanted ||
    free.includes(received) ||
    (typeof wanted === 'string' && free.includes(wanted))
  ) {
    return true;
  }
  if (typeof wanted !== 'string') {
    return false;
  }
  const types = new Set(received.split(',').map((type) => type.trim()));
  const accepted = wanted.split(',').map((type) => type.trim());
  return types.has('*') || accepted.includes('*') || accepted.some((type) => types.has(type));
}

/** `{"__value__": X}` is how a list is sent as a value. */
function unwrap(value: unknown): unknown {
  return typeof value === 'object' && value !== null && '__value__' in value ? value.__value__ : value;
}

function coerce(value: unknown, type: string | readonly string[]): unknown {
  const bare = unwrap(value);
  switch (type) {
    case 'INT':
      return toInt(bare);
    case 'FLOAT':
      return toFloat(bare);
    case 'STRING':
      return toText(bare);
    case 'BOOLEAN':
      return toBool(bare);
    default:
      return bare;
  }
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function numberText(value: number | bigint, type: unknown): string {
  return type === 'FLOAT' && typeof value === 'number' ? floatText(value) : String(value);
}

function limitFault(
  name: string,
  value: unknown,
  type: unknown,
  options: InputOptions,
  config: unknown,
): NodeFault | null {
  const { min, max } = options;
  const info = { input_name: name, input_config: config, received_value: value };
  if (isNumber(value) && isNumber(min) && value < min) {
    const message = `Value ${numberText(value, type)} smaller than min of ${numberText(min, type)}`;
    return fault('value_smaller_than_min', message, name, info);
  }
  if (isNumber(value) && isNumber(max) && value > max) {
    const message = `Value ${numberText(value, type)} bigger than max of ${numberText(max, type)}`;
    return fault('value_bigger_than_max', message, name, info);
  }
  return null;
}

const LONGEST_LIST_SHOWN = 20;

function listFault(
  name: string,
  value: unknown,
  type: string | readonly string[],
  options: InputOptions,
  config: unknown,
  era: EraTraits,
): NodeFault | null {
  if (typeof type === 'string' && (type !== 'COMBO' || !era.checksComboLists)) {
    return null;
  }
  const choices =
    typeof type === 'string' ? ((options.options as readonly unknown[] | undefined) ?? []) : type;
  if (choices.includes(value)) {
    return null;
  }
  const shown = era.checksComboLists ? repr(value) : `'${str(value)}'`;
  const long = choices.length > LONGEST_LIST_SHOWN;
  const list = long ? `(list of length ${choices.length})` : repr(choices);
  return fault('value_not_in_list', 'Value not in list', `${name}: ${shown} not in ${list}`, {
    input_name: name,
    input_config: long ? null : config,
    received_value: value,
  });
}
