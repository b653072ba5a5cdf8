import { DEFAULT_RIGHTS, type GuestGallery, type GuestItem, type ShareRights } from '../../ports/share-wire';
import type { LiveSocket } from '../guest-live';

/** An item of a link, with shapes that differ. */
export function guestItem(at: number, rest: Partial<GuestItem> = {}): GuestItem {
  const [width, height] = [
    [768, 512],
    [512, 768],
    [640, 640],
  ][at % 3] ?? [1, 1];
  return {
    id: `item-${at}`,
    kind: 'image',
    width: width ?? 1,
    height: height ?? 1,
    at: 1_700_000_000_000,
    favourite: false,
    vote: false,
    ...rest,
  };
}

/** What a link shows. */
export function guestGallery(
  count: number,
  rights: Partial<ShareRights> = {},
  rest: Partial<GuestGallery> = {},
): GuestGallery {
  return {
    id: 'public',
    title: 'Holiday',
    expiresAt: null,
    rights: { ...DEFAULT_RIGHTS, ...rights },
    items: Array.from({ length: count }, (_, at) => guestItem(at)),
    comments: [],
    ...rest,
  };
}

/** A socket that a test speaks through. */
export class StubSocket implements LiveSocket {
  binaryType: BinaryType = 'blob';
  onopen: LiveSocket['onopen'] = null;
  onmessage: LiveSocket['onmessage'] = null;
  onclose: LiveSocket['onclose'] = null;
  isClosed = false;

  tell(event: object): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(event) }));
  }

  drop(): void {
    this.onclose?.(new Event('close') as CloseEvent);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** Answers what a test laid ready by method and path, and remembers what was asked. */
export class StubServer {
  readonly asked: { method: string; path: string; body: unknown }[] = [];
  readonly answers = new Map<string, () => Response>();
  /** Does not answer at all. */
  isAsleep = false;

  /** @param route such as `POST /s/open`. */
  answer(route: string, body: unknown, status = 200): void {
    this.answers.set(route, () => new Response(status === 204 ? null : JSON.stringify(body), { status }));
  }

  readonly fetch = (
    address: RequestInfo | URL,
    { method = 'GET', body }: RequestInit = {},
  ): Promise<Response> => {
    const path = address as string;
    this.asked.push({ method, path, body: typeof body === 'string' ? JSON.parse(body) : undefined });
    if (this.isAsleep) {
      return Promise.reject(new TypeError('Failed to fetch'));
    }
    const answer = this.answers.get(`${method} ${path}`);
    return Promise.resolve(answer?.() ?? new Response('{"reason":"gone"}', { status: 404 }));
  };
}
