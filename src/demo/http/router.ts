import type { IncomingMessage } from 'node:http';
import type { Answer } from './responses';

/** What a handler gets. */
export interface Call {
  request: IncomingMessage;
  query: URLSearchParams;
  /** Decoded `{name}` parts of the path. */
  params: Readonly<Record<string, string>>;
}

export type Handler = (call: Call) => Promise<Answer> | Answer;

/** What a request resolves to: a handler, or the methods the path supports. */
export type Resolution =
  { handler: Handler; params: Record<string, string> } | { handler: null; allowed: Set<string> };

interface Route {
  method: string;
  parts: readonly string[];
  handler: Handler;
}

/** Routes as aiohttp resolves them: `{name}` matches one path segment, GET includes HEAD. */
export class Router {
  readonly #routes: Route[] = [];
  readonly #prefixed: boolean;

  /** @param prefixed whether routes exist below /api, too. */
  constructor(prefixed = true) {
    this.#prefixed = prefixed;
  }

  /** Adds a route under its bare path only. */
  addBare(method: string, path: string, handler: Handler): void {
    this.#routes.push({ method, parts: path.split('/'), handler });
  }

  /** Adds a route under its path and, where the era has that, under /api (API notes §1.1). */
  add(method: string, path: string, handler: Handler): void {
    this.addBare(method, path, handler);
    if (this.#prefixed) {
      this.addBare(method, `/api${path}`, handler);
    }
  }

  /** @param path raw path of the URL, still percent-encoded. */
  resolve(method: string, path: string): Resolution {
    const parts = path.split('/').map(decodePart);
    const allowed = new Set<string>();
    for (const route of this.#routes) {
      const params = matchParts(route.parts, parts);
      if (!params) {
        continue;
      }
      if (route.method === method || (route.method === 'GET' && method === 'HEAD')) {
        return { handler: route.handler, params };
      }
      allowed.add(route.method);
      if (route.method === 'GET') {
        allowed.add('HEAD');
      }
    }
    return { handler: null, allowed };
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) {
    return null;
  }
  const params: Record<string, string> = {};
  for (const [index, want] of pattern.entries()) {
    const part = parts[index] ?? '';
    const name = /^\{(.+)\}$/.exec(want)?.[1];
    if (name !== undefined) {
      if (part === '') {
        return null;
      }
      params[name] = part;
    } else if (part !== want) {
      return null;
    }
  }
  return params;
}
