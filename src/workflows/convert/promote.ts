import { report } from '../../base/report';
import type { ExactJson } from '../../comfy/exact-json';
import type { EditorGraph, EditorInput, EditorNode, Subgraph, SubgraphSlot } from './editor-graph';
import { isDisputed } from './node-widgets';
import type { WorkflowState } from './workflow-state';

/** A value an instance promotes, as editors from 1.28 to 1.45 kept them in `properties.proxyWidgets`. */
interface Promotion {
  node: string;
  widget: string;
  /** The node behind a nested subgraph, where several have a widget of that name. */
  inner: string | undefined;
  /** `undefined`: the instance keeps no value of its own. */
  value: ExactJson | undefined;
}

/** Thrown when a subgraph contains itself. */
export class RecursiveSubgraph extends Error {
  constructor(readonly node: EditorNode) {
    super('a subgraph contains itself');
  }
}

/**
 * Gives every instance of a subgraph the values it shows, as ComfyUI's front end 1.49 does while it loads:
 * first what is inside, then the instance's own `widgets_values` in the order of its inputs, then the older
 * list of promotions, which may add inputs to the subgraph.
 * @throws RecursiveSubgraph
 */
export function promoteValues(state: WorkflowState): void {
  new Promoter(state).run();
}

class Promoter {
  readonly #state: WorkflowState;
  readonly #done = new Set<Subgraph>();
  readonly #open = new Set<Subgraph>();
  readonly #instances = new Map<Subgraph, EditorNode[]>();
  #newLinks = 0;

  constructor(state: WorkflowState) {
    this.#state = state;
  }

  run(): void {
    this.#configure(this.#state.workflow);
  }

