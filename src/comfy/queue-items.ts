import * as v from 'valibot';
import { ComfyError } from './errors';
import { parseExact } from './exact-json';
import { type QueueEntry, queueEntrySchema } from './schemas';

const PATH = '/queue';
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPENING, CLOSING] = [0x7b, 0x7d];
/** Between a bracket and the brace of its kind. */
const TO_BRACE = 0x20;
/** An item stands in a list of an object. */
const ITEM_DEPTH = 3;
/** The number and id an item begins with take fewer bytes. */
const HEAD = 256;
const ID = /^\[[^,"]*,\s*"([^"\\]*)"/;

/** Cuts the items out of the answer to GET /queue while it arrives: of a long queue it is 100 MB, each item 50 kB. */
export class QueueItems {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #begun = false;
  /** What has come of the item that is not complete. */
  #parts: Uint8Array[] = [];

  /** Whether what has come is a whole JSON object. */
  get complete(): boolean {
    return this.#begun && this.#depth === 0;
  }

  /** The items that end within these bytes, as JSON. */
  take(bytes: Uint8Array): Uint8Array[] {
    const items: Uint8Array[] = [];
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (inString) {
        inString = escaped || byte !== QUOTE;
        escaped = !escaped && byte === BACKSLASH;
      } else if (byte === QUOTE) {
        inString = true;
      } else if ((byte | TO_BRACE) === OPENING) {
        this.#begun = true;
        depth += 1;
        start = depth === ITEM_DEPTH ? at : start;
      } else if ((byte | TO_BRACE) === CLOSING) {
        if (depth === ITEM_DEPTH) {
          items.push(joined([...this.#parts, bytes.subarray(start, at + 1)]));
          this.#parts = [];
        }
        depth -= 1;
      }
    }
    if (depth >= ITEM_DEPTH) {
      this.#parts.push(bytes.slice(start));
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return items;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) {
    return only;
  }
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The jobs of a queue in the order in which the server has them, read while its answer arrives; the others are not
 * even parsed.
 * @throws ComfyError when the answer breaks off or has another shape.
 */
export async function* entriesOf(answer: Response, wanted: ReadonlySet<string>): AsyncGenerator<QueueEntry> {
  const items = new QueueItems();
  const decoder = new TextDecoder();
  for await (const bytes of bytesOf(answer)) {
    for (const item of items.take(bytes)) {
      const id = ID.exec(decoder.decode(item.subarray(0, HEAD)))?.[1];
      if (id === undefined || wanted.has(id)) {
        const entry = readEntry(decoder.decode(item));
        if (wanted.has(entry.id)) {
          yield entry;
        }
      }
    }
  }
  if (!items.complete) {
    throw new ComfyError('invalid', 'the answer is not a queue', { path: PATH });
  }
}

/** Not every browser iterates over a stream. */
async function* bytesOf({ body, status }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  let isOpen = reader !== undefined;
  try {
    while (reader && isOpen) {
      isOpen = false;
      const { done, value } = await reader.read();
      isOpen = !done;
      if (value) {
        yield value;
      }
    }
  } catch (cause) {
    throw new ComfyError('unreachable', 'the connection broke off', { path: PATH, status, cause });
  } finally {
    if (isOpen) {
      await reader?.cancel();
    }
  }
}

function readEntry(text: string): QueueEntry {
  try {
    return v.parse(queueEntrySchema, parseExact(text));
  } catch (cause) {
    throw new ComfyError('invalid', 'the answer has another shape', { path: PATH, body: text, cause });
  }
}
