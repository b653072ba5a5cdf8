import * as v from 'valibot';
import { report } from '../base/report';
import { Stored } from '../base/stored';
import type { ComfyClient } from '../comfy/client';
import { ComfyError } from '../comfy/errors';
import { type ExactJson, parseExact, stringifyExact } from '../comfy/exact-json';
import { randomUuid } from '../comfy/uuid';
import {
  changedKeys,
  type Entry,
  mergeMaps,
  readMap,
  sameMaps,
  type StampedMap,
  withChanges,
  writeMap,
} from './stamped-map';

/** Where a document is kept in this browser. */
export interface LocalCopy {
  load(): StampedMap;
  save(map: StampedMap): void;
}

/** What one document is called, and how older versions kept it. */
export interface UserDocumentType {
  /** Letters, digits and hyphens: `recipes` is stored as `darkroom.recipes.json`, in the browser as `darkroom.recipes`. */
  name: string;
  /** Path of earlier versions, read once while there is no document under its present name. */
  formerPath?: string;
  /** Makes entries of what earlier versions stored; `null` when it is something else. */
  upgrade?: (json: unknown) => StampedMap | null;
  /** Where it is kept in this browser: its local storage by default, which holds no more than a few megabytes. */
  local?: LocalCopy;
  /** Gives each exchange with the server its turn, where there are many documents: at once by default. */
  turn?: (exchange: () => Promise<boolean>) => Promise<boolean>;
  /** Called whenever the server was seen to have all that this browser has. */
  inStep?: () => void;
}

export type DocumentClient = Pick<
  ComfyClient,
  'readUserdata' | 'writeUserdata' | 'deleteUserdata' | 'server'
>;

/** Changes in a row are sent together this long after the last, ms. */
const SAVE_DELAY = 1000;
/** How long after a write the document is read again, ms: another device may have written meanwhile. */
const CHECK_DELAY = 5000;
/** How long after a failure the server is asked again, ms. */
const RETRY_DELAY = 30_000;
const FORMAT = 1;

/** What the server has. */
interface Found {
  entries: StampedMap;
  revision: number;
  /** Where it was found, if that was under a former name. */
  formerPath: string | null;
}

const envelopeSchema = v.object({
  format: v.number(),
  revision: v.pipe(v.number(), v.integer(), v.minValue(0)),
  entries: v.unknown(),
});

const device = new Stored<string | null>('darkroom.device', {
  read: (json) => (typeof json === 'string' && json !== '' ? json : null),
});

/** This browser's name among the devices; made when it is first needed. */
export function deviceId(): string {
  const known = device.load();
  if (known !== null) {
    return known;
  }
  const made = randomUuid().slice(0, 8);
  device.save(made);
  return made;
}

/**
 * A small document that is the same on every device: kept in this browser, and on the server below
 * `/userdata` (API reference 2.4). Reading and writing there are two requests, so what another device
 * writes between them is lost there; but each device keeps its own changes and merges them in again.
 *
 * Its name has no slash: a reverse proxy that decodes `%2F` makes two path segments of it, which ComfyUI
 * answers with 405. A server that refuses is left alone until the next connection; `ServerCapabilities`
 * says so, and the document stays in this browser. A new connection is tried at once.
 */
export class UserDocument {
  readonly #client: DocumentClient;
  readonly #type: UserDocumentType;
  readonly #path: string;
  readonly #local: LocalCopy;
  readonly #by: string;
  readonly #listeners = new Set<(keys: readonly string[]) => void>();
  #map: StampedMap;
  /** The server's revision when it was last seen. */
  #revision = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | null = null;
  #again = false;
  /** How often in a row the server's document was not JSON. */
  #damaged = 0;
  /** Whether this browser may have what the server has not. */
  #behind = false;
  #closed = false;
  readonly #stop: () => void;