  #configure(graph: EditorGraph): void {
    const hosts: [EditorNode, Subgraph][] = [];
    for (const node of graph.nodes.values()) {
      const subgraph = this.#state.subgraphOf(node);
      if (subgraph) {
        hosts.push([node, subgraph]);
        this.#configureSubgraph(node, subgraph);
      }
    }
    for (const [node, subgraph] of hosts) {
      this.#instances.set(subgraph, [...(this.#instances.get(subgraph) ?? []), node]);
      this.#fill(node, subgraph);
    }
    for (const [node, subgraph] of hosts) {
      this.#applyPromotions(node, subgraph);
    }
  }

  #configureSubgraph(node: EditorNode, subgraph: Subgraph): void {
    if (this.#open.has(subgraph)) {
      throw new RecursiveSubgraph(node);
    }
    if (!this.#done.has(subgraph)) {
      this.#open.add(subgraph);
      this.#configure(subgraph);
      this.#open.delete(subgraph);
      this.#done.add(subgraph);
    }
  }

  #fill(node: EditorNode, subgraph: Subgraph): void {
    const values = new Map<string, ExactJson | undefined>();
    const saved = Array.isArray(node.values) ? (node.values as readonly ExactJson[]) : [];
    const kept = keptValues(node);
    let at = 0;
    for (const slot of subgraph.inputs) {
      const inside = this.#valueInside(subgraph, slot);
      if (inside) {
        const own = at < saved.length ? saved[at] : inside.value;
        values.set(slot.name, kept.get(slot.name) ?? own);
        at++;
      }
    }
    this.#state.promoted.set(node, values);
    const disputed = [...values].filter(([name, value]) => isDisputed(node, name, value));
    this.#state.disputed.set(node, new Set(disputed.map(([name]) => name)));
  }

  /** The value of the first widget behind an input of a subgraph. */
  #valueInside(subgraph: Subgraph, slot: SubgraphSlot): { value: ExactJson | undefined } | null {
    for (const link of slot.links) {
      const end = this.#state.inputByLink(subgraph, link);
      const value = end && this.#state.valueOf(end.node, end.input);
      if (value) {
        return value;
      }
    }
    return null;
  }

  #applyPromotions(node: EditorNode, subgraph: Subgraph): void {
    const byPrimitive = new Map<EditorNode, Promotion[]>();
    for (const promotion of this.#promotionsOf(node, subgraph)) {
      const name = this.#inputFor(subgraph, promotion);
      if (name !== undefined) {
        this.#setValue(node, name, promotion.value);
        continue;
      }
      const source = subgraph.nodes.get(promotion.node);
      if (!source) {
        if (promotion.node === '-1') {
          // Promoted by the name of the input itself.
          this.#setValue(node, promotion.widget, promotion.value);
        }
      } else if (source.type === 'PrimitiveNode') {
        byPrimitive.set(source, [...(byPrimitive.get(source) ?? []), promotion]);
      } else {
        this.#promoteWidget(node, subgraph, source, promotion);
      }
    }
    for (const [primitive, promotions] of byPrimitive) {
      this.#promotePrimitive(node, subgraph, primitive, promotions);
    }
  }

  #promotionsOf(node: EditorNode, subgraph: Subgraph): Promotion[] {
    const list = parseList(node.properties['proxyWidgets']);
    const saved = Array.isArray(node.values) ? (node.values as readonly ExactJson[]) : [];
    return list.map(([source, widget, inner], i) => ({
      ...this.#withoutPrefix(subgraph, { node: source, widget, inner }),
      value: saved[i] ?? undefined,
    }));
  }

  /** Older editors wrote the ids of inner nodes into the name of a widget: `12: seed`. */
  #withoutPrefix(subgraph: Subgraph, promotion: Omit<Promotion, 'value'>): Omit<Promotion, 'value'> {
    if (this.#reaches(subgraph, promotion.node, promotion.widget)) {
      return promotion;
    }
    let { widget, inner } = promotion;
    for (let match; (match = /^\s*(\d+)\s*:\s*(.+)$/.exec(widget));) {
      inner = match[1];
      widget = match[2] ?? '';
    }
    return { node: promotion.node, widget, inner };
  }

  /** Whether a widget of that name is found at the node, or behind it when it is a subgraph. */
  #reaches(subgraph: Subgraph, nodeId: string, widget: string): boolean {
    const node = subgraph.nodes.get(nodeId);
    if (!node) {
      return false;
    }
    const inner = this.#state.subgraphOf(node);
    if (!inner) {
      return this.#state.widgetsOf(node).widgets.has(widget);
    }
    const slot = inner.inputs.find(({ name }) => name === widget);
    const source = slot && this.#sourceOf(inner, slot);
    return source ? this.#reaches(inner, source.node, source.widget) : false;
  }

  /** Where an input of a subgraph leads: the node and widget inside, or an input of a nested subgraph. */
  #sourceOf(subgraph: Subgraph, slot: SubgraphSlot): { node: string; widget: string } | null {
    for (const link of slot.links) {
      const end = this.#state.inputByLink(subgraph, link);
      if (!end) {
        continue;
      }
      if (this.#state.subgraphOf(end.node)) {
        return { node: end.node.id, widget: end.input.name };
      }
      const widget = this.#state.widgetOf(end.node, end.input);
      if (widget) {
        return { node: end.node.id, widget: widget.name };
      }
    }
    return null;
  }

  /** The input of a subgraph that already stands for a promoted widget. */
  #inputFor(subgraph: Subgraph, { node, widget }: Promotion): string | undefined {
    return subgraph.inputs.find((slot) => {
      const source = this.#sourceOf(subgraph, slot);
      return source?.node === node && source.widget === widget;
    })?.name;
  }

  #promoteWidget(node: EditorNode, subgraph: Subgraph, source: EditorNode, promotion: Promotion): void {
    const input = this.#promotable(source, promotion);
    if (input) {
      const name = this.#addInput(subgraph, promotion.widget, input.type, [{ node: source, input }]);
      this.#setValue(node, name, promotion.value);
    }
  }

  /** The input behind a widget that can be promoted: previews, buttons and value controls have none. */
  #promotable(source: EditorNode, { widget, inner }: Promotion): EditorInput | undefined {
    const nested = this.#state.subgraphOf(source);
    return this.#state.inputsOf(source).find((input) => {
      if (input.widget === null) {
        return false;
      }
      if (!nested) {
        return input.widget === widget;
      }
      const slot = nested.inputs.find(({ name }) => name === input.name);
      const target = slot && this.#sourceOf(nested, slot);
      return inner === undefined
        ? input.name === widget || target?.widget === widget
        : target?.widget === widget && target.node === inner;
    });
  }

  /** A promoted primitive gives way to an input that leads to everything it fed. */
  #promotePrimitive(
    node: EditorNode,
    subgraph: Subgraph,
    primitive: EditorNode,
    promotions: readonly Promotion[],
  ): void {
    const widget = promotions[0]?.widget ?? 'value';
    const existing = primitive.properties[BYPASSED];
    if (typeof existing === 'string' && subgraph.inputs.some(({ name }) => name === existing)) {
      this.#setValue(node, existing, promotions[0]?.value);
      return;
    }
    const targets = [...subgraph.links.values()].flatMap((link) => {
      const end = link.from === primitive.id ? this.#state.inputByLink(subgraph, link.id) : null;
      return end ? [end] : [];
    });
    if (targets.length === 0 || promotions.some((promotion) => promotion.widget !== widget)) {
      return;
    }
    const title = primitive.title === primitive.type ? widget : primitive.title;
    const name = this.#addInput(subgraph, title, primitive.outputs[0]?.type ?? '*', targets);
    primitive.properties = { ...primitive.properties, [BYPASSED]: name };
    const own = promotions.find(({ value }) => value !== undefined)?.value;
    this.#setValue(node, name, own ?? primitiveValue(primitive));
  }

  #addInput(
    subgraph: Subgraph,
    wanted: string,
    type: string,
    targets: readonly { node: EditorNode; input: EditorInput }[],
  ): string {
    const names = new Set(subgraph.inputs.map((slot) => slot.name));
    let name = wanted;
    for (let n = 1; names.has(name); n++) {
      name = `${wanted}_${n}`;
    }
    const slot: SubgraphSlot = { name, type, links: [] };
    for (const { node, input } of targets) {
      const id = `new:${++this.#newLinks}`;
      const toSlot = this.#state.inputsOf(node).indexOf(input);
      subgraph.links.set(id, {
        id,
        from: subgraph.inputNode,
        fromSlot: subgraph.inputs.length,
        to: node.id,
        toSlot,
      });
      this.#connect(node, input, id);
      slot.links.push(id);
    }
    subgraph.inputs.push(slot);
    const inside = this.#valueInside(subgraph, slot);
    for (const instance of inside ? (this.#instances.get(subgraph) ?? []) : []) {
      this.#state.promoted.get(instance)?.set(name, inside?.value);
    }
    return name;
  }

  #connect(node: EditorNode, input: EditorInput, link: string): void {
    input.link = link;
    if (this.#state.subgraphOf(node)) {
      const saved = node.inputs.find(({ name }) => name === input.name);
      if (saved) {
        saved.link = link;
      } else {
        node.inputs.push({ ...input });
      }
    }
  }

  #setValue(node: EditorNode, input: string, value: ExactJson | undefined): void {
    const values = this.#state.promoted.get(node);
    if (value !== undefined && values?.has(input)) {
      values.set(input, value);
    }
  }
}

