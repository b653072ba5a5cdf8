import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, extname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { send } from '@fastify/send';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { type FileRef, viewQuery } from '../../comfy/file-ref';
import type { GuestItem } from '../../ports/share-wire';
import type { ComfyAddress } from '../comfy-url';
import type { FileMark, Item } from '../shares/share-store';
import { cleanVideo } from './clean-video';
import { DiskCache } from './disk-cache';
import { fileKind, KIND_BYTES } from './file-kind';
import { makePicture, measurePicture } from './make-picture';
import { QueueFull, WorkQueue } from './work-queue';

export type Wanted = 'thumb' | 'preview' | 'clean' | 'original';

/** The most one picture may weigh, bytes; a video may weigh a quarter of the cache. */
const MOST_PICTURE_BYTES = 200 * 1024 * 1024;
/** How long ComfyUI may take to send a file, ms. */
const FETCH_MS = 120_000;
/** Requests to ComfyUI at once: its event loop also runs the queue. */
const FETCHES = 3;
/**
 * Pictures made at once, each of which keeps one core busy, however many there are: Node has four threads for such
 * work, and one must be left for reading files.
 */
const MAKINGS = 3;
/** For how long a file that cannot be shown is not asked for again, ms, and how many such are remembered. */
const REFUSED_MS = 30_000;
const REFUSED = 10_000;

/** Why there is nothing to send. */
class NoPicture extends Error {
  readonly why: 'asleep' | 'missing' | 'unfit' | 'changed';

  constructor(why: NoPicture['why']) {
    super(why);
    this.why = why;
  }
}

export interface PictureServiceOptions {
  comfy: ComfyAddress;
  /** Answers for a file that ComfyUI does not know, as ComfyUI would; `null` for its own files. */
  askLibrary?: ((ref: FileRef, method: 'GET' | 'HEAD') => Promise<Response | null>) | undefined;
  folder: string;
  /** Bytes that may be kept on disk. */
  cap: number;
  /** Told what a file turned out to be. */
  onMeasured: (item: Item, size: readonly [number, number], kind: GuestItem['kind']) => void;
  /** Told by what the file is known again: another under its name is not shown. */
  onRecognised: (item: Item, mark: FileMark) => void;
}

/**
 * Pictures for guests, made once and kept on disk: who looks at what is kept costs ComfyUI nothing, and it may
 * be off.
 */
export class PictureService {
  readonly #options: PictureServiceOptions;
  readonly #cache: DiskCache;
  readonly #fetching = new WorkQueue(FETCHES);
  readonly #making = new WorkQueue(Math.min(availableParallelism(), MAKINGS));
  readonly #underway = new Map<string, Promise<string>>();
  readonly #refused = new Map<string, { why: NoPicture['why']; until: number }>();
  readonly #stopped = new AbortController();

  constructor(options: PictureServiceOptions) {
    this.#options = options;
    this.#cache = new DiskCache(options.folder, options.cap);
  }

