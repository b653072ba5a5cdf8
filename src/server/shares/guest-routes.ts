import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { GuestRefusal } from '../../ports/share-wire';
import { guestCookie, secretCookie } from '../cookies';
import type { Admission } from '../gate';
import { RateLimit } from '../rate-limit';
import type { Sharing } from '../sharing';
import { Attempts, network } from './attempts';
import { checkPassword } from './passwords';
import { readComment, readFlag, readOpening } from './share-input';
import type { GuestPass, Item, Link } from './share-store';

/** All that a guest sends is small. */
const BODY_BYTES = 16 * 1024;
/** Comments one guest may leave in a link. */
const COMMENTS_PER_GUEST = 300;
/** Comments in a link: whoever opens it again is another guest, and every guest is sent all of them. */
const COMMENTS_PER_LINK = 3_000;

const STATUS: Readonly<Record<GuestRefusal['reason'], number>> = {
  gone: 404,
  expired: 410,
  stopped: 410,
  password: 401,
  'too-many-attempts': 429,
  asleep: 503,
};

type OfItem = { Params: { id: string; item: string } };

/** What a route of a link works on, once its guest is known. */
interface Visit {
  pass: GuestPass;
  link: Link;
}

export interface GuestRoutesOptions {
  sharing: Sharing;
  /** Directory of the built app, where the guest's page lies. */
  staticDir: string;
  admissionOf: (request: FastifyRequest) => Admission | undefined;
}

