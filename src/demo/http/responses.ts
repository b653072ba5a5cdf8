import { STATUS_CODES, type OutgoingHttpHeaders } from 'node:http';
import { pythonJson } from '../python/json';

/** A response to be written: bytes, or a file to stream. */
export interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Uint8Array | null;
  /** Streamed instead of `body`, with ETag, Range and 304 (API notes §2.2). */
  file?: string;
  /** HTTP reason phrase, where ComfyUI sets its own. */
  reason?: string;
}

/** `web.json_response`. */
export function json(value: unknown, status = 200): Answer {
  return jsonText(pythonJson(value), status);
}

/** The same of a value that is printed already. */
export function jsonText(text: string, status = 200): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: Buffer.from(text),
  };
}

/** `web.Response(status)`: no body, octet-stream (API notes §1.4). */
export function empty(status = 200): Answer {
  return { status, headers: { 'Content-Type': 'application/octet-stream' }, body: null };
}

/** Plain text. */
export function text(body: string, status = 200): Answer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: Buffer.from(body) };
}

/** The router's own responses, such as `404: Not Found`. */
export function routerError(status: number, headers: OutgoingHttpHeaders = {}): Answer {
  const answer = text(`${status}: ${STATUS_CODES[status] ?? ''}`, status);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** What an unhandled exception becomes (API notes §1.5). */
export function serverError(): Answer {
  return text('500 Internal Server Error\n\nServer got itself in trouble', 500);
}

/** Thrown by handlers to answer at once. */
export class HttpStop extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`HTTP ${answer.status}`);
    this.answer = answer;
  }
}
