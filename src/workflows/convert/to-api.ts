import type { ExactJson } from '../../comfy/exact-json';
import { type ApiGraph, type ApiInput, type ApiNode, isLink } from '../../comfy/graph';
import type { InputSpec } from '../../comfy/object-info';
import { type EditorNode, type EditorWorkflow, MODE, type Subgraph } from './editor-graph';
import { expandFileName, expandPrompt, type LookUp } from './editor-text';
import { mismatch, wrapValue } from '../input-values';
import type { Widget } from './node-widgets';
import { primitiveValue, promoteValues, RecursiveSubgraph } from './promote';
import { type ConvertProblem, type ProblemNode } from './problems';
import { flatId, innerScope, LinkResolver, type Scope, Unresolved } from './resolve';
import { type NodeInfos, WorkflowState } from './workflow-state';

/** What a caller can choose about a conversion. */
export interface ConvertOptions {
  /**
   * What becomes of texts the editor changes when it queues. `expand`, the default, does what the editor does,
   * and makes a problem of what it leaves to chance or to the clock. `keep` leaves them as they were typed, for
   * a form in which they will be edited.
   */
  texts?: 'expand' | 'keep';
  /**
   * What becomes of nodes whose class this server lacks. `refuse`, the default, makes a problem of them, for
   * nobody knows what their values mean. `links` keeps what they are connected to, for whoever needs only a part
   * of the graph and looks at the classes of that.
   */
  unknown?: 'refuse' | 'links';
}

/** An API graph, or everything that stands in its way. */
export type Conversion = { ok: true; graph: ApiGraph } | { ok: false; problems: ConvertProblem[] };

/**
 * Turns a workflow of ComfyUI's editor into the API graph that ComfyUI's own front end makes of it: widget
 * values in the order of their class, primitives, reroutes, muted and bypassed nodes, subgraphs with promoted
 * widgets. What would have to be guessed becomes a problem instead.
 *
 * Integers stay exact when `workflow` was read from exact JSON.
 */
export function toApiGraph(
  workflow: EditorWorkflow,
  infos: NodeInfos,
  options: ConvertOptions = {},
): Conversion {
  return new Converter(new WorkflowState(workflow, infos), options).run();
}

/** One conversion: collects the nodes of the result and whatever stands in its way. */
class Converter {
  readonly #state: WorkflowState;
  readonly #texts: NonNullable<ConvertOptions['texts']>;
  readonly #unknown: NonNullable<ConvertOptions['unknown']>;
  readonly #links: LinkResolver;
  readonly #problems = new Map<string, ConvertProblem>();
  readonly #nodes = new Map<string, ApiNode>();
  /** Where the nodes of the result come from, for problems found in it. */
  readonly #sources = new Map<string, ProblemNode>();
  /** Values that primitives put into widgets. */
  readonly #fed = new Map<Widget, ExactJson>();

  constructor(state: WorkflowState, { texts = 'expand', unknown = 'refuse' }: ConvertOptions) {
    this.#state = state;
    this.#texts = texts;
    this.#unknown = unknown;
    this.#links = new LinkResolver(state);
  }

