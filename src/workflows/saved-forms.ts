import * as v from 'valibot';
import type { ExactJson } from '../comfy/exact-json';
import type { ApiGraph } from '../comfy/graph';
import { apiGraphSchema } from '../comfy/schemas';
import { randomUuid } from '../comfy/uuid';
import { type DocumentClient, UserDocument } from '../jobs/user-document';

/** A workflow saved as a form under a name. */
export interface SavedForm {
  id: string;
  name: string;
  graph: ApiGraph;
  /** The form's layout document: pins, labels, order, presets. */
  layout: ExactJson | null;
  /** ms since the epoch. */
  changedAt: number;
  /** Another one after each change. */
  version: string;
}

/** What is given when a form is saved. */
export type FormDraft = Pick<SavedForm, 'name' | 'graph' | 'layout'>;

/** As much of the saved forms as other rooms read: their names and graphs. */
export interface SavedFormList {
  list(): readonly Pick<SavedForm, 'id' | 'name' | 'graph'>[];
  /** Brings this browser and the server in step. */
  load(): Promise<void>;
  /** Calls back after every change, here or on another device; returns the way to stop. */
  onChange(listener: () => void): () => void;
}

/** What is kept under a form's id. */
interface Stored extends Omit<SavedForm, 'id'> {
  /** The version this one was made from. */
  basedOn: string | null;
}

const formSchema = v.object({
  name: v.string(),
  graph: apiGraphSchema,
  // Whatever JSON the form's layout is: it has a reader of its own.
  layout: v.unknown(),
  changedAt: v.fallback(v.number(), 0),
  version: v.fallback(v.string(), ''),
  basedOn: v.fallback(v.nullable(v.string()), null),
});

/**
 * Forms saved under a name, the same on every device: a user document with a key for each, in
 * `/userdata/darkroom.forms.json`. Two devices that save different forms at once both succeed; when they save
 * the same one, the later wins and the device that lost keeps its own as a copy.
 */
export class SavedForms implements SavedFormList {
  readonly #document: UserDocument;
  readonly #listeners = new Set<() => void>();
  readonly #copyName: (name: string) => string;
  /** What this page saved last, by id, while nobody has built on it. */
  readonly #mine = new Map<string, Stored>();
  readonly #now: () => number;

  /** @param copyName names the copy of a form that another device changed at the same time. */
  constructor(
    client: DocumentClient,
    options: { copyName?: (name: string) => string; now?: () => number } = {},
  ) {
    this.#document = new UserDocument(client, { name: 'forms' });
    this.#copyName = options.copyName ?? ((name) => `${name} (2)`);
    this.#now = options.now ?? Date.now;
    this.#document.onChange(() => {
      this.#keepLost();
      this.#tell();
    });
  }

  /** Every form, by name. What cannot be read, such as forms of a later version, is left out and kept. */
  list(): readonly SavedForm[] {
    return this.#document
      .entries()
      .flatMap(([id]) => this.get(id) ?? [])
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  get(id: string): SavedForm | undefined {
    const stored = this.#read(id);
    if (!stored) {
      return undefined;
    }
    const { basedOn: _, ...form } = stored;
    return { id, ...form };
  }

  load(): Promise<void> {
    return this.#document.load();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Saves a new form, or a change of one; returns it as it is saved. */
  save(draft: FormDraft, id: string = randomUuid().slice(0, 13)): SavedForm {
    const stored: Stored = {
      ...draft,
      changedAt: this.#now(),
      version: randomUuid().slice(0, 8),
      basedOn: this.#read(id)?.version ?? null,
    };
    this.#mine.set(id, stored);
    this.#write(id, stored);
    const { basedOn: _, ...form } = stored;
    return { id, ...form };
  }

  rename(id: string, name: string): void {
    const form = this.get(id);
    if (form) {
      this.save({ ...form, name }, id);
    }
  }

  /** Takes a form away; the returned function puts it back as it was. */
  remove(id: string): () => void {
    const stored = this.#read(id);
    this.#mine.delete(id);
    this.#write(id, undefined);
    return () => {
      if (stored) {
        this.#write(id, stored);
      }
    };
  }

  #read(id: string): Stored | undefined {
    const read = v.safeParse(formSchema, this.#document.get(id));
    if (!read.success) {
      return undefined;
    }
    return { ...read.output, layout: (read.output.layout ?? null) as ExactJson };
  }

  #write(id: string, stored: Stored | undefined): void {
    // Only what JSON knows: it is what the server gives back.
    this.#document.set({ [id]: stored && (stored as unknown as ExactJson) });
    this.#tell();
  }

  /** A form of ours that another device replaced without having seen it comes back as a copy. */
  #keepLost(): void {
    for (const [id, mine] of this.#mine) {
      const now = this.#read(id);
      if (now?.version === mine.version) {
        continue;
      }
      this.#mine.delete(id);
      if (now && now.basedOn !== mine.version) {
        this.save({ name: this.#copyName(mine.name), graph: mine.graph, layout: mine.layout });
      }
    }
  }

  #tell(): void {
    this.#listeners.forEach((listener) => listener());
  }
}

const shared = new WeakMap<DocumentClient, SavedForms>();

/** The saved forms of a server, the same for all rooms of the page. */
export function savedForms(client: DocumentClient): SavedForms {
  const known = shared.get(client) ?? new SavedForms(client);
  shared.set(client, known);
  return known;
}
