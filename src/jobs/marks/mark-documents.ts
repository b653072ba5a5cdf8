import { report, reporting } from '../../base/report';
import { ComfyError } from '../../comfy/errors';
import type { ExactJson } from '../../comfy/exact-json';
import type { ComfyClient } from '../../comfy/client';
import { Coalesced } from '../server/coalesce';
import { TaskPool } from '../thumbs/task-pool';
import { type Entry, isLater, type StampedMap } from '../stamped-map';
import { type DocumentClient, UserDocument } from '../user-document';
import { documentOf, isMarkDocument, readMarkKey } from './mark-keys';
import type { LocalDocument, MarkLocal } from './mark-local';

export type MarkClient = DocumentClient & Pick<ComfyClient, 'listUserdata'>;

/** Tells the browser's other tabs the name of a document that was kept. */
export interface MarkChannel {
  postMessage(name: string): void;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
  close(): void;
}

/** How many documents are brought in step at once: pictures come through the same few connections. */
const AT_ONCE = 3;

interface Shelved extends LocalDocument {
  document: UserDocument;
  /** How the server's file looked when the folder was listed last; `null`: it was not there. */
  listed: string | null;
  keep: Coalesced;
}

/**
 * Many documents that are read as one: what counts of each key is its latest change, in whichever document it
 * is. Which are read is decided by the server's list of files: those that look as they did when they were last
 * in step are left alone.
 */
export class MarkDocuments {
  readonly #client: MarkClient;
  readonly #local: Promise<MarkLocal>;
  readonly #channel: MarkChannel | null;
  readonly #shelf = new Map<string, Shelved>();
  readonly #merged = new Map<string, Entry>();
  readonly #listeners = new Set<(keys: readonly string[]) => void>();
  readonly #setters = new Set<(keys: readonly string[]) => void>();
  readonly #look = new Coalesced(() => this.#lookAtAll());
  /** Where documents wait for their turn: marking thousands of pictures changes all of them at once. */
  readonly #turns = new TaskPool({ document: AT_ONCE });
  readonly #forever = new AbortController().signal;
  #closed = false;

  /** Resolves when everything this browser keeps has been read. */
  readonly ready: Promise<void>;

  /** @param local what this browser keeps; may still be opening. */
  constructor(client: MarkClient, local: Promise<MarkLocal>, channel: MarkChannel | null = null) {
    this.#client = client;
    this.#local = local;
    this.#channel = channel;
    this.ready = this.#readLocal();
    if (channel) {
      channel.onmessage = ({ data }) => {
        if (isName(data)) {
          void this.#hear(data).catch(reporting('marks.hear'));
        }
      };
    }
  }

  /** What counts of each key, deleted ones included. */
  get entries(): StampedMap {
    return this.#merged;
  }

  get(key: string): ExactJson | undefined {
    return this.#merged.get(key)?.value;
  }

