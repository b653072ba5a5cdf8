import { PassThrough, Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { LibraryMeta, LibraryStatus } from '../../ports/library-wire';
import { QueueFull } from '../pictures/work-queue';
import { readRange } from './byte-range';
import { changeRoutes, missingRoute } from './change-routes';
import { DiskFile, isContentKey } from './disk-file';
import { formatOf, mimeOf } from './file-format';
import { textsOf } from './file-making';
import { forReader, type Library } from './library';
import type { FoundFile } from './library-messages';
import { type OpenFile, openFound } from './open-found';
import { noLibrary, refuse } from './refuse';
import { LibraryBusy } from './thread-client';

type ById = { Params: { id: string } };

/** A browser may keep for good what is addressed by its content, and nobody else may. */
const FOR_GOOD = 'private, max-age=31536000, immutable';
/** Nothing that a file holds may run as a page of ours. */
const SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/**
 * The routes of the library: see `library-wire.ts`.
 * @param library `null` where there is no data folder.
 * @param mayWrite whether whoever asks may use those that move and delete files.
 */
export function libraryRoutes(
  app: FastifyInstance,
  library: Library | null,
  mayWrite: (request: FastifyRequest) => boolean,
): void {
  const both = ['GET', 'HEAD'];

  app.get('/darkroom/library', async (request, reply) => {
    const status: LibraryStatus = (await library?.status()) ?? { on: false, why: 'no_folder' };
    return reply.header('Cache-Control', 'no-store').send(forReader(status, mayWrite(request)));
  });

  app.get('/darkroom/library/changes', async (request, reply) => {
    const asked = readSince(request.query);
    if (!asked) {
      return refuse(
        reply,
        400,
        'malformed',
        'since must be a whole number, and epoch what the library said.',
      );
    }
    const lines = (await library?.changes(asked.since, asked.epoch)) ?? null;
    return lines ? sendLines(request, reply, lines) : noLibrary(reply);
  });

  app.get('/darkroom/library/folders', async (_request, reply) => {
    const folders = await library?.folders();
    return folders ? reply.header('Cache-Control', 'no-store').send(folders) : noLibrary(reply);
  });

  app.route<ById>({
    method: both,
    url: '/darkroom/library/thumb/:id',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const key = askedKey(request, library);
      if (!library || key === null) {
        return library ? missing(reply) : noLibrary(reply);
      }
      if (isKnown(request, key)) {
        return unchanged(reply, key);
      }
      const thumb = await library.thumbs.get(key);
      if (thumb.got === 'nothing') {
        if (thumb.why === 'missing') {
          library.lookAgain(key);
          return missing(reply);
        }
        return refuse(reply, 415, 'unfit', 'No thumbnail can be made of this file.');
      }
      const { bytes } = thumb;
      lasting(reply, key).type('image/webp').header('Content-Length', bytes.length);
      return reply.send(request.method === 'HEAD' ? '' : bytes);
    },
  });

  app.route<ById>({
    method: both,
    url: '/darkroom/library/file/:id',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const key = askedKey(request, library);
      if (!library || key === null) {
        return library ? missing(reply) : noLibrary(reply);
      }
      if (isKnown(request, key)) {
        return unchanged(reply, key);
      }
      const opened = await openFound(await library.find(key));
      if (!opened) {
        library.lookAgain(key);
        return missing(reply);
      }
      return sendFile(request, reply, key, opened);
    },
  });

  app.get<ById>('/darkroom/library/meta/:id', async (request, reply) => {
    const key = askedKey(request, library);
    if (!library || key === null) {
      return library ? missing(reply) : noLibrary(reply);
    }
    const opened = await openFound(await library.find(key));
    if (!opened) {
      library.lookAgain(key);
      return missing(reply);
    }
    await opened.handle.close();
    const file = new DiskFile(opened.path);
    try {
      const texts = await textsOf(file, formatOf(file.head));
      return await lasting(reply, key).send({ texts: Object.fromEntries(texts) } satisfies LibraryMeta);
    } finally {
      file.close();
    }
  });

  missingRoute(app, library);
  changeRoutes(app, library);

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof QueueFull || error instanceof LibraryBusy) {
      void reply.header('Retry-After', 2);
      return refuse(reply, 503, 'busy', 'The library is busy. Try again in a moment.');
    }
    throw error;
  });
}

