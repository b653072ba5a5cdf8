import type { ApiGraph } from '../../../comfy/graph';
import { seedPlaces } from '../../../comfy/graph-seeds';
import { type Expansion, textsOfRuns, type TypedPrompt } from '../../prompt/typed-prompts';

/**
 * The graph with its prompts as they are sent: choices, lists and dates filled in, as ComfyUI's own front end
 * does and its server does not. The first seed of the graph decides how choices fall, so that the same seed
 * makes the same picture.
 * @param fields the inputs that hold prompts.
 * @param roll how often somebody has thrown the dice anew.
 * @returns also what was typed, where that differs.
 */
export function sentPrompts(
  graph: ApiGraph,
  fields: readonly { node: string; path: string }[],
  roll: number,
  expansion: Expansion,
): { graph: ApiGraph; prompts: TypedPrompt[] } {
  const seed = seedPlaces(graph)[0]?.value ?? '';
  let sent = graph;
  const prompts: TypedPrompt[] = [];
  for (const { node: id, path } of fields) {
    const node = sent[id];
    const text = node?.inputs[path];
    if (!node || typeof text !== 'string') {
      continue;
    }
    // The text is its own key: whoever shows beforehand what will be sent knows nothing else of the field.
    const [run] = textsOfRuns({ [text]: text }, [seed], roll, expansion);
    const expanded = run?.texts[text];
    if (expanded !== undefined && expanded !== text) {
      sent = { ...sent, [id]: { ...node, inputs: { ...node.inputs, [path]: expanded } } };
      prompts.push({ typed: text, sent: expanded });
    }
  }
  return { graph: sent, prompts };
}