  constructor(client: DocumentClient, type: UserDocumentType) {
    this.#client = client;
    this.#type = type;
    this.#path = `darkroom.${type.name}.json`;
    this.#by = deviceId();
    this.#local =
      type.local ??
      new Stored<StampedMap>(`darkroom.${type.name}`, {
        read: (json) => (json === null ? new Map() : (this.#parse(json)?.entries ?? new Map())),
        parse: parseExact,
        stringify: (map) => stringifyExact(this.#envelope(map)),
      });
    this.#map = this.#local.load();
    this.#stop = client.server.onReconnect(() => {
      if (this.#behind) {
        void this.load();
      }
    });
  }

  /** Ends it: the server is not asked or told anything more. What it was not told stays in this browser. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stop();
    this.#listeners.clear();
  }

  /** How often the document was written on the server, as far as is known. */
  get revision(): number {
    return this.#revision;
  }

  get(key: string): ExactJson | undefined {
    return this.#map.get(key)?.value;
  }

  /** All that is known of each key, deleted ones included. */
  get map(): StampedMap {
    return this.#map;
  }

  /** Every key that has a value. */
  entries(): [key: string, value: ExactJson][] {
    return [...this.#map].flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]]));
  }

  /** Calls back with the keys changed on another device or in another tab; returns the way to stop. */
  onChange(listener: (keys: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Changes keys; `undefined` deletes one. The server has it a moment later.
   * @param after the change is stamped later than this, ms since the epoch: for what is known of its keys elsewhere.
   */
  set(changes: Readonly<Record<string, ExactJson | undefined>>, after = 0): void {
    // Another tab may have saved since, and where the server keeps no documents nothing else would merge the two.
    const merged = mergeMaps(this.#map, this.#local.load());
    const news = changedKeys(this.#map, merged);
    this.#map = withChanges(merged, changes, { by: this.#by, now: Math.max(Date.now(), after + 1) });
    this.#local.save(this.#map);
    this.#tell(news);
    this.#plan(SAVE_DELAY);
  }

  /** Takes in what another tab of this browser has kept. */
  takeIn(theirs: StampedMap): void {
    this.#takeIn(theirs);
  }

  /** Brings browser and server in step; resolves when that is done, or has failed and was reported. */
  load(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#closed) {
      return Promise.resolve();
    }
    if (this.#syncing) {
      this.#again = true;
      return this.#syncing;
    }
    this.#syncing = this.#syncAll();
    return this.#syncing;
  }

  async #syncAll(): Promise<void> {
    try {
      do {
        this.#again = false;
        const { turn } = this.#type;
        this.#behind = !(await (turn ? turn(() => this.#sync()) : this.#sync()));
      } while (this.#again);
    } catch (error) {
      report(error, 'document.sync');
      this.#behind = true;
      this.#damaged += error instanceof ComfyError && error.kind === 'invalid' ? 1 : 0;
      this.#plan(RETRY_DELAY);
    } finally {
      this.#syncing = null;
    }
  }

  /** Resolves with false when the server takes no documents. */
  async #sync(): Promise<boolean> {
    const { current } = this.#client.server;
    if (current.routes.userdata === false || current.storesDocuments === false) {
      return false;
    }
    const found = await this.#read();
    this.#damaged = 0;
    if (found === 'foreign' || this.#closed) {
      return true;
    }
    this.#takeIn(mergeMaps(found.entries, this.#local.load()));
    if (found.formerPath === null && sameMaps(this.#map, found.entries)) {
      this.#revision = found.revision;
      this.#type.inStep?.();
      return true;
    }
    const sent = this.#map;
    this.#revision = found.revision + 1;
    await this.#client.writeUserdata(this.#path, this.#envelope(sent));
    if (found.formerPath !== null) {
      await this.#client.deleteUserdata(found.formerPath);
    }
    if (this.#map === sent) {
      this.#plan(CHECK_DELAY);
    }
    return true;
  }

  /** What the server has, under the present name or a former one; `foreign` is left alone. */
  async #read(): Promise<Found | 'foreign'> {
    // Half a document can be one that is just being written. If it stays so, nobody else will mend it.
    if (this.#damaged > 1) {
      return { entries: new Map(), revision: this.#revision, formerPath: null };
    }
    const json = await this.#client.readUserdata(this.#path);
    if (json !== null) {
      const parsed = this.#parse(json);
      if (!parsed) {
        report(new Error('the document has another format'), 'document.read');
        return 'foreign';
      }
      return { ...parsed, formerPath: null };
    }
    const { formerPath } = this.#type;
    const old = formerPath === undefined ? null : await this.#client.readUserdata(formerPath);
    const entries = this.#type.upgrade?.(old) ?? new Map<string, Entry>();
    return { entries, revision: 0, formerPath: old === null ? null : (formerPath ?? null) };
  }

  /** A document of this or an earlier version; `null` when it is neither, for example of a later one. */
  #parse(json: unknown): { entries: StampedMap; revision: number } | null {
    const envelope = v.safeParse(envelopeSchema, json);
    if (envelope.success) {
      const entries = envelope.output.format === FORMAT ? readMap(envelope.output.entries) : null;
      return entries && { entries, revision: envelope.output.revision };
    }
    const upgraded = this.#type.upgrade?.(json) ?? null;
    return upgraded && { entries: upgraded, revision: 0 };
  }

  #envelope(map: StampedMap): { [key: string]: ExactJson } {
    return { format: FORMAT, revision: this.#revision, entries: writeMap(map) };
  }

  #takeIn(theirs: StampedMap): void {
    const merged = mergeMaps(this.#map, theirs);
    const news = changedKeys(this.#map, merged);
    if (news.length > 0) {
      this.#map = merged;
      this.#local.save(merged);
      this.#tell(news);
    }
  }

  #tell(news: readonly string[]): void {
    if (news.length > 0) {
      this.#listeners.forEach((listener) => listener(news));
    }
  }

  #plan(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#closed) {
      return;
    }
    this.#timer = setTimeout(() => void this.load(), delay);
  }
}
