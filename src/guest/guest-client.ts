import { reportingAs } from '../base/report';
import type { Comment, GuestGallery, GuestItem, GuestRefusal, Making, Download } from '../ports/share-wire';

/** The server will not show the link, or not yet. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly refusal: GuestRefusal;

  constructor(refusal: GuestRefusal) {
    super(`The link was refused: ${refusal.reason}.`);
    this.refusal = refusal;
  }
}

const REASONS: readonly string[] = ['gone', 'expired', 'stopped', 'password', 'too-many-attempts', 'asleep'];
/** Status of a file that is another now than when it was shared. */
const CHANGED = 409;
/** How long an answer may take before the server counts as asleep, ms. */
const PATIENCE = 12_000;

/** Which of an item's pictures. */
export type PictureKind = 'thumb' | 'preview' | 'original' | 'clean';

/**
 * Talks to the server about one link. The page and the server that answers it are of one version, so answers are
 * taken as `share-wire.ts` describes them.
 */
export class GuestClient {
  readonly #base: string;
  readonly #fetch: typeof fetch;

  /** @param base path of the folder that `s/` lies in, with a slash at its end. */
  constructor(base: string, fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.#base = base;
    this.#fetch = fetcher;
  }

  /** Exchanges the secret of a link for a cookie. @throws RefusedError */
  open(token: string, password?: string): Promise<GuestGallery> {
    return this.#ask('open', {
      method: 'POST',
      body: password === undefined ? { token } : { token, password },
    });
  }

  /** What a link shows, by its public id, with the cookie of this browser. @throws RefusedError */
  gallery(id: string): Promise<GuestGallery> {
    return this.#ask(`${encodeURIComponent(id)}/gallery`);
  }

  /** How a picture was made. @throws RefusedError */
  making(id: string, item: string): Promise<Making> {
    return this.#ask(this.#item(id, item, 'making'));
  }

  async setFavourite(id: string, item: string, favourite: boolean): Promise<void> {
    await this.#ask(this.#item(id, item, 'favourite'), { method: 'PUT', body: { favourite } });
  }

  async setVote(id: string, item: string, vote: boolean): Promise<void> {
    await this.#ask(this.#item(id, item, 'vote'), { method: 'PUT', body: { vote } });
  }

  comment(id: string, item: string, name: string, text: string): Promise<Comment> {
    return this.#ask(this.#item(id, item, 'comments'), { method: 'POST', body: { name, text } });
  }

  /** The address of one of an item's pictures. */
  picture(id: string, item: string, kind: PictureKind): string {
    return `${this.#base}s/${this.#item(id, item, kind)}`;
  }

  /** Whether a picture is not shown because its file is another now than when it was shared. */
  async isChanged(id: string, item: string, kind: PictureKind): Promise<boolean> {
    const options = { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) } as const;
    const { status } = await this.#answer(this.picture(id, item, kind), options);
    return status === CHANGED;
  }

  /** The best picture of an item that may be shown: what zooming in needs. */
  sharpest(id: string, { id: item, kind }: GuestItem, download: Download): string {
    return this.picture(id, item, download === 'none' || kind !== 'image' ? 'preview' : download);
  }

  liveUrl(id: string): string {
    const url = new URL(`${this.#base}s/${encodeURIComponent(id)}/live`, location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
  }

  #item(id: string, item: string, what: string): string {
    return `${encodeURIComponent(id)}/items/${encodeURIComponent(item)}/${what}`;
  }

  async #ask<T>(path: string, { method = 'GET', body }: { method?: string; body?: object } = {}): Promise<T> {
    const response = await this.#answer(`${this.#base}s/${path}`, {
      method,
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE),
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    if (response.status === 204) {
      return undefined as T;
    }
    const answer: unknown = await response.json().catch(reportingAs('guest.answer', null));
    if (response.ok && answer !== null) {
      return answer as T;
    }
    throw new RefusedError(refusalIn(answer, response.status));
  }

  async #answer(address: string, options: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(address, options);
    } catch {
      // No answer at all is a state of the page, shown in words, not a fault.
      throw new RefusedError({ reason: 'asleep' });
    }
  }
}

/** The refusal in an answer; what a proxy in front says when nothing is behind it counts as asleep. */
function refusalIn(answer: unknown, status: number): GuestRefusal {
  const { reason, retryAfter } = (answer ?? {}) as Partial<Record<keyof GuestRefusal, unknown>>;
  if (typeof reason === 'string' && REASONS.includes(reason)) {
    return {
      reason: reason as GuestRefusal['reason'],
      ...(typeof retryAfter === 'number' && { retryAfter }),
    };
  }
  if (status === 429) {
    return { reason: 'too-many-attempts' };
  }
  return { reason: status >= 500 ? 'asleep' : 'gone' };
}