/** Which changes are asked for; `null` if the question cannot be read. */
function readSince(query: unknown): { since: number | null; epoch: string | null } | null {
  const { since, epoch } = query as Record<string, unknown>;
  if (since === undefined) {
    return { since: null, epoch: null };
  }
  const isRead = typeof since === 'string' && /^\d{1,15}$/.test(since);
  return isRead && (epoch === undefined || typeof epoch === 'string')
    ? { since: Number(since), epoch: epoch ?? null }
    : null;
}

function sendLines(
  request: FastifyRequest,
  reply: FastifyReply,
  lines: AsyncGenerator<string>,
): FastifyReply {
  const source = Readable.from(lines, { objectMode: true, highWaterMark: 1 });
  void reply
    .type('application/x-ndjson; charset=utf-8')
    .header('Cache-Control', 'no-store')
    .header('Vary', 'Accept-Encoding');
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    const plain = new PassThrough();
    pass(source, plain);
    return reply.send(plain);
  }
  // Faster levels make it a fifth larger, slower ones take the time of several streams for a twentieth less.
  const packed = createGzip({ level: 4, flush: constants.Z_NO_FLUSH });
  pass(source, packed);
  return reply.header('Content-Encoding', 'gzip').send(packed);
}

/** Pipes, and ends the source when the browser goes. */
function pass(source: Readable, target: NodeJS.ReadWriteStream & { destroy(error?: Error): unknown }): void {
  source.on('error', (error) => {
    target.destroy(error);
  });
  target.on('close', () => {
    source.destroy();
  });
  source.pipe(target);
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  key: string,
  { handle, file }: OpenFile,
): Promise<FastifyReply> {
  const { size } = file;
  const isSame = [undefined, `"${key}"`].includes(request.headers['if-range'] as string | undefined);
  const range = isSame ? readRange(request.headers.range, size) : null;
  lasting(reply, key)
    .header('Accept-Ranges', 'bytes')
    .header('Content-Disposition', disposition(file))
    .type(mimeOf(file.format, file.name));
  if (range === 'unsatisfiable') {
    await handle.close();
    void reply.header('Content-Range', `bytes */${size}`);
    return refuse(reply, 416, 'range', 'The file is shorter than that.');
  }
  const { from, to } = range ?? { from: 0, to: size - 1 };
  if (range) {
    void reply.code(206).header('Content-Range', `bytes ${from}-${to}/${size}`);
  }
  void reply.header('Content-Length', to - from + 1);
  if (request.method === 'HEAD' || to < from) {
    await handle.close();
    return reply.send('');
  }
  return reply.send(handle.createReadStream({ start: from, end: to }));
}

/** Pictures, videos and sounds are shown; everything else is only ever saved. */
function disposition({ format, name }: FoundFile): string {
  const isShown = /^(image|video|audio|text)\//.test(mimeOf(format, name));
  const plain = name.replaceAll(/[^\w .-]/g, '_');
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `${isShown ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${exact}`;
}

function askedKey({ params: { id } }: FastifyRequest<ById>, library: Library | null): string | null {
  return library?.isOn && isContentKey(id) ? id : null;
}

function isKnown({ headers }: FastifyRequest, key: string): boolean {
  return (headers['if-none-match'] ?? '').split(',').some((tag) => tag.trim() === `"${key}"`);
}

function lasting(reply: FastifyReply, key: string): FastifyReply {
  return reply
    .header('Cache-Control', FOR_GOOD)
    .header('ETag', `"${key}"`)
    .header('X-Content-Type-Options', 'nosniff')
    .header('Content-Security-Policy', SANDBOX);
}

function unchanged(reply: FastifyReply, key: string): FastifyReply {
  return lasting(reply, key).code(304).send();
}

function missing(reply: FastifyReply): FastifyReply {
  return refuse(reply, 404, 'missing', 'The library has no such file, or it cannot be reached just now.');
}
