import type { IncomingMessage } from 'node:http';
import { parseExact, type ExactJson } from '../../comfy/exact-json';
import { HttpStop, text } from './responses';

/** `--max-upload-size` 100, in bytes; applies to every body (API notes §1.6). */
export const MOST_BODY_BYTES = 100 * 1024 * 1024;

/** The sub-application under /internal has aiohttp's own limit. */
export const MOST_INTERNAL_BYTES = 1024 * 1024;

/** 413 as aiohttp words it. */
export function tooLarge(limit: number, actual: number): HttpStop {
  return new HttpStop(text(`Maximum request body size ${limit} exceeded, actual body size ${actual}`, 413));
}

/**
 * The body in chunks. Leaving the loop early keeps the connection open, so that the response still reaches a
 * client that has not finished sending.
 */
export function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/**
 * The whole body.
 * @throws HttpStop (413) when it is larger than `limit` bytes.
 */
export async function readBody(request: IncomingMessage, limit = MOST_BODY_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > limit) {
      throw tooLarge(limit, size);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The body as JSON, whatever its Content-Type says (API notes §1.3).
 * @throws SyntaxError if it is not JSON.
 */
export async function readJson(request: IncomingMessage, limit?: number): Promise<ExactJson> {
  return parseExact((await readBody(request, limit)).toString('utf8'));
}

/** The body as a JSON object; anything else is an unhandled exception in ComfyUI, hence 500. */
export async function readObject(request: IncomingMessage): Promise<Record<string, ExactJson>> {
  const body = await readJson(request);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TypeError('the body is not a JSON object');
  }
  return body;
}
