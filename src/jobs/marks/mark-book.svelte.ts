import type { FileRef } from '../../comfy/file-ref';
import type { ExactJson } from '../../comfy/exact-json';
import { randomUuid } from '../../comfy/uuid';
import { KeyedSignal } from '../state/keyed-signal.svelte';
import type { MarkDocuments } from './mark-documents';
import {
  cleanTag,
  documentOf,
  fileOfPath,
  type MarkField,
  markKey,
  markPath,
  readMarkKey,
} from './mark-keys';
import {
  type Collection,
  type Collections,
  type Marks,
  type MarksBook,
  type MarksChange,
  type MarksUndo,
  NO_MARKS,
} from './marks';

/** Steps that can be taken back. */
const MOST_STEPS = 100;
/** Keys of collections in their document. */
const COLLECTION = 'name/';
/** A mark that is set. One that is not has no value. */
const SET = 1;

/** The documents a book is written in. */
export type MarkSource = Pick<MarkDocuments, 'entries' | 'get' | 'set' | 'onChange' | 'ready' | 'refresh'>;

/** Marks and collections in the documents of a server. */
export class MarkBook implements MarksBook {
  readonly #documents: MarkSource;
  /** Files that have any, by their path. */
  readonly #marks = new Map<string, Marks>();
  readonly #names = new Map<string, string>();
  /** How many files have each tag. */
  readonly #tags = new Map<string, number>();
  readonly #signal = new KeyedSignal();
  readonly #listeners = new Set<(files: readonly FileRef[]) => void>();
  #steps = $state.raw<readonly MarksUndo[]>([]);
  #collections = $state.raw<readonly Collection[]>([]);
  #hidden = $state(0);

  readonly collections: Collections;

