import { type ApiGraph, type ApiInput, type ApiNode, isLink, type NodeLink, nodeOf } from './graph';

/** Which text of a sampler is meant. */
export type TextSide = 'positive' | 'negative';

/** A node that holds text, and its inputs that say it. */
export interface TextPlace {
  node: string;
  inputs: string[];
}

/** Nodes a value may pass through before it is given up: each text node may double the work. */
const MAX_HOPS = 8;

/** Where nodes that pass a value on keep it, besides an input named like the one they feed. */
const PASSED_ON = ['text', 'string', 'source', 'populated_text', 'positive'];

/** Inputs of text encoders that hold text, the most common first. */
const TEXTS = [
  ...['text', 'text_g', 'text_l', 'clip_l', 'clip_g', 't5xxl', 'llama', 'prompt', 'positive_prompt'],
  // Of songs.
  ...['tags', 'caption', 'lyrics'],
];

/** Inputs behind which other pictures and models are made, whose texts are not this sampler's. */
const NOT_TEXT = /^(clip|vae|model|mask|image|init_image|pixels|samples|latent|control_net|audio|video)/;

/** A widget's value, looking through the primitive, text and switch nodes that feed it. */
export function widgetValue(graph: ApiGraph, node: ApiNode, name: string): unknown {
  return valueBehind(graph, node, name, [], () => undefined);
}

/** A text as a whole; `null` where a part of it only exists while the graph runs. */
export function wholeText(graph: ApiGraph, node: ApiNode, name: string): string | null {
  let whole = true;
  const value = valueBehind(graph, node, name, [], () => {
    whole = false;
  });
  return whole && typeof value === 'string' ? value : null;
}

/** @param gap called when a part of a text is not known. */
function valueBehind(
  graph: ApiGraph,
  node: ApiNode,
  name: string,
  path: readonly ApiNode[],
  gap: () => void,
): unknown {
  const input = node.inputs[name];
  if (!isLink(input)) {
    return input;
  }
  const source = nodeOf(graph, input[0]);
  if (!source || path.length >= MAX_HOPS || path.includes(source)) {
    return undefined;
  }
  const further = [...path, source];
  if (isSwitch(source)) {
    const chosen = chosenInput(graph, source, further);
    return chosen === null ? undefined : valueBehind(graph, source, chosen, further, gap);
  }
  if ('string_a' in source.inputs && 'string_b' in source.inputs) {
    return concatenated(graph, source, further, gap);
  }
  if ('string' in source.inputs && 'find' in source.inputs && 'replace' in source.inputs) {
    return replaced(graph, source, further, gap);
  }
  const from = ['value', name, ...PASSED_ON].find((key) => key in source.inputs);
  return from === undefined ? undefined : valueBehind(graph, source, from, further, gap);
}

/**
 * What a link leads to once switches whose choice is written in the graph are looked through. Stays at a
 * switch that decides while the graph runs, and at the last node of a circle of switches.
 */
export function settle(graph: ApiGraph, link: NodeLink): NodeLink {
  const seen = new Set<string>();
  let at = link;
  for (;;) {
    const node = nodeOf(graph, at[0]);
    const chosen = node && isSwitch(node) && !seen.has(at[0]) ? chosenInput(graph, node) : null;
    const next = chosen === null ? undefined : node?.inputs[chosen];
    if (!isLink(next)) {
      return at;
    }
    seen.add(at[0]);
    at = next;
  }
}

/** The core's ComfySwitchNode, and custom ones of the same shape. */
export function isSwitch(node: ApiNode): boolean {
  return ['switch', 'on_false', 'on_true'].every((name) => name in node.inputs);
}

/** The input that a switch passes on, as far as the graph says. */
export function chosenInput(graph: ApiGraph, node: ApiNode, path: readonly ApiNode[] = []): string | null {
  const choice = valueBehind(graph, node, 'switch', path, () => undefined);
  return typeof choice === 'boolean' ? (choice ? 'on_true' : 'on_false') : null;
}