  /** Calls back with keys that were changed elsewhere; returns the way to stop. */
  onChange(listener: (keys: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Changes keys; `undefined` deletes one.
   * @param changes by the name of the document they are to be in.
   */
  set(changes: ReadonlyMap<string, Readonly<Record<string, ExactJson | undefined>>>): void {
    for (const [name, keys] of changes) {
      const shelved = this.#at(name);
      const newest = Object.keys(keys).map((key) => this.#merged.get(key)?.at ?? 0);
      shelved.dirty = true;
      shelved.document.set(
        keys,
        newest.reduce((a, b) => Math.max(a, b), 0),
      );
      this.#merge(shelved.document.map, Object.keys(keys));
      this.#setters.forEach((listener) => listener(Object.keys(keys)));
    }
  }

  /** Calls back with keys that `set` changed; returns the way to stop. */
  onSet(listener: (keys: readonly string[]) => void): () => void {
    this.#setters.add(listener);
    return () => this.#setters.delete(listener);
  }

  /** Takes in changes as they were made elsewhere; who listens is told as of any other device's. */
  take(changes: ReadonlyMap<string, Entry>): void {
    const documents = new Map<string, Map<string, Entry>>();
    const marks = this.#merged.size + changes.size;
    for (const [key, entry] of changes) {
      const path = readMarkKey(key)?.path;
      const name = path === undefined ? 'collections' : documentOf(path, marks);
      documents.set(name, (documents.get(name) ?? new Map<string, Entry>()).set(key, entry));
    }
    for (const [name, map] of documents) {
      const shelved = this.#at(name);
      shelved.dirty = true;
      shelved.document.takeIn(map);
    }
  }

  /** Brings browser and server in step; never rejects. */
  refresh(): Promise<void> {
    return this.#look.run().catch(reporting('marks.refresh'));
  }

  /** Ends it: the server is not asked or told anything more. */
  close(): void {
    this.#closed = true;
    this.#shelf.forEach(({ document }) => document.close());
    this.#channel?.close();
    this.#listeners.clear();
  }

  async #readLocal(): Promise<void> {
    const rows = await this.#local
      .then((local) => local.all())
      .catch((error: unknown) => {
        report(error, 'marks.read');
        return [];
      });
    for (const row of rows) {
      const known = this.#shelf.get(row.name);
      if (known) {
        // Something was marked before this was read.
        known.document.takeIn(row.map);
      } else {
        this.#shelve(row);
      }
    }
    this.#tell([...this.#merged.keys()]);
  }

  async #lookAtAll(): Promise<void> {
    await this.ready;
    const { current } = this.#client.server;
    if (current.routes.userdata === false || current.storesDocuments === false) {
      return;
    }
    const listed = await this.#list();
    listed?.forEach((_, name) => this.#at(name));
    const due = [...this.#shelf.values()].filter((shelved) => {
      shelved.listed = listed?.get(shelved.name) ?? null;
      return shelved.dirty || shelved.listed === null || shelved.listed !== shelved.seen;
    });
    await Promise.all(due.map(({ document }) => document.load()));
  }

  /** The server's documents of marks with their size and time; `null` when it does not tell. */
  async #list(): Promise<Map<string, string> | null> {
    try {
      const files = await this.#client.listUserdata('.');
      return new Map(
        files.flatMap(({ path, bytes, changedAt }) => {
          const name = /^(?:\.[/\\])?darkroom\.([\w-]+)\.json$/.exec(path)?.[1];
          return isName(name) ? [[name, `${bytes} ${changedAt ?? ''}`]] : [];
        }),
      );
    } catch (error) {
      if (!(error instanceof ComfyError)) {
        throw error;
      }
      report(error, 'marks.list');
      // Whoever has marked anything has the first of them.
      this.#at('marks');
      return null;
    }
  }

  #at(name: string): Shelved {
    return this.#shelf.get(name) ?? this.#shelve({ name, map: new Map(), seen: null, dirty: false });
  }

  #shelve(row: LocalDocument): Shelved {
    const { name } = row;
    const document = new UserDocument(this.#client, {
      name,
      local: {
        load: () => this.#shelf.get(name)?.map ?? row.map,
        save: (map) => {
          const shelved = this.#shelf.get(name);
          if (shelved) {
            shelved.map = map;
            void shelved.keep.run().catch(reporting('marks.keep'));
          }
        },
      },
      turn: (exchange) => this.#turns.run('document', () => 0, this.#forever, exchange),
      inStep: () => {
        const shelved = this.#at(name);
        if (shelved.dirty || shelved.seen !== shelved.listed) {
          shelved.dirty = false;
          shelved.seen = shelved.listed;
          void shelved.keep.run().catch(reporting('marks.keep'));
        }
      },
    });
    const keep = new Coalesced(async () => {
      const { map, seen, dirty } = this.#at(name);
      await (await this.#local).save({ name, map, seen, dirty });
      if (!this.#closed) {
        this.#channel?.postMessage(name);
      }
    });
    const shelved: Shelved = { ...row, document, listed: null, keep };
    this.#shelf.set(name, shelved);
    this.#merge(row.map, [...row.map.keys()]);
    document.onChange((keys) => {
      this.#tell(this.#merge(document.map, keys));
    });
    return shelved;
  }

  #tell(keys: readonly string[]): void {
    if (keys.length > 0) {
      this.#listeners.forEach((listener) => listener(keys));
    }
  }

  /** Another tab has kept a document. */
  async #hear(name: string): Promise<void> {
    const theirs = await (await this.#local).read(name);
    if (theirs && !this.#closed) {
      // Whether the server has it is for the tab to see that made the change; this one may outlive it.
      this.#at(name).dirty = true;
      this.#at(name).document.takeIn(theirs);
    }
  }

  /** Takes later changes over; returns their keys. */
  #merge(map: StampedMap, keys: readonly string[]): string[] {
    return keys.filter((key) => {
      const entry = map.get(key);
      const known = this.#merged.get(key);
      if (entry && (!known || isLater(entry, known))) {
        this.#merged.set(key, entry);
        return true;
      }
      return false;
    });
  }
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && (isMarkDocument(name) || name === 'collections');
}
