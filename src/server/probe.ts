import { type ComfyAddress, parseComfyUrl } from './comfy-url';
import { unreachableJson } from './replies';

/** What answers at the address given for ComfyUI. */
export type ProbeResult =
  | { found: 'comfyui'; version: string | undefined }
  | { found: 'darkroom' }
  | { found: 'other' }
  /** `message` names the address and the reason. */
  | { found: 'nothing'; message: string };

const PATIENCE_MS = 3_000;

/** Checks once whether ComfyUI answers at an address. Never throws: Darkroom starts either way. */
export async function probeComfy(comfyUrl: string): Promise<ProbeResult> {
  const comfy = parseComfyUrl(comfyUrl);
  try {
    // Another Darkroom would pass system_stats on to its ComfyUI, so ask for its own name first.
    const about = await getJson(comfy, '/darkroom/about');
    if (field(about, 'name') === 'comfy-darkroom') {
      return { found: 'darkroom' };
    }
    const system = field(await getJson(comfy, '/system_stats'), 'system');
    if (system === undefined) {
      return { found: 'other' };
    }
    const version = field(system, 'comfyui_version');
    return { found: 'comfyui', version: typeof version === 'string' ? version : undefined };
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
    const reason = isTimeout ? Object.assign(new Error(), { code: 'ETIMEDOUT' }) : cause;
    return { found: 'nothing', message: unreachableJson(comfy.shown, reason).error.message };
  }
}

/** The response as JSON, or `undefined` if it is not JSON. Throws if there is no response. */
async function getJson(comfy: ComfyAddress, path: string): Promise<unknown> {
  const response = await fetch(comfy.shown + path, {
    headers: comfy.authorization === undefined ? {} : { Authorization: comfy.authorization },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  try {
    return (await response.json()) as unknown;
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