  /** Answers a request for a picture: whole, in part, or with "you have it already". */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    item: Item,
    wanted: Wanted,
  ): Promise<FastifyReply> {
    let path: string;
    try {
      path = await this.#path(item, wanted, 'urgent');
    } catch (error) {
      return refuse(reply, error);
    }
    const { statusCode, headers, stream } = await send(request.raw, basename(path), {
      root: dirname(path),
      cacheControl: false,
      lastModified: false,
      dotfiles: 'deny',
      index: false,
    });
    void reply.code(statusCode).headers(headers).headers(PICTURE_HEADERS);
    if (wanted === 'original' || wanted === 'clean') {
      void reply.header('Content-Disposition', attachment(item, extname(path)));
    }
    return reply.send(stream);
  }

  /** Makes the thumbnail of an item in advance, and measures it. Fails silently: the guest's request will tell. */
  async prepare(item: Item): Promise<void> {
    try {
      await this.#path(item, item.kind === 'video' ? 'preview' : 'thumb', 'later');
    } catch {
      // A full disk or a file that has just been removed, too: nobody waits for this one.
    }
  }

  /**
   * Asks ComfyUI what a file is, without fetching it. @returns whether it answered.
   */
  async recognise(item: Item): Promise<boolean> {
    try {
      await this.#fetching.run(async () => {
        const response = await this.#ask(item, 'HEAD');
        const validator = response.ok ? validatorOf(response) : null;
        if (validator !== null) {
          this.#options.onRecognised(item, { validator, digest: null });
        }
      }, 'later');
      return true;
    } catch {
      return false;
    }
  }

  /** Removes all that is kept of items, and what is being made of them once it is done. */
  async forget(ids: readonly string[]): Promise<void> {
    const gone = new Set(ids);
    const unfinished = [...this.#underway].flatMap(([stem, work]) =>
      gone.has(stem.slice(0, stem.lastIndexOf('-'))) ? [work] : [],
    );
    for (const id of ids) {
      await this.#cache.drop(`${id}-`);
    }
    if (unfinished.length > 0) {
      await Promise.allSettled(unfinished);
      await this.forget(ids);
    }
  }

  close(): void {
    this.#stopped.abort();
  }

  /** Path of a kept file, which is fetched or made first if need be. */
  async #path(item: Item, wanted: Wanted, when: 'urgent' | 'later'): Promise<string> {
    const stem = `${item.id}-${wanted === 'original' ? 'source' : wanted}`;
    const known = this.#cache.findByStem(stem);
    const path = known === null ? null : this.#cache.find(known);
    if (path !== null) {
      return path;
    }
    const underway =
      this.#underway.get(stem) ??
      (wanted === 'original' ? this.#fetch(item, when) : this.#make(item, wanted, when)).finally(() =>
        this.#underway.delete(stem),
      );
    this.#underway.set(stem, underway);
    return underway;
  }

  async #make(item: Item, wanted: Exclude<Wanted, 'original'>, when: 'urgent' | 'later'): Promise<string> {
    const source = await this.#path(item, 'original', when);
    const extension = extname(source);
    if (extension === '.mp4' || extension === '.webm') {
      if (wanted === 'thumb') {
        throw new NoPicture('unfit');
      }
      return this.#cache.keep(`${item.id}-${wanted}${extension}`, async (to) => {
        await copyFile(source, to);
        await fit(cleanVideo(to, extension));
      });
    }
    const name = `${item.id}-${wanted}${wanted === 'clean' ? extension : '.webp'}`;
    return this.#making.run(async () => {
      const path = await this.#cache.keep(name, (to) => fit(makePicture(source, to, wanted)));
      if (item.size === null) {
        const { width, height, isMoving } = await fit(measurePicture(source));
        this.#options.onMeasured(item, [width, height], isMoving ? 'animation' : 'image');
      }
      return path;
    }, when);
  }

  /** Fetches a file from ComfyUI, or from the library, and keeps it under the extension that fits its bytes. */
  async #fetch(item: Item, when: 'urgent' | 'later'): Promise<string> {
    const refused = this.#refused.get(item.id);
    if (refused && refused.until > Date.now()) {
      throw new NoPicture(refused.why);
    }
    try {
      return await this.#fetchNow(item, when);
    } catch (error) {
      if (error instanceof NoPicture && (error.why === 'unfit' || error.why === 'changed')) {
        this.#refused.delete(item.id);
        this.#refused.set(item.id, { why: error.why, until: Date.now() + REFUSED_MS });
        const [oldest] = this.#refused.keys();
        if (this.#refused.size > REFUSED && oldest !== undefined) {
          this.#refused.delete(oldest);
        }
      }
      throw error;
    }
  }

  #fetchNow(item: Item, when: 'urgent' | 'later'): Promise<string> {
    return this.#fetching.run(async () => {
      const unnamed = `${item.id}-fetched`;
      const path = await this.#cache.keep(unnamed, (to) => this.#download(item, to));
      try {
        const kind = fileKind(await firstBytes(path));
        if (!kind) {
          throw new NoPicture('unfit');
        }
        return await this.#cache.keep(`${item.id}-source${kind.extension}`, (to) => rename(path, to));
      } finally {
        await this.#cache.drop(unnamed);
        await rm(path, { force: true });
      }
    }, when);
  }

  async #download(item: Item, to: string): Promise<void> {
    const { cap } = this.#options;
    const limit = item.kind === 'video' ? cap / 4 : Math.min(MOST_PICTURE_BYTES, cap / 4);
    const response = await this.#ask(item, 'GET');
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new NoPicture(response.status >= 500 ? 'asleep' : 'missing');
    }
    const validator = validatorOf(response);
    const { known } = item;
    if (known.digest === null && known.validator !== null && known.validator !== validator) {
      await response.body.cancel();
      throw new NoPicture('changed');
    }
    let bytes = 0;
    const hash = createHash('sha256');
    const weigh = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        hash.update(chunk);
        done(bytes > limit ? new NoPicture('unfit') : null, chunk);
      },
    });
    try {
      await pipeline(Readable.fromWeb(response.body as never), weigh, createWriteStream(to, { mode: 0o600 }));
    } catch (error) {
      throw error instanceof NoPicture ? error : new NoPicture('asleep');
    }
    const digest = hash.digest('base64url');
    if (known.digest !== null && known.digest !== digest) {
      throw new NoPicture('changed');
    }
    this.#options.onRecognised(item, { validator, digest });
  }

  /** @throws NoPicture `asleep` when ComfyUI, or the library, does not answer. */
  async #ask({ ref }: Item, method: 'GET' | 'HEAD'): Promise<Response> {
    const { comfy, askLibrary } = this.#options;
    try {
      const answer = await askLibrary?.(ref, method);
      if (answer) {
        return answer;
      }
      return await fetch(`${comfy.shown}/view?${viewQuery(ref)}`, {
        method,
        headers: comfy.authorization === undefined ? {} : { Authorization: comfy.authorization },
        signal: AbortSignal.any([AbortSignal.timeout(FETCH_MS), this.#stopped.signal]),
        redirect: 'error',
      });
    } catch {
      throw new NoPicture('asleep');
    }
  }
}