  constructor(documents: MarkSource) {
    this.#documents = documents;
    this.#takeIn([...documents.entries.keys()]);
    documents.onChange((keys) => this.#tell(this.#takeIn(keys)));
    const all = (): readonly Collection[] => this.#collections;
    this.collections = {
      get all() {
        return all();
      },
      create: (name) => this.#create(name),
      rename: (id, name) => this.#name(id, name),
      delete: (id) => {
        const name = this.#names.get(id);
        this.#name(id, undefined);
        return () => this.#name(id, name);
      },
    };
  }

  of(ref: FileRef): Marks {
    const path = markPath(ref);
    this.#signal.track(path);
    return this.#marks.get(path) ?? NO_MARKS;
  }

  collectionName(id: string): string | undefined {
    return this.#names.get(id);
  }

  /** Resolves when all marks this browser keeps are known. */
  get ready(): Promise<void> {
    return this.#documents.ready;
  }

  /** Resolves when what other devices marked is known, too, or the server could not be asked; never rejects. */
  inStep(): Promise<void> {
    return this.#documents.refresh();
  }

  /** How many files are hidden. Reactive. */
  get hidden(): number {
    return this.#hidden;
  }

  onChange(listener: (files: readonly FileRef[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(files: readonly FileRef[], change: MarksChange): MarksUndo | null {
    const wanted = fieldsOf(change);
    const before = new Map<string, ExactJson | undefined>();
    const after = new Map<string, ExactJson | undefined>();
    const paths = new Set<string>();
    for (const path of new Set(files.map(markPath))) {
      for (const [field, value] of wanted) {
        const key = markKey(path, field);
        const old = this.#documents.get(key);
        if (old !== value) {
          before.set(key, old);
          after.set(key, value);
          paths.add(path);
        }
      }
    }
    if (after.size === 0) {
      return null;
    }
    this.#write(after);
    const step: MarksUndo = {
      count: paths.size,
      change,
      undo: () => {
        this.#steps = this.#steps.filter((each) => each !== step);
        this.#write(new Map([...before].filter(([key]) => this.#documents.get(key) === after.get(key))));
        before.clear();
      },
    };
    this.#steps = [...this.#steps, step].slice(-MOST_STEPS);
    return step;
  }

  /** Takes what files are marked with to the places they have moved to; what is marked there already stays. */
  move(moves: readonly { from: FileRef; to: FileRef }[]): void {
    const values = new Map<string, ExactJson | undefined>();
    const left = new Map<string, undefined>();
    for (const { from, to } of moves) {
      const [before, after] = [markPath(from), markPath(to)];
      for (const field of setFields(this.#marks.get(before) ?? NO_MARKS)) {
        const key = markKey(after, field);
        values.set(key, this.#documents.get(key) ?? this.#documents.get(markKey(before, field)));
        left.set(markKey(before, field), undefined);
      }
    }
    if (values.size > 0) {
      // Whoever knows both places to have one content must find the mark the later change.
      this.#write(left, values);
    }
  }

  get lastStep(): MarksUndo | null {
    return this.#steps.at(-1) ?? null;
  }

  undo(): MarksUndo | null {
    const step = this.lastStep;
    step?.undo();
    return step;
  }

  tags(): { tag: string; count: number }[] {
    return [...this.#tags]
      .map(([tag, count]) => ({ tag, count }))
      .sort((a, b) => b.count - a.count || a.tag.localeCompare(b.tag));
  }

  #create(name: string): Collection {
    const wanted = cleanTag(name);
    const known = this.#collections.find((each) => each.name.toLowerCase() === wanted.toLowerCase());
    const collection = known ?? { id: randomUuid().slice(0, 8), name: wanted };
    if (!known) {
      this.#name(collection.id, wanted);
    }
    return collection;
  }

  #name(id: string, name: string | undefined): void {
    const clean = name === undefined ? undefined : cleanTag(name);
    if (clean !== '' && clean !== this.#names.get(id)) {
      const key = COLLECTION + id;
      this.#documents.set(new Map([['collections', { [key]: clean }]]));
      this.#tell(this.#takeIn([key]));
    }
  }

  /** Writes one set of keys after the other, and tells of all at once. */
  #write(...steps: ReadonlyMap<string, ExactJson | undefined>[]): void {
    for (const values of steps) {
      const marks = this.#documents.entries.size + values.size;
      const changes = new Map<string, Record<string, ExactJson | undefined>>();
      for (const [key, value] of values) {
        const name = documentOf(readMarkKey(key)?.path ?? '', marks);
        const keys = changes.get(name) ?? {};
        keys[key] = value;
        changes.set(name, keys);
      }
      this.#documents.set(changes);
    }
    this.#tell(this.#takeIn(steps.flatMap((values) => [...values.keys()])));
  }

  /** Reads keys of the documents; returns the paths of the files they concern. */
  #takeIn(keys: readonly string[]): Set<string> {
    const paths = new Set<string>();
    const named = new Set<string>();
    let hidden = this.#hidden;
    for (const key of keys) {
      const value = this.#documents.get(key);
      const read = readMarkKey(key);
      if (read) {
        const before = this.#marks.get(read.path) ?? NO_MARKS;
        const after = withField(before, read.field, value);
        hidden += Number(after.hidden) - Number(before.hidden);
        if (isNone(after)) {
          this.#marks.delete(read.path);
        } else {
          this.#marks.set(read.path, after);
        }
        if (read.field.kind === 'tag') {
          this.#count(read.field.name, before, after);
        }
        paths.add(read.path);
      } else if (key.startsWith(COLLECTION)) {
        named.add(key.slice(COLLECTION.length));
      }
    }
    this.#hidden = hidden;
    if (named.size > 0) {
      this.#takeInNames(named);
      for (const [path, { collections }] of this.#marks) {
        if (collections.some((id) => named.has(id))) {
          paths.add(path);
        }
      }
    }
    return paths;
  }

  #count(tag: string, before: Marks, after: Marks): void {
    const change = Number(after.tags.includes(tag)) - Number(before.tags.includes(tag));
    const count = (this.#tags.get(tag) ?? 0) + change;
    if (count > 0) {
      this.#tags.set(tag, count);
    } else {
      this.#tags.delete(tag);
    }
  }

  #takeInNames(ids: ReadonlySet<string>): void {
    for (const id of ids) {
      const name = this.#documents.get(COLLECTION + id);
      if (typeof name === 'string' && cleanTag(name) !== '') {
        this.#names.set(id, cleanTag(name));
      } else {
        this.#names.delete(id);
      }
    }
    this.#collections = [...this.#names]
      .map(([id, name]) => ({ id, name }))
      .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  }

  #tell(paths: ReadonlySet<string>): void {
    const files = [...paths].flatMap((path) => fileOfPath(path) ?? []);
    paths.forEach((path) => this.#signal.notify(path));
    if (files.length > 0) {
      this.#listeners.forEach((listener) => listener(files));
    }
  }
}

/** The marks a change sets, and to what. */
function fieldsOf(change: MarksChange): [MarkField, ExactJson | undefined][] {
  const fields: [MarkField, ExactJson | undefined][] = [];
  if (change.rating !== undefined) {
    fields.push([{ kind: 'rating' }, readRating(change.rating) || undefined]);
  }
  for (const kind of ['favourite', 'rejected', 'hidden'] as const) {
    if (change[kind] !== undefined) {
      fields.push([{ kind }, change[kind] ? SET : undefined]);
    }
  }
  const members = (kind: 'tag' | 'collection', names: readonly string[] = [], value?: number): void => {
    for (const name of names.map(cleanTag)) {
      if (name !== '') {
        fields.push([{ kind, name }, value]);
      }
    }
  };
  members('tag', change.removeTags);
  members('tag', change.addTags, SET);
  members('collection', change.removeCollections);
  members('collection', change.addCollections, SET);
  return fields;
}

/** The marks that are set. */
function setFields(marks: Marks): MarkField[] {
  const kinds = (['rating', 'favourite', 'rejected', 'hidden'] as const).filter((kind) => marks[kind]);
  return [
    ...kinds.map((kind): MarkField => ({ kind })),
    ...marks.tags.map((name): MarkField => ({ kind: 'tag', name })),
    ...marks.collections.map((name): MarkField => ({ kind: 'collection', name })),
  ];
}

/** Marks with one of them as the documents have it. Untrusted: other devices may write anything. */
function withField(marks: Marks, field: MarkField, value: ExactJson | undefined): Marks {
  switch (field.kind) {
    case 'rating':
      return { ...marks, rating: readRating(value) };
    case 'tag':
      return { ...marks, tags: withMember(marks.tags, field.name, Boolean(value)) };
    case 'collection':
      return { ...marks, collections: withMember(marks.collections, field.name, Boolean(value)) };
    default:
      return { ...marks, [field.kind]: Boolean(value) };
  }
}

function withMember(set: readonly string[], name: string, is: boolean): readonly string[] {
  const others = set.filter((each) => each !== name);
  return is ? [...others, name].sort((a, b) => a.localeCompare(b)) : others;
}

function readRating(value: unknown): number {
  return typeof value === 'number' && value >= 0 && value <= 5 ? Math.round(value) : 0;
}

function isNone({ rating, tags, favourite, rejected, hidden, collections }: Marks): boolean {
  return rating === 0 && !favourite && !rejected && !hidden && tags.length === 0 && collections.length === 0;
}