/** The routes of guests: see `share-wire.ts`. The gate has let in only who has the cookie of an open link. */
export function guestRoutes(
  app: FastifyInstance,
  { sharing, staticDir, admissionOf }: GuestRoutesOptions,
): void {
  const { store, hub, pictures } = sharing;
  const attempts = new Attempts();
  const openings = new RateLimit(30, 0.5);
  const remarks = new RateLimit(20, 0.5);

  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('X-Robots-Tag', 'noindex, nofollow');
    void reply.header('Cache-Control', 'no-store');
    done();
  });

  for (const [path, up] of [
    ['/s/:token', '../'],
    ['/s/:token/:slug', '../../'],
  ] as const) {
    app.get(path, async (_request, reply) => {
      const page = await readPage(staticDir, up);
      return page === null
        ? reply.code(404).send({ error: { type: 'no_page', message: 'This build has no page for guests.' } })
        : reply.type('text/html; charset=utf-8').send(page);
    });
  }

  app.post('/s/open', { bodyLimit: BODY_BYTES }, async (request, reply) => {
    const admission = admissionOf(request);
    const opening = readOpening(request.body);
    if (!admission || !opening) {
      return malformed(reply);
    }
    const address = network(admission.client.address);
    const wait = openings.take(address);
    if (wait > 0) {
      return refuse(reply, { reason: 'too-many-attempts', retryAfter: wait });
    }
    const link = await unlock(opening, address);
    if ('reason' in link) {
      return refuse(reply, link);
    }
    const { secret, guest, views } = store.admit(link.id);
    hub.tellOwner({ type: 'opened', share: link.id, views, at: Date.now() });
    const cookie = secretCookie(guestCookie(link.id), secret, {
      client: admission.client,
      path: `/s/${link.id}`,
      lifeMs: link.expiresAt === null ? null : link.expiresAt - Date.now(),
    });
    return reply.header('Set-Cookie', cookie).send(store.gallery(link, guest));
  });

  /** The link that token and password open, or why they do not. */
  async function unlock(
    { token, password }: { token: string; password?: string | undefined },
    address: string,
  ): Promise<Link | GuestRefusal> {
    const link = store.byToken(token);
    if (!link) {
      return { reason: 'gone' };
    }
    if (link.state !== 'open') {
      return { reason: link.state };
    }
    if (link.password === null) {
      return link;
    }
    if (password === undefined) {
      return { reason: 'password' };
    }
    const wait = attempts.begin(link.id, address);
    if (wait > 0) {
      return { reason: 'too-many-attempts', retryAfter: wait };
    }
    if (!(await checkPassword(password, link.password))) {
      return { reason: 'password' };
    }
    attempts.succeed(link.id, address);
    // It may have been stopped, or given another password, while this one was being checked.
    const now = store.byToken(token);
    return now?.state === 'open' && now.password === link.password ? now : unlock({ token }, address);
  }

  const visit = (request: FastifyRequest): Visit | null => {
    const pass = admissionOf(request)?.pass;
    const link = pass ? store.link(pass.share) : null;
    return pass && link?.state === 'open' ? { pass, link } : null;
  };

  app.get('/s/:id/gallery', (request, reply) => {
    const here = visit(request);
    if (!here) {
      return refuse(reply, { reason: 'gone' });
    }
    store.touch(here.pass.guest);
    return reply.send(store.gallery(here.link, here.pass.guest));
  });

  /** Finds the item a route is about, if the link grants what the route does. */
  function about(
    request: FastifyRequest<OfItem>,
    isGranted: (link: Link) => boolean,
  ): (Visit & { item: Item }) | 'gone' | 'not_granted' {
    const here = visit(request);
    const item = here && store.item(here.link.id, request.params.item);
    if (!here || !item) {
      return 'gone';
    }
    return isGranted(here.link) ? { ...here, item } : 'not_granted';
  }

  function turnAway(reply: FastifyReply, why: 'gone' | 'not_granted'): FastifyReply {
    return why === 'gone'
      ? refuse(reply, { reason: 'gone' })
      : reply.code(403).send({ error: { type: 'not_granted', message: 'This link does not allow that.' } });
  }

  const GRANTS = {
    thumb: () => true,
    preview: () => true,
    clean: ({ rights }: Link) => rights.download !== 'none',
    original: ({ rights }: Link) => rights.download === 'original',
  } as const;
  for (const size of ['thumb', 'preview', 'clean', 'original'] as const) {
    app.get<OfItem>(`/s/:id/items/:item/${size}`, async (request, reply) => {
      const found = about(request, GRANTS[size]);
      if (typeof found === 'string') {
        return turnAway(reply, found);
      }
      hub.addAnswer(found.link.id, {
        response: reply.raw,
        isDownload: size === 'clean' || size === 'original',
      });
      return pictures.send(request, reply, found.item, size);
    });
  }

  app.get<OfItem>('/s/:id/items/:item/making', (request, reply) => {
    const found = about(request, ({ rights }) => rights.making);
    return typeof found === 'string' ? turnAway(reply, found) : reply.send(found.item.making ?? {});
  });

  for (const [name, table, right] of [
    ['favourite', 'favourites', 'favourites'],
    ['vote', 'votes', 'voting'],
  ] as const) {
    app.put<OfItem>(`/s/:id/items/:item/${name}`, { bodyLimit: BODY_BYTES }, (request, reply) => {
      const found = about(request, ({ rights }) => rights[right]);
      if (typeof found === 'string') {
        return turnAway(reply, found);
      }
      const isSet = readFlag(request.body, name);
      if (isSet === null) {
        return malformed(reply);
      }
      const { item, pass, link } = found;
      const count = store.mark(table, item.id, pass.guest, isSet);
      store.touch(pass.guest);
      hub.tellOwner(
        table === 'votes'
          ? { type: 'votes', share: link.id, item: item.id, count, voters: store.voters(link.id) }
          : { type: 'favourites', share: link.id, item: item.id, count },
      );
      return reply.code(204).send();
    });
  }

  app.post<OfItem>('/s/:id/items/:item/comments', { bodyLimit: BODY_BYTES }, (request, reply) => {
    const found = about(request, ({ rights }) => rights.comments);
    if (typeof found === 'string') {
      return turnAway(reply, found);
    }
    const said = readComment(request.body);
    if (!said) {
      return malformed(reply);
    }
    const { item, pass, link } = found;
    const isFull =
      store.commentsOf(pass.guest) >= COMMENTS_PER_GUEST || store.commentsIn(link.id) >= COMMENTS_PER_LINK;
    const wait = isFull ? 3_600 : remarks.take(String(pass.guest));
    if (wait > 0) {
      return refuse(reply, { reason: 'too-many-attempts', retryAfter: wait });
    }
    const comment = store.comment(link.id, item.id, pass.guest, said);
    store.touch(pass.guest);
    hub.tellOwner({ type: 'comment', share: link.id, comment });
    hub.tellGuests(link.id, { type: 'comment', comment });
    return reply.code(201).send(comment);
  });
}

/**
 * The guest's page. It lies in the root of the build and names its files from there, but is shown further down;
 * `data-root` tells its script the way up.
 */
async function readPage(staticDir: string, up: string): Promise<string | null> {
  try {
    const html = await readFile(join(staticDir, 'guest.html'), 'utf8');
    return html
      .replaceAll(/(\s(?:src|href)=")\.\//g, `$1${up}`)
      .replace(/<html\b/, `<html data-root="${up}"`);
  } catch {
    return null;
  }
}

function malformed(reply: FastifyReply): FastifyReply {
  return reply.code(400).send({ error: { type: 'malformed', message: 'The request is malformed.' } });
}

function refuse(reply: FastifyReply, refusal: GuestRefusal): FastifyReply {
  if (refusal.retryAfter !== undefined) {
    void reply.header('Retry-After', refusal.retryAfter);
  }
  return reply.code(STATUS[refusal.reason]).send(refusal);
}
