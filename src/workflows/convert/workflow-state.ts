import type { ExactJson } from '../../comfy/exact-json';
import type { NodeInfo } from '../../comfy/object-info';
import type { EditorGraph, EditorInput, EditorNode, EditorWorkflow, Subgraph } from './editor-graph';
import { type EditorOnly, editorOnly, inputsOf } from './node-slots';
import { type NodeWidgets, readWidgets, type Widget } from './node-widgets';

/** The classes of a server, as `ComfyClient.objectInfo` gives them. */
export type NodeInfos = ReadonlyMap<string, NodeInfo>;

const NO_WIDGETS: NodeWidgets = { widgets: new Map(), fault: null };

/**
 * A workflow as the editor has it after loading: widgets with their values, inputs in the order of their
 * class. Subgraphs are shared by their instances, and so are the values inside them.
 */
export class WorkflowState {
  readonly #widgets = new Map<EditorNode, NodeWidgets>();
  readonly #inputs = new Map<EditorNode, EditorInput[]>();
  /** What instances of subgraphs show of the widgets inside, by the name of their input. */
  readonly promoted = new Map<EditorNode, Map<string, ExactJson | undefined>>();
  /** Inputs of instances for which the file says another value by name than by place. */
  readonly disputed = new Map<EditorNode, ReadonlySet<string>>();

  constructor(
    readonly workflow: EditorWorkflow,
    readonly infos: NodeInfos,
  ) {}

  subgraphOf(node: EditorNode): Subgraph | undefined {
    return this.workflow.subgraphs.get(node.type);
  }

  infoOf(node: EditorNode): NodeInfo | undefined {
    return this.infos.get(node.type);
  }

  /** What a node of the editor is for; `undefined` for one that the server runs, whatever its name. */
  editorOnly(node: EditorNode): EditorOnly | undefined {
    return this.infoOf(node) ? undefined : editorOnly(node.type);
  }

  widgetsOf(node: EditorNode): NodeWidgets {
    const known = this.#widgets.get(node);
    if (known) {
      return known;
    }
    const info = this.infoOf(node);
    const widgets = info ? readWidgets(info, node) : NO_WIDGETS;
    this.#widgets.set(node, widgets);
    return widgets;
  }

  /** The inputs of a node; those of an instance follow its subgraph. */
  inputsOf(node: EditorNode): EditorInput[] {
    const subgraph = this.subgraphOf(node);
    if (subgraph) {
      const links = new Map(node.inputs.map(({ name, link }) => [name, link]));
      return subgraph.inputs.map(({ name, type }) => ({
        name,
        type,
        link: links.get(name) ?? null,
        widget: this.promoted.get(node)?.has(name) ? name : null,
      }));
    }
    let inputs = this.#inputs.get(node);
    if (!inputs) {
      inputs = inputsOf(this.infoOf(node), node, this.widgetsOf(node).widgets);
      this.#inputs.set(node, inputs);
    }
    return inputs;
  }

  /** The widget behind an input of a node that is no subgraph. */
  widgetOf(node: EditorNode, input: EditorInput): Widget | undefined {
    const { widgets } = this.widgetsOf(node);
    const widget = widgets.get(input.widget ?? input.name);
    return widget?.spec ? widget : undefined;
  }

  /** The value an input shows, and whether it has one to show. */
  valueOf(node: EditorNode, input: EditorInput): { value: ExactJson | undefined } | null {
    if (this.subgraphOf(node)) {
      const values = this.promoted.get(node);
      return values?.has(input.name) ? { value: values.get(input.name) } : null;
    }
    const widget = this.widgetOf(node, input);
    return widget ? { value: widget.value } : null;
  }

  /** The input that a link ends at. */
  inputByLink(graph: EditorGraph, linkId: string): { node: EditorNode; input: EditorInput } | null {
    const link = graph.links.get(linkId);
    const node = link && graph.nodes.get(link.to);
    const input = node && this.inputsOf(node).find((candidate) => candidate.link === linkId);
    return node && input ? { node, input } : null;
  }
}
