import type { IncomingMessage, ServerResponse } from 'node:http';

import { guardPrompt } from './prompt-guard';
import type { ComfyProxy } from './proxy';
import { sendJson } from './replies';

/** Prompts are held in memory to be checked, so their size is limited; real ones are at most a few MB. */
const MAX_PROMPT_BYTES = 32 * 1024 * 1024;

/** Reads a `POST /prompt`, checks it (see `guardPrompt`) and passes it on, or answers 400. */
export function forwardPrompt(request: IncomingMessage, response: ServerResponse, proxy: ComfyProxy): void {
  // ComfyUI would decompress or decode these and see a different prompt from the one checked here.
  if (request.headers['content-encoding'] !== undefined) {
    refuse(response, 415, 'Send the prompt uncompressed.', 'content-encoding');
    request.resume();
    return;
  }
  const charset = /charset\s*=\s*"?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    refuse(response, 415, 'Send the prompt as UTF-8.', charset);
    request.resume();
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const collect = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= MAX_PROMPT_BYTES) {
      chunks.push(chunk);
      return;
    }
    chunks.length = 0;
    refuse(response, 413, `A prompt may be at most ${MAX_PROMPT_BYTES} bytes.`, '');
  };
  request.on('data', collect);
  request.once('end', () => {
    if (size > MAX_PROMPT_BYTES) {
      return;
    }
    const body = Buffer.concat(chunks);
    const verdict = guardPrompt(body.toString('utf8'));
    if (verdict.ok) {
      proxy.forward(request, response, verdict.repaired.length > 0 ? Buffer.from(verdict.text) : body);
    } else {
      refuse(response, 400, verdict.message, verdict.details);
    }
  });
}

/** An error shaped like ComfyUI's own (API notes §2.1), so that the app shows it the same way. */
function refuse(response: ServerResponse, status: number, message: string, details: string): void {
  sendJson(response, status, {
    error: { type: 'refused_by_darkroom', message, details, extra_info: {} },
    node_errors: {},
  });
}
