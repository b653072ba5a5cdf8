import type { FastifyInstance, FastifyReply } from 'fastify';

import type { Share } from '../../ports/share-wire';
import type { Sharing } from '../sharing';
import { hashPassword } from './passwords';
import { readChange, readDraft, readItems } from './share-input';

/** Enough for the most files a link may hold, each with how it was made. */
const LIST_BYTES = 32 * 1024 * 1024;

type ById = { Params: { id: string } };

/** The routes of the owner's app: see `share-wire.ts`. */
export function ownerRoutes(app: FastifyInstance, sharing: Sharing): void {
  const { store, hub, devices } = sharing;
  const lists = { bodyLimit: LIST_BYTES };

  app.get('/darkroom/shares', (_request, reply) => fresh(reply).send({ shares: store.list() }));

  app.post('/darkroom/shares', lists, async (request, reply) => {
    const draft = readDraft(request.body);
    if (!draft) {
      return malformed(reply);
    }
    const share = store.create(
      draft,
      draft.password === undefined ? null : await hashPassword(draft.password),
    );
    sharing.changed(share.id);
    return fresh(reply).code(201).send(share);
  });

  app.patch<ById>('/darkroom/shares/:id', async (request, reply) => {
    const change = readChange(request.body);
    if (!change) {
      return malformed(reply);
    }
    const { password, ...rest } = change;
    const hash = typeof password === 'string' ? await hashPassword(password) : password;
    const share = store.change(request.params.id, rest, hash);
    if (share && hash) {
      hub.reopen(share.id);
    }
    if (share && rest.rights?.download !== undefined) {
      hub.cutDownloads(share.id);
    }
    return changed(reply, share);
  });

  app.put<ById>('/darkroom/shares/:id/items', lists, (request, reply) => {
    const items = readItems(request.body);
    return items ? changed(reply, store.setItems(request.params.id, items)) : malformed(reply);
  });

  app.delete<ById>('/darkroom/shares/:id', (request, reply) =>
    sharing.stop(request.params.id) ? reply.code(204).send() : missing(reply),
  );

  app.get<ById>('/darkroom/shares/:id/feedback', (request, reply) => {
    const feedback = store.feedback(request.params.id);
    return feedback ? fresh(reply).send(feedback) : missing(reply);
  });

  app.get('/darkroom/addresses', (_request, reply) => fresh(reply).send(sharing.addresses()));

  app.post('/darkroom/pairings', (_request, reply) => fresh(reply).code(201).send(devices.offer()));

  app.get('/darkroom/devices', (_request, reply) => fresh(reply).send({ devices: devices.list() }));

  app.delete<ById>('/darkroom/devices/:id', (request, reply) => {
    if (!devices.revoke(request.params.id)) {
      return missing(reply);
    }
    sharing.deviceSockets.cut(request.params.id);
    return reply.code(204).send();
  });

  function changed(reply: FastifyReply, share: Share | null): FastifyReply {
    if (!share) {
      return missing(reply);
    }
    sharing.changed(share.id);
    return fresh(reply).send(share);
  }
}

function fresh(reply: FastifyReply): FastifyReply {
  return reply.header('Cache-Control', 'no-store');
}

function malformed(reply: FastifyReply): FastifyReply {
  return reply.code(400).send({ error: { type: 'malformed', message: 'The request is malformed.' } });
}

function missing(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: { type: 'not_found', message: 'There is nothing of that id.' } });
}