/** What distinguishes a file from a later one of its name, in ComfyUI's own words: aiohttp's ETag is time and size. */
function validatorOf({ headers }: Response): string | null {
  const modified = headers.get('last-modified');
  return headers.get('etag') ?? (modified === null ? null : `${headers.get('content-length')} ${modified}`);
}

/** Makes an error of whoever read the file one that says no more than that it cannot be shown. */
async function fit<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch {
    throw new NoPicture('unfit');
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(KIND_BYTES), 0, KIND_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Browsers may keep pictures, but must ask each time before they show one (a 304 costs next to nothing): a link that
 * was stopped is then over for what they keep, too. `immutable` would let them show it for as long as they like.
 */
const PICTURE_HEADERS = {
  'Cache-Control': 'private, no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  Vary: 'Cookie',
} as const;

function attachment({ ref }: Item, extension: string): string {
  const name = ref.filename.replace(/\.\w+$/, '') + extension;
  const plain = name.replaceAll(/[^\w .-]/g, '_');
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof QueueFull) {
    return reply.code(503).header('Retry-After', 5).send({ reason: 'asleep', retryAfter: 5 });
  }
  if (!(error instanceof NoPicture)) {
    throw error;
  }
  switch (error.why) {
    case 'asleep':
      return reply.code(503).send({ reason: 'asleep' });
    case 'missing':
      return reply.code(404).send({ error: { type: 'missing', message: 'The file is no longer there.' } });
    case 'changed':
      return reply.code(409).send({
        error: { type: 'changed', message: 'Another picture has this name now. Share it again to show it.' },
      });
    case 'unfit':
      return reply.code(415).send({ error: { type: 'unfit', message: 'This file cannot be shown.' } });
  }
}
