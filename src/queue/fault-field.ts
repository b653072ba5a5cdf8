import { ancestors, type ApiGraph, isLink, nodeOf } from '../comfy/graph';
import type { FailureCause } from './failure-cause';

/** One input of a node. */
export interface FieldPlace {
  node: string;
  input: string;
}

/** What the server has against a job. */
export interface Fault {
  nodeId: string | null;
  /** `null` for a failure at run time, which concerns a whole node. */
  inputName: string | null;
  cause: FailureCause | null;
}

/** Inputs that most likely are to blame, by what went wrong. */
const SUSPECTS: Partial<Record<FailureCause, RegExp>> = {
  memory: /^(width|height|batch_size|length|megapixels|scale_by|upscale_by)$/,
  size: /^(width|height|ckpt_name|lora_name|control_net_name|vae_name|clip_name\d?|unet_name|image)$/,
  model: /(_name\d?|model|ckpt)$/,
  file: /^(image|mask|audio|video|file|path)$/,
  mask: /^(mask|image)$/,
};
/** Changing these mends nothing. */
const INNOCENT = /(^|[._])(seed|filename_prefix|control_after_generate|noise_seed)$/;

/**
 * The input to change so that a job goes well next time: the refused one, or, as that can be linked and a failure
 * names only its node, the nearest one upstream that fits the cause. `null` when the graph has no such node.
 */
export function faultField(graph: ApiGraph, { nodeId, inputName, cause }: Fault): FieldPlace | null {
  const node = nodeId === null ? undefined : nodeOf(graph, nodeId);
  if (!node || nodeId === null) {
    return null;
  }
  const refused = inputName === null ? undefined : node.inputs[inputName];
  if (inputName !== null && !isLink(refused)) {
    return { node: nodeId, input: inputName };
  }
  const places = ancestors(graph, isLink(refused) ? refused[0] : nodeId).flatMap((id) =>
    Object.entries(nodeOf(graph, id)?.inputs ?? {}).flatMap(([input, value]) =>
      isLink(value) || INNOCENT.test(input) ? [] : [{ node: id, input }],
    ),
  );
  const suspects = cause && SUSPECTS[cause];
  return (suspects && places.find(({ input }) => suspects.test(input))) ?? places[0] ?? null;
}
