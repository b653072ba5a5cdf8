import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { randomUuid } from '../../comfy/uuid';
import { chunksOf, tooLarge } from './body';

/** A file part, spooled to disk as it arrived. The one who reads the form removes or moves it. */
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

/** Where parts go and how large all of them together may be (bytes). */
export interface FormLimits {
  spoolFolder: string;
  mostBytes: number;
  /** Called with the bytes received so far; used by the fault that cuts uploads. */
  onBytes?: (received: number) => void;
}

const HEADERS_END = Buffer.from('\r\n\r\n');
const MOST_HEADER_BYTES = 64 * 1024;

/**
 * Reads multipart/form-data, files straight to disk so that big uploads take no memory. Another content
 * type gives an empty form, as `request.post()` does.
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
  const reader = new FormReader(mark, limits);
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

interface OpenPart {
  name: string;
  filename: string | null;
  /** Text parts are collected here, files go to `file`. */
  pieces: Buffer[];
  file: WriteStream | null;
  hash: ReturnType<typeof createHash>;
  size: number;
}

/** Splits a stream at the boundary. `#rest` holds what could still be the beginning of one. */
class FormReader {
  readonly #delimiter: Buffer;
  readonly #limits: FormLimits;
  readonly #form: Form = new Map();
  #rest: Buffer = Buffer.from('\r\n');
  #part: OpenPart | null = null;
  /** Bytes of `#rest` that are no content: the end of the headers. */
  #skip = 0;
  #state: 'preamble' | 'headers' | 'body' | 'done' = 'preamble';

  constructor(boundary: string, limits: FormLimits) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    this.#limits = limits;
  }

  async push(chunk: Buffer): Promise<void> {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    while (await this.#advance()) {
      // Everything that can be told from what has arrived is done in turn.
    }
  }

  async end(): Promise<Form> {
    if (this.#state !== 'done') {
      throw new Error('multipart body ends in the middle');
    }
    return Promise.resolve(this.#form);
  }

  /** Drops what was read so far, on disk too. */
  async abandon(): Promise<void> {
    const open = this.#part?.file;
    open?.destroy();
    const spools = [...spoolFiles(this.#form), ...(open ? [open.path as string] : [])];
    await Promise.all(spools.map((file) => rm(file, { force: true })));
  }

  /** Whether something was consumed and there may be more to do. */
  async #advance(): Promise<boolean> {
    switch (this.#state) {
      case 'preamble':
      case 'body':
        return this.#advanceBody();
      case 'headers':
        return this.#advanceHeaders();
      case 'done':
        this.#rest = Buffer.alloc(0);
        return false;
    }
  }

  async #advanceBody(): Promise<boolean> {
    const at = this.#rest.indexOf(this.#delimiter);
    if (at < 0) {
      const safe = Math.max(0, this.#rest.length - this.#delimiter.length + 1);
      await this.#write(this.#rest.subarray(0, safe));
      this.#rest = this.#rest.subarray(safe);
      return false;
    }
    const after = at + this.#delimiter.length;
    if (this.#rest.length < after + 2) {
      return false;
    }
    await this.#write(this.#rest.subarray(0, at));
    await this.#closePart();
    const last = this.#rest.toString('latin1', after, after + 2) === '--';
    this.#rest = this.#rest.subarray(last ? after + 2 : after);
    this.#state = last ? 'done' : 'headers';
    return true;
  }

  #advanceHeaders(): boolean {
    const at = this.#rest.indexOf(HEADERS_END);
    if (at < 0) {
      if (this.#rest.length > MOST_HEADER_BYTES) {
        throw new Error('multipart headers too long');
      }
      return false;
    }
    this.#part = this.#openPart(this.#rest.toString('utf8', 0, at));
    // The line break before the next boundary belongs to the boundary, also when the part is empty.
    this.#rest = this.#rest.subarray(at + 2);
    this.#state = 'body';
    this.#skip = 2;
    return true;
  }

  #openPart(headers: string): OpenPart {
    const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(headers)?.[1] ?? '';
    const filename = parameter(disposition, 'filename');
    const file = filename
      ? createWriteStream(path.join(this.#limits.spoolFolder, `upload-${randomUuid()}`))
      : null;
    return {
      name: parameter(disposition, 'name') ?? '',
      filename: filename === null ? null : filename.replace(/^[\\/]+/, ''),
      pieces: [],
      file,
      hash: createHash('sha256'),
      size: 0,
    };
  }

  async #write(bytes: Buffer): Promise<void> {
    const part = this.#part;
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    const body = bytes.subarray(skipped);
    if (!part || body.length === 0) {
      return;
    }
    part.size += body.length;
    if (!part.file) {
      part.pieces.push(Buffer.from(body));
      return;
    }
    part.hash.update(body);
    if (!part.file.write(Buffer.from(body))) {
      await once(part.file, 'drain');
    }
  }

  async #closePart(): Promise<void> {
    const part = this.#part;
    this.#part = null;
    this.#skip = 0;
    if (!part) {
      return;
    }
    if (part.file) {
      part.file.end();
      await finished(part.file);
    }
    if (!this.#form.has(part.name)) {
      this.#form.set(part.name, fieldOf(part));
    }
  }
}

function fieldOf(part: OpenPart): string | UploadedFile {
  if (part.file) {
    return {
      filename: part.filename ?? '',
      spool: part.file.path as string,
      sha256: part.hash.digest('hex'),
      size: part.size,
    };
  }
  return Buffer.concat(part.pieces).toString('utf8');
}

/** A parameter of a header; inside quotes a backslash takes the next character as it is. */
function parameter(header: string, name: string): string | null {
  const match = new RegExp(`(?:^|;)\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;]*))`, 'i').exec(header);
  if (!match) {
    return null;
  }
  return match[1] === undefined ? (match[2] ?? '').trim() : match[1].replace(/\\(.)/g, '$1');
}