  run(): Conversion {
    const scope: Scope = { graph: this.#state.workflow, path: [], instance: null };
    try {
      promoteValues(this.#state);
      this.#feedPrimitives(scope);
      this.#walk(scope);
    } catch (error) {
      if (!(error instanceof RecursiveSubgraph)) {
        throw error;
      }
      this.#add({ kind: 'recursive-subgraph', node: this.#describe(scope, error.node) });
    }
    this.#dropLostLinks();
    const circle = findCycle(this.#nodes);
    const node = circle === null ? undefined : this.#sources.get(circle);
    if (node) {
      this.#add({ kind: 'cycle', node });
    }
    if (this.#problems.size === 0 && this.#nodes.size === 0) {
      this.#add({ kind: 'empty' });
    }
    return this.#problems.size > 0
      ? { ok: false, problems: [...this.#problems.values()] }
      : { ok: true, graph: Object.fromEntries(this.#nodes) };
  }

  #walk(scope: Scope): void {
    for (const node of scope.graph.nodes.values()) {
      const isOff = node.mode === MODE.MUTED || node.mode === MODE.BYPASSED;
      const subgraph = this.#state.subgraphOf(node);
      if (subgraph) {
        if (!isOff) {
          this.#walk(innerScope(scope, node, subgraph));
        } else if (scope.path.length > 0) {
          // Front end 1.49 sends what is in it all the same. Nothing uses that, unless it saves or shows something.
          if (this.#hasOutputs(subgraph)) {
            this.#add({ kind: 'half-muted-subgraph', node: this.#describe(scope, node) });
          }
          this.#walk(innerScope(scope, node, subgraph));
        }
      } else if (!isOff && this.#state.editorOnly(node) === undefined) {
        this.#emit(scope, node);
      }
    }
  }

  #hasOutputs(subgraph: Subgraph): boolean {
    return [...subgraph.nodes.values()].some((node) => {
      const inner = this.#state.subgraphOf(node);
      const isOff = node.mode === MODE.MUTED || node.mode === MODE.BYPASSED;
      return inner ? this.#hasOutputs(inner) : !isOff && this.#state.infoOf(node)?.isOutput === true;
    });
  }

  #emit(scope: Scope, node: EditorNode): void {
    const id = flatId(scope, node);
    const described = this.#describe(scope, node);
    const isGroup = /^workflow[>/]/.test(node.type);
    if (!this.#state.infoOf(node) && (isGroup || this.#unknown === 'refuse')) {
      this.#add({ kind: isGroup ? 'group-node' : 'unknown-class', node: described });
      return;
    }
    const { widgets, fault } = this.#state.widgetsOf(node);
    if (fault) {
      this.#add({ kind: 'values-do-not-fit', ...fault, node: described });
    }
    const filled = this.#filled(scope, node);
    const inputs = new Map<string, ApiInput>();
    for (const widget of widgets.values()) {
      if (widget.spec && !filled.has(widget.name)) {
        const value = this.#widgetValue(widget, widget.spec, node, described);
        if (value !== undefined) {
          inputs.set(widget.name, wrapValue(value, widget.spec));
        }
      }
    }
    for (const [name, value] of filled) {
      if (value !== undefined) {
        inputs.set(name, value);
      }
    }
    this.#sources.set(id, described);
    this.#nodes.set(id, {
      class_type: node.type,
      inputs: Object.fromEntries(inputs),
      _meta: { title: node.title },
    });
  }

  /** What links and the subgraphs around put into a node's inputs. */
  #filled(scope: Scope, node: EditorNode): Map<string, ApiInput | undefined> {
    const filled = new Map<string, ApiInput | undefined>();
    for (const input of this.#state.inputsOf(node)) {
      try {
        const source = this.#links.source(scope, node, input);
        if (source?.kind === 'output') {
          filled.set(input.name, [source.id, source.slot]);
        } else if (source) {
          const spec = this.#state.widgetOf(node, input)?.spec;
          if (source.isDisputed) {
            this.#add({ kind: 'disputed-value', node: this.#describe(scope, node), input: input.name });
          }
          this.#check(scope, node, input.name, spec ?? undefined, source.value);
          filled.set(input.name, source.value === undefined ? undefined : wrapValue(source.value, null));
        }
      } catch (error) {
        if (!(error instanceof Unresolved)) {
          throw error;
        }
        const { scope: where, node: culprit, ...rest } = error.problem;
        this.#add({ ...rest, node: this.#describe(where, culprit) });
      }
    }
    return filled;
  }

  #check(
    scope: Scope,
    node: EditorNode,
    input: string,
    spec: InputSpec | undefined,
    value: ExactJson | undefined,
  ): void {
    const wanted = spec && value !== undefined ? mismatch(spec, value) : null;
    if (wanted !== null && value !== undefined) {
      this.#add({
        kind: 'wrong-value',
        node: this.#describe(scope, node),
        input,
        value: brief(value),
        wanted,
      });
    }
  }

  #widgetValue(
    widget: Widget,
    spec: InputSpec,
    node: EditorNode,
    described: ProblemNode,
  ): ExactJson | undefined {
    const { name } = widget;
    const value = this.#fed.has(widget) ? this.#fed.get(widget) : widget.value;
    if (isMadeByEditor(spec)) {
      this.#add({ kind: 'made-by-editor', node: described, input: name });
      return undefined;
    }
    if (widget.isDisputed && !this.#fed.has(widget)) {
      this.#add({ kind: 'disputed-value', node: described, input: name });
      return undefined;
    }
    const wanted = value === undefined ? null : mismatch(spec, value);
    if (wanted !== null && value !== undefined) {
      this.#add({ kind: 'wrong-value', node: described, input: name, value: brief(value), wanted });
      return undefined;
    }
    if (typeof value !== 'string') {
      return value;
    }
    if (SAMPLERS.has(node.type) && name === 'sampler_name') {
      // Names of early 2023.
      return value.replace(/^sample_/, '');
    }
    return this.#texts === 'keep' ? value : this.#expand(value, spec, widget, node, described);
  }

  #expand(value: string, spec: InputSpec, widget: Widget, node: EditorNode, described: ProblemNode): string {
    const at = { node: described, input: widget.name };
    if (spec.kind === 'string' && spec.dynamicPrompts && !widget.isNested) {
      const { text, isRandom } = expandPrompt(value);
      if (isRandom) {
        this.#add({ kind: 'random-text', ...at });
      }
      return text;
    }
    if (widget.name === 'filename_prefix' && SAVERS.has(node.type)) {
      const { text, hasDate } = expandFileName(value, this.#lookUp(at));
      if (hasDate) {
        this.#add({ kind: 'date-text', ...at });
      }
      return text;
    }
    return value;
  }

  #lookUp(at: { node: ProblemNode; input: string }): LookUp {
    return (name, input) => {
      const graphs = [this.#state.workflow, ...this.#state.workflow.subgraphs.values()];
      const nodes = graphs.flatMap((graph) => [...graph.nodes.values()]);
      const named = nodes.filter((node) => (node.properties['Node name for S&R'] ?? '') === name);
      const found = named.length > 0 ? named : nodes.filter(({ title }) => title === name);
      const [node] = found;
      if (!node) {
        return undefined;
      }
      const widget = this.#state.widgetsOf(node).widgets.get(input);
      const value = widget && (this.#fed.get(widget) ?? widget.value);
      if (found.length > 1 || !widget?.spec || value === undefined || typeof value === 'object') {
        this.#add({ kind: 'text-reference', ...at, reference: `${name}.${input}` });
        return undefined;
      }
      return String(value);
    };
  }

  /** Primitives put their value into every widget they feed, in the workflow and in each subgraph once. */
  #feedPrimitives(root: Scope): void {
    for (const graph of [this.#state.workflow, ...this.#state.workflow.subgraphs.values()]) {
      const primitives = [...graph.nodes.values()].filter(({ type }) => type === 'PrimitiveNode');
      for (const node of primitives) {
        this.#feed({ ...root, graph }, node);
      }
    }
  }

  #feed(scope: Scope, node: EditorNode): void {
    const { graph } = scope;
    const ends = [...graph.links.values()].flatMap((link) => {
      const end = link.from === node.id ? this.#state.inputByLink(graph, link.id) : null;
      return end ? [end] : [];
    });
    const saved = primitiveValue(node);
    if (saved === undefined || ends.length === 0) {
      return;
    }
    const described = this.#describe(scope, node);
    const value = this.#replaceIn(node, saved, described);
    for (const end of ends) {
      if (this.#state.subgraphOf(end.node)) {
        this.#add({ kind: 'primitive-into-subgraph', node: described });
        continue;
      }
      const widget = this.#state.widgetOf(end.node, end.input);
      if (widget?.spec) {
        this.#fed.set(widget, value);
        if (ends.length > 1 && !isWithin(widget.spec, value)) {
          this.#add({ kind: 'primitive-out-of-range', node: described, input: widget.name });
        }
      }
    }
  }

  /** A primitive may be set to fill in references, as file names do. */
  #replaceIn(node: EditorNode, value: ExactJson, described: ProblemNode): ExactJson {
    if (typeof value !== 'string' || !node.properties['Run widget replace on values']) {
      return value;
    }
    const at = { node: described, input: 'value' };
    const { text, hasDate } = expandFileName(value, this.#lookUp(at));
    if (hasDate) {
      this.#add({ kind: 'date-text', ...at });
    }
    return text;
  }

  /** Links to nodes that do not run: the server would refuse them, and the editor leaves them out. */
  #dropLostLinks(): void {
    for (const node of this.#nodes.values()) {
      for (const [name, input] of Object.entries(node.inputs)) {
        if (isLink(input) && !this.#nodes.has(input[0])) {
          delete node.inputs[name];
        }
      }
    }
  }

  #describe(scope: Scope, node: EditorNode): ProblemNode {
    const subgraph = this.#state.subgraphOf(node);
    const type = subgraph ? subgraph.name || 'subgraph' : node.type;
    return { id: flatId(scope, node), title: node.title === node.type ? type : node.title, type };
  }

  #add(problem: ConvertProblem): void {
    this.#problems.set(JSON.stringify(problem), problem);
  }
}

