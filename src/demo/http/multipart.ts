import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Dicer } from '@fastify/busboy';
import { randomUuid } from '../../comfy/uuid';
import { chunksOf, tooLarge } from './body';

/** A file part, spooled to disk as it arrived. Whoever reads the form removes or moves it. */
export interface UploadedFile {
  /** As sent, after aiohttp's header parsing: may hold directories. */
  filename: string;
  spool: string;
  /** SHA-256 of the bytes, hex. */
  sha256: string;
  size: number;
}

/** Fields by name; of several with one name the first counts. */
export type Form = Map<string, string | UploadedFile>;

/** Where parts go, and how large all of them together may be (bytes). */
export interface FormLimits {
  spoolFolder: string;
  mostBytes: number;
  /** Called with the bytes received so far; used by the fault that cuts uploads. */
  onBytes?: (received: number) => void;
}

/**
 * Reads multipart/form-data, files straight to disk so that big uploads take no memory. Another content
 * type gives an empty form, as `request.post()` does.
 *
 * Busboy's splitter finds the parts; their headers are read here, because Busboy itself reads file names as
 * browsers mean them (a backslash is kept) and not as aiohttp does (a backslash escapes).
 * @throws HttpStop (413) when too large; Error when malformed.
 */
export async function readForm(request: IncomingMessage, limits: FormLimits): Promise<Form> {
  const type = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type)) {
    return new Map();
  }
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type);
  const mark = boundary?.[1] ?? boundary?.[2];
  if (!mark) {
    throw new Error('multipart without boundary');
  }
  const reader = new FormReader(mark, limits.spoolFolder);
  try {
    let received = 0;
    for await (const chunk of chunksOf(request)) {
      received += chunk.length;
      limits.onBytes?.(received);
      if (received > limits.mostBytes) {
        throw tooLarge(limits.mostBytes, received);
      }
      await reader.push(chunk);
    }
    return await reader.end();
  } catch (error) {
    await reader.abandon();
    throw error;
  }
}

/** Spool files a form holds. */
export function spoolFiles(form: Form): string[] {
  return [...form.values()].flatMap((field) => (typeof field === 'string' ? [] : [field.spool]));
}

interface Field {
  name: string;
  value: string | UploadedFile;
}

/** Reads the parts that the splitter finds, each as it arrives. */
class FormReader {
  readonly #splitter: Dicer;
  readonly #spoolFolder: string;
  readonly #streams: Readable[] = [];
  readonly #fields: Promise<Field>[] = [];
  readonly #spools: string[] = [];
  /** The splitter finishes with the last boundary, which may be before the end of the body. */
  readonly #finished: Promise<void>;
  /** Rejects with the first fault; without it, a part nobody reads any more would stop everything. */
  readonly #failed: Promise<never>;

  constructor(boundary: string, spoolFolder: string) {
    this.#spoolFolder = spoolFolder;
    this.#splitter = new Dicer({ boundary });
    this.#finished = new Promise<void>((resolve) => {
      this.#splitter.once('finish', resolve);
    });
    this.#failed = new Promise((_resolve, reject) => {
      this.#splitter.on('error', reject);
      this.#splitter.on('part', (part) => {
        this.#streams.push(part);
        part.on('error', reject);
        part.once('header', (headers: Record<string, string[]>) => {
          const field = this.#read(part, headers['content-disposition']?.[0] ?? '');
          field.catch(reject);
          this.#fields.push(field);
        });
      });
    });
    // Whoever waits for something meets the fault there.
    this.#failed.catch(() => undefined);
  }

  async push(chunk: Buffer): Promise<void> {
    const taken = new Promise<void>((resolve) => {
      this.#splitter.write(chunk, () => {
        resolve();
      });
    });
    // A chunk that holds the last boundary may never be reported as taken.
    await Promise.race([taken, this.#finished, this.#failed]);
  }

  async end(): Promise<Form> {
    this.#splitter.end();
    await Promise.race([this.#finished, this.#failed]);
    const form: Form = new Map();
    for (const { name, value } of await Promise.all(this.#fields)) {
      if (!form.has(name)) {
        form.set(name, value);
      } else if (typeof value !== 'string') {
        await rm(value.spool, { force: true });
      }
    }
    return form;
  }

  /** Drops what was read so far, on disk too. */
  async abandon(): Promise<void> {
    for (const stream of this.#streams) {
      stream.destroy();
    }
    await Promise.allSettled(this.#fields);
    await Promise.all(this.#spools.map((file) => rm(file, { force: true })));
  }

  async #read(part: Readable, header: string): Promise<Field> {
    // The splitter hands headers out as latin-1.
    const text = Buffer.from(header, 'latin1').toString('utf8');
    const disposition = /^form-data\s*;(.*)$/is.exec(text)?.[1] ?? '';
    const name = parameter(disposition, 'name') ?? '';
    const filename = parameter(disposition, 'filename');
    return { name, value: filename ? await this.#spool(part, filename) : await readText(part) };
  }

  async #spool(part: Readable, filename: string): Promise<UploadedFile> {
    const spool = path.join(this.#spoolFolder, `upload-${randomUuid()}`);
    this.#spools.push(spool);
    // Opened first: a file that a stream opens could appear after `abandon` has removed it.
    const file = await open(spool, 'wx');
    const hash = createHash('sha256');
    let size = 0;
    await pipeline(
      part,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          size += chunk.length;
          yield chunk;
        }
      },
      file.createWriteStream(),
    );
    return { filename: filename.replace(/^[\\/]+/, ''), spool, sha256: hash.digest('hex'), size };
  }
}

async function readText(part: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const chunk of part) {
    pieces.push(chunk as Buffer);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** A parameter of a header; inside quotes a backslash takes the next character as it is. */
function parameter(header: string, name: string): string | null {
  const match = new RegExp(`(?:^|;)\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;]*))`, 'i').exec(header);
  if (!match) {
    return null;
  }
  return match[1] === undefined ? (match[2] ?? '').trim() : match[1].replace(/\\(.)/g, '$1');
}
