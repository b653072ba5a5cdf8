import type { ServerResponse } from 'node:http';

import { systemCode } from './errors';

/** Body of the 502 response when ComfyUI cannot be reached. */
export interface UnreachableBody {
  error: { type: 'comfyui_unreachable'; address: string; message: string };
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing is listening there',
  ENOTFOUND: 'there is no computer with that name',
  EAI_AGAIN: 'the name could not be resolved',
  ETIMEDOUT: 'the computer does not answer',
  EHOSTUNREACH: 'the computer cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ECONNRESET: 'it closed the connection without answering',
  EPIPE: 'it closed the connection without answering',
};

/** The 502 body for a failed request to ComfyUI: where we looked and what happened. */
export function unreachableJson(address: string, error: unknown): UnreachableBody {
  const code = systemCode(error);
  const reason = REASONS[code ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return {
    error: {
      type: 'comfyui_unreachable',
      address,
      message: `ComfyUI does not answer at ${address}: ${reason}.`,
    },
  };
}

/** Sends JSON on a plain Node response, unless a response was already started. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) {
    return;
  }
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}