const BYPASSED = 'proxyBypassedToSubgraphInput';

/** The value of the editor's primitive node; `undefined` when it never had one. */
export function primitiveValue(node: EditorNode): ExactJson | undefined {
  const { values } = node;
  return Array.isArray(values) ? ((values as readonly ExactJson[])[0] ?? undefined) : undefined;
}

/** `[node, widget]` or `[node, widget, inner node]` each; anything else voids the list, as in the editor. */
function parseList(value: unknown): [string, string, string | undefined][] {
  const list: unknown = typeof value === 'string' ? tryJson(value) : value;
  const isTuple = (entry: unknown): entry is [string, string, string | undefined] =>
    Array.isArray(entry) &&
    (entry.length === 2 || entry.length === 3) &&
    entry.every((part) => typeof part === 'string');
  return Array.isArray(list) && list.every(isTuple) ? list : [];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    report(error, 'workflows.promotions');
    return null;
  }
}

/** Values the editor set aside for an input of the instance because it could not place them otherwise. */
function keptValues(node: EditorNode): Map<string, ExactJson> {
  const kept = new Map<string, ExactJson>();
  const list = node.properties['proxyWidgetErrorQuarantine'];
  for (const entry of Array.isArray(list) ? [...list].reverse() : []) {
    const { originalEntry, hostValue } = (entry ?? {}) as Record<string, ExactJson | undefined>;
    const [node, name] = Array.isArray(originalEntry) ? originalEntry : [];
    if (node === '-1' && typeof name === 'string' && hostValue != null) {
      kept.set(name, hostValue);
    }
  }
  return kept;
}
