import { type ExactJson, parseExact, stringifyExact } from '../comfy/exact-json';

/** What to do with the body of a `POST /prompt`. */
export type PromptVerdict =
  | {
      ok: true;
      /** JSON to pass on; the original text if nothing had to be repaired. */
      text: string;
      /** What was repaired, in words; empty if the text is untouched. */
      repaired: string[];
    }
  | { ok: false; message: string; details: string };

type JsonObject = Record<string, ExactJson>;

function isObject(value: ExactJson | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Thrown to leave a nested check; never leaves this module. */
class RefusedPrompt extends Error {
  readonly details: string;

  constructor(message: string, details: string) {
    super(message);
    this.details = details;
  }
}

/**
 * Checks a prompt for what breaks a ComfyUI server for everybody (ComfyUI API notes §2.1, "Requests that
 * break the server"): a `client_id` that is not a string ends the process, a node without `inputs` ends its
 * worker, a null `extra_pnginfo` breaks the jobs list. Whatever has one obvious meaning is repaired, the rest
 * is refused. Ordinary mistakes pass: the server explains those better.
 */
export function guardPrompt(text: string): PromptVerdict {
  try {
    return check(text);
  } catch (error) {
    if (error instanceof RefusedPrompt) {
      return { ok: false, message: error.message, details: error.details };
    }
    throw error;
  }
}

function check(text: string): PromptVerdict {
  const body = parseBody(text);
  const repaired: string[] = [];
  checkClientId(body['client_id'], 'client_id');
  checkGraph(body, repaired);
  checkExtraData(body, repaired);
  return { ok: true, text: repaired.length > 0 ? stringifyExact(body) : text, repaired };
}

function parseBody(text: string): JsonObject {
  let body: ExactJson;
  try {
    body = parseExact(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new RefusedPrompt('The prompt is not valid JSON.', reason);
  }
  if (!isObject(body)) {
    throw new RefusedPrompt('The prompt must be a JSON object.', '');
  }
  return body;
}

function checkClientId(value: ExactJson | undefined, key: string): void {
  if (value !== undefined && value !== null && typeof value !== 'string') {
    throw new RefusedPrompt('client_id must be text.', key);
  }
}

function checkGraph(body: JsonObject, repaired: string[]): void {
  const graph = body['prompt'];
  if (graph === undefined) {
    return;
  }
  if (!isObject(graph)) {
    throw new RefusedPrompt('prompt must be an object of nodes.', 'prompt');
  }
  for (const [id, node] of Object.entries(graph)) {
    if (!isObject(node)) {
      throw new RefusedPrompt(`Node ${id} is not an object.`, `prompt.${id}`);
    }
    if (node['inputs'] === undefined || node['inputs'] === null) {
      node['inputs'] = {};
      repaired.push(`node ${id} had no inputs`);
    } else if (!isObject(node['inputs'])) {
      throw new RefusedPrompt(`The inputs of node ${id} are not an object.`, `prompt.${id}.inputs`);
    }
  }
}

function checkExtraData(body: JsonObject, repaired: string[]): void {
  const extra = objectOrNothing(body, 'extra_data', 'extra_data', repaired);
  if (!extra) {
    return;
  }
  checkClientId(extra['client_id'], 'extra_data.client_id');
  const png = objectOrNothing(extra, 'extra_pnginfo', 'extra_data.extra_pnginfo', repaired);
  if (png) {
    objectOrNothing(png, 'workflow', 'extra_data.extra_pnginfo.workflow', repaired);
  }
}

/** The object under `key`. A null is removed and noted; anything else is refused. */
function objectOrNothing(
  parent: JsonObject,
  key: string,
  path: string,
  repaired: string[],
): JsonObject | undefined {
  const value = parent[key];
  if (value === null) {
    delete parent[key];
    repaired.push(`${path} was null`);
    return undefined;
  }
  if (value !== undefined && !isObject(value)) {
    throw new RefusedPrompt(`${path} must be an object.`, path);
  }
  return value;
}