const SAMPLERS: ReadonlySet<string> = new Set(['KSampler', 'KSamplerAdvanced']);

/** Classes in whose `filename_prefix` ComfyUI's front end fills in references (front end 1.49). */
const SAVERS: ReadonlySet<string> = new Set([
  'CLIPSave',
  'LoraSave',
  'ModelSave',
  'Save3DAdvanced',
  'SaveAnimatedPNG',
  'SaveAnimatedWEBP',
  'SaveAudio',
  'SaveAudioAdvanced',
  'SaveAudioMP3',
  'SaveAudioOpus',
  'SaveGLB',
  'SaveGaussianSplat',
  'SaveImage',
  'SaveImageAdvanced',
  'SaveLatent',
  'SavePointCloud',
  'SaveSVGNode',
  'SaveVideo',
  'SaveWEBM',
  'VAESave',
]);

/** Views, photos and recordings, which the editor makes when it queues, so that no file holds them. */
function isMadeByEditor(spec: InputSpec): boolean {
  return spec.kind === 'data' && /^(LOAD_3D|WEBCAM|AUDIO_RECORD)/.test(spec.type);
}

function isWithin(spec: InputSpec, value: ExactJson): boolean {
  if (
    (spec.kind !== 'int' && spec.kind !== 'float') ||
    (typeof value !== 'number' && typeof value !== 'bigint')
  ) {
    return true;
  }
  const { min, max } = spec;
  return (min === null || value >= min) && (max === null || value <= max);
}

function brief(value: ExactJson): string {
  const text = typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'an object') : String(value);
  return typeof value === 'string' ? `"${text.length > 40 ? `${text.slice(0, 39)}…` : text}"` : text;
}

/** A node that reaches itself; `null` when there is none. Not recursive: chains can be thousands long. */
export function findCycle(nodes: ReadonlyMap<string, ApiNode>): string | null {
  const state = new Map<string, 'open' | 'done'>();
  for (const start of nodes.keys()) {
    const stack = [start];
    while (stack.length > 0) {
      const id = stack.at(-1) ?? '';
      if (state.get(id) !== undefined) {
        state.set(id, 'done');
        stack.pop();
        continue;
      }
      state.set(id, 'open');
      for (const input of Object.values(nodes.get(id)?.inputs ?? {})) {
        if (isLink(input) && nodes.has(input[0])) {
          if (state.get(input[0]) === 'open') {
            return input[0];
          }
          if (state.get(input[0]) === undefined) {
            stack.push(input[0]);
          }
        }
      }
    }
  }
  return null;
}
