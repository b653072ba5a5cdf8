import * as v from 'valibot';
import { reportingAs } from '../base/report';
import type {
  AddressList,
  Device,
  Feedback,
  Pairing,
  Share,
  ShareChange,
  SharedFile,
  ShareDraft,
  ShareList,
} from '../ports/share-wire';

/**
 * Why the server did not do it. `absent`: it has no share links, as ComfyUI itself and Vite's dev server have
 * none; `storeless`: it could not open its database; `silent`: it does not answer; `refused`: it said no.
 */
export class ShareError extends Error {
  override readonly name = 'ShareError';
  readonly kind: 'absent' | 'storeless' | 'silent' | 'refused';

  constructor(kind: ShareError['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

const noDatabaseSchema = v.object({ error: v.object({ type: v.literal('no_database') }) });

/** How long an answer may take, ms: a new link may hold thousands of files. */
const PATIENCE = 30_000;

/** Talks to Darkroom's server about share links and paired devices. */
export class ShareClient {
  readonly #base: URL;
  readonly #fetch: typeof fetch;

  /** @param base the folder of the page, with a slash at its end. */
  constructor(base: string, fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.#base = new URL('darkroom/', base);
    this.#fetch = fetcher;
  }

  async list(): Promise<readonly Share[]> {
    return (await this.#ask<ShareList>('GET', 'shares')).shares;
  }

  make(draft: ShareDraft): Promise<Share> {
    return this.#ask('POST', 'shares', draft);
  }

  change(id: string, change: ShareChange): Promise<Share> {
    return this.#ask('PATCH', `shares/${encodeURIComponent(id)}`, change);
  }

  setItems(id: string, items: readonly SharedFile[]): Promise<Share> {
    return this.#ask('PUT', `shares/${encodeURIComponent(id)}/items`, { items });
  }

  async stop(id: string): Promise<void> {
    await this.#ask('DELETE', `shares/${encodeURIComponent(id)}`);
  }

  feedback(id: string): Promise<Feedback> {
    return this.#ask('GET', `shares/${encodeURIComponent(id)}/feedback`);
  }

  addresses(): Promise<AddressList> {
    return this.#ask('GET', 'addresses');
  }

  pair(): Promise<Pairing> {
    return this.#ask('POST', 'pairings', {});
  }

  async devices(): Promise<readonly Device[]> {
    return (await this.#ask<{ devices: Device[] }>('GET', 'devices')).devices;
  }

  async forgetDevice(id: string): Promise<void> {
    await this.#ask('DELETE', `devices/${encodeURIComponent(id)}`);
  }

  /** Address of the socket that tells what guests do. */
  get liveUrl(): string {
    const url = new URL('shares/live', this.#base);
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    let response: Response;
    try {
      response = await this.#fetch(new URL(path, this.#base).href, {
        method,
        cache: 'no-store',
        signal: AbortSignal.timeout(PATIENCE),
        ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      });
    } catch (error) {
      throw new ShareError('silent', 'The server does not answer.', error);
    }
    if (response.status === 204) {
      return undefined as T;
    }
    const answer: unknown = await response.json().catch(reportingAs('sharing.answer', null));
    if (response.ok && answer !== null) {
      return answer as T;
    }
    const message = `${method} ${path}: ${response.status}`;
    if (v.is(noDatabaseSchema, answer)) {
      throw new ShareError('storeless', message);
    }
    // A page in place of an answer, or no such route: whoever serves the page knows nothing of links.
    const isAbsent =
      response.ok || ([404, 405, 501].includes(response.status) && /^(shares|addresses)$/.test(path));
    throw new ShareError(isAbsent ? 'absent' : 'refused', message);
  }
}