/** The inputs of a node that have an effect: of a switch, not the branch it does not pass on. */
export function usedInputs(graph: ApiGraph, node: ApiNode): ApiInput[] {
  const chosen = isSwitch(node) ? chosenInput(graph, node) : null;
  const unused = chosen && (chosen === 'on_true' ? 'on_false' : 'on_true');
  return Object.entries(node.inputs).flatMap(([name, input]) => (name === unused ? [] : [input]));
}

/** What the core's StringConcatenate makes; a part that only exists while the graph runs is left out. */
function concatenated(
  graph: ApiGraph,
  node: ApiNode,
  path: readonly ApiNode[],
  gap: () => void,
): string | null {
  const values = ['string_a', 'string_b'].map((name) => valueBehind(graph, node, name, path, gap));
  const parts = values.filter((part) => typeof part === 'string');
  if (parts.length < values.length) {
    gap();
  }
  const delimiter = valueBehind(graph, node, 'delimiter', path, gap);
  return parts.length > 0 ? parts.join(typeof delimiter === 'string' ? delimiter : '') : null;
}

/** What the core's StringReplace makes. */
function replaced(
  graph: ApiGraph,
  node: ApiNode,
  path: readonly ApiNode[],
  gap: () => void,
): string | undefined {
  const [whole, find, by] = ['string', 'find', 'replace']
    .map((name) => valueBehind(graph, node, name, path, gap))
    // A number shown as text reads the same.
    .map((value) => (typeof value === 'number' && Number.isInteger(value) ? String(value) : value));
  return typeof whole === 'string' && typeof find === 'string' && typeof by === 'string'
    ? whole.replaceAll(find, () => by)
    : undefined;
}

/** How `textPlaces` walks where more is known than the graph says. */
export interface TextWalk {
  /** Whether an input of a node that holds no text may lead to one that does. By its name when not given. */
  leads?: (node: ApiNode, input: string, link: NodeLink) => boolean;
  /** Which side an output of a node carries; `null`: the one that was asked for. */
  sideOf?: (node: ApiNode, slot: number) => TextSide | null;
}

/** The nodes whose text conditions one side of a sampler, nearest first; several when encoders are combined. */
export function textPlaces(
  graph: ApiGraph,
  input: unknown,
  side: TextSide,
  walk: TextWalk = {},
): TextPlace[] {
  const places: TextPlace[] = [];
  const seen = new Set<string>();
  const { leads = (_, name) => !NOT_TEXT.test(name), sideOf = () => null } = walk;
  // A stack of its own: graphs from outside can be deeper than the call stack.
  const rest: [link: unknown, side: TextSide][] = [[input, side]];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [link, wanted] = next;
    if (!isLink(link) || seen.has(link.join(':'))) {
      continue;
    }
    seen.add(link.join(':'));
    const settled = settle(graph, link);
    const node = nodeOf(graph, settled[0]);
    // A zeroed conditioning carries no text, whatever it was made from.
    if (!node || /ZeroOut/.test(node.class_type)) {
      continue;
    }
    const here = sideOf(node, settled[1]) ?? wanted;
    const inputs = textInputs(node, here);
    if (inputs.length > 0) {
      places.push({ node: settled[0], inputs });
    } else if (here in node.inputs) {
      // Conditioning nodes that take both sides pass each through its own slot.
      rest.push([node.inputs[here], here]);
    } else {
      const links = Object.entries(node.inputs).filter(
        ([name, value]) => isLink(value) && leads(node, name, value),
      );
      rest.push(...links.reverse().map(([, value]): [unknown, TextSide] => [value, here]));
    }
  }
  return places;
}

/** The inputs of a text encoder that say its text; none for other nodes. */
export function textInputs(node: ApiNode, side: TextSide): string[] {
  const own = node.inputs[side];
  if (typeof own === 'string') {
    // Loaders with everything in one node.
    return [side];
  }
  // Some nodes encode the text and apply it at once; they need the encoder too.
  if (!/Encode/.test(node.class_type) && !('clip' in node.inputs)) {
    return [];
  }
  return side === 'negative' && 'negative_prompt' in node.inputs
    ? ['negative_prompt']
    : TEXTS.filter((name) => name in node.inputs);
}
