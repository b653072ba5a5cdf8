import { reporting } from '../../base/report';
import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { MirrorEntry } from '../library/job-mirror';
import { breathe, type MirrorFeed } from '../library/mirror-feed.svelte';
import type { OutputLibrary } from '../library/output-library.svelte';
import { isFinished, type JobRecord } from '../state/job';
import type { JobChanges, JobTable } from '../state/job-table.svelte';
import { mediaOf } from '../state/outputs';
import { foundId } from './found-record';
import type { FileChange, LibraryFiles } from './library-files';
import { type Keyed, movesAmong } from './library-moves';
import { isUpToDate, libraryRecord, withMovedFile } from './library-records';
import type { FileNews, FilePlace, LibraryFile } from './library-stream';

/** Pictures that leave at once, or are looked at between two breaths. */
const AT_ONCE = 500;

/** A file that is at another place now. */
export interface FileMove {
  from: FileRef;
  to: FileRef;
}

export interface LibraryJoinOptions {
  feed: Pick<MirrorFeed, 'exchange' | 'leads' | 'graph' | 'onForgot'>;
  table: JobTable;
  items: Pick<OutputLibrary, 'byFile' | 'isMade' | 'setGone'>;
  files: LibraryFiles;
  /** The file as ComfyUI names it; `null` when the gallery has no place for it. */
  refOf: (place: FilePlace) => FileRef | null;
  /** Takes the marks of files that have moved along. */
  moveMarks: (moves: readonly FileMove[]) => Promise<void>;
  /** Ids of files that people removed from the gallery, and how more are noted. */
  removed: {
    load: () => ReadonlySet<string>;
    note: (ids: readonly string[]) => void;
    drop: (ids: readonly string[]) => void;
  };
}

/** Files that went and may yet appear elsewhere: who moves a folder by hand is seen to do it in several steps. */
const MOST_LOST = 20_000;

/**
 * Joins the files of a library with the jobs: a file that no job names is a picture by itself, one that a job names is
 * that job's. One file is one picture, whichever of the two becomes known first.
 */
export class LibraryJoin {
  readonly #options: LibraryJoinOptions;
  readonly #removed: Set<string>;
  /** Files of jobs that were just removed and can still be brought back. */
  readonly #undecided = new Map<string, readonly FileRef[]>();
  /** Files that jobs name and that are gone, by key. */
  readonly #gone = new Map<string, FileRef>();
  /** What changed since this was asked last. */
  #changes: FileChange[] = [];
  /** Of the stream that is being read: files that were not there before, and those that went. */
  #come = new Map<string, Keyed>();
  #went = new Map<string, FilePlace>();
  /** Files that went before, and are at no other place so far. */
  #lost: Keyed[] = [];

  constructor(options: LibraryJoinOptions) {
    this.#options = options;
    this.#removed = new Set(options.removed.load());
  }

  /** Follows the jobs until the returned function is called. */
  start(): () => void {
    const { table, feed } = this.#options;
    const stops = [
      table.onChange((changes) => this.#follow(changes)),
      feed.onForgot((ids) => this.#noteForgotten(ids)),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Files that jobs name and that are on the disk no longer. */
  get gone(): FileRef[] {
    return [...this.#gone.values()];
  }

  set gone(files: readonly FileRef[]) {
    const gone = new Set(files.map(fileRefKey));
    this.noteBack(this.gone.filter((ref) => !gone.has(fileRefKey(ref))));
    this.noteGone(files);
  }

  /** Files that jobs name turned out to be on the disk no longer. */
  noteGone(files: readonly FileRef[]): void {
    files.forEach((ref) => this.#gone.set(fileRefKey(ref), ref));
    this.#setGone(files, true);
  }

  /** Such files are there after all. */
  noteBack(files: readonly FileRef[]): void {
    this.#setGone(files, false);
  }

  /**
   * Files are about to come back from the trash: people want to see them again, also where their job was forgotten.
   * @returns the way to say that some do not come back after all.
   */
  welcome(files: readonly FileRef[]): (others: readonly FileRef[]) => void {
    const { removed } = this.#options;
    const ids = files.map(foundId).filter((id) => this.#removed.delete(id));
    removed.drop(ids);
    return (others) => {
      const back = others.map(foundId).filter((id) => ids.includes(id));
      back.forEach((id) => this.#removed.add(id));
      removed.note(back);
    };
  }

  /** What has changed about the files since this was asked last. */
  takeChanges(): FileChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** A stream begins. What one that was cut has told of files that went comes again; what came is there. */
  begin(): void {
    this.#went.clear();
  }

  /** Takes in a piece of the stream: what is there is shown, what is gone waits for the end. */
  async take(news: readonly FileNews[]): Promise<void> {
    const { files } = this.#options;
    const come: LibraryFile[] = [];
    for (const one of news) {
      if (one.gone) {
        this.#come.delete(keyOf(one.place));
        this.#went.set(keyOf(one.place), one.place);
      } else {
        const before = files.set(one.file, one.file);
        this.#changes.push([one.file, one.file]);
        this.#went.delete(keyOf(one.file));
        if (!before) {
          this.#come.set(keyOf(one.file), this.#keyed(one.file, one.file.key));
        }
        come.push(one.file);
      }
    }
    await this.#show(come);
  }

  /** What is uploaded anew is no picture that has moved: files of inputs and of outputs count as different. */
  #keyed({ tree, folder, name }: FilePlace, key: string): Keyed {
    const place = { tree, folder, name };
    return { place, key: this.#options.refOf(place)?.type === 'input' ? `${key} input` : key };
  }

  async #show(files: readonly LibraryFile[]): Promise<void> {
    const { feed, table } = this.#options;
    const replaced: string[] = [];
    const entries: MirrorEntry[] = [];
    const there: FileRef[] = [];
    for (const file of files) {
      const ref = this.#shownAs(file);
      if (!ref) {
        continue;
      }
      there.push(ref);
      const id = foundId(ref);
      const known = table.peek(id);
      const isSettled = known?.presence === 'forgotten' || (known && isUpToDate(known.record, file));
      if (isSettled || this.#removed.has(id) || this.#isNamed(ref)) {
        continue;
      }
      if (known) {
        replaced.push(id);
      }
      entries.push({ record: libraryRecord(ref, file, file.making), graph: null, isNew: true, saved: true });
    }
    this.#setGone(there, false);
    if (entries.length > 0) {
      await feed.exchange(replaced, entries);
    }
  }

  /**
   * The stream was read to its end.
   * @param isStale of which trees whatever was not named in this round is gone.
   */
  async finish(isStale: (tree: string) => boolean): Promise<void> {
    const { files } = this.#options;
    for (const place of files.unnamed(isStale)) {
      this.#went.set(keyOf(place), place);
    }
    const went = [...this.#went.values()];
    const keyed = went.flatMap((place) => {
      const row = files.get(place);
      return row ? [this.#keyed(place, row.key)] : [];
    });
    const lost = [...this.#lost.filter(({ place }) => !this.#come.has(keyOf(place))), ...keyed];
    const moves = movesAmong(lost, [...this.#come.values()]);
    await this.#move(moves);
    const moved = new Set(moves.map(([from]) => keyOf(from)));
    this.#lost = lost.filter(({ place }) => !moved.has(keyOf(place))).slice(-MOST_LOST);
    for (let at = 0; at < went.length; at += AT_ONCE) {
      await this.#leave(went.slice(at, at + AT_ONCE));
      await breathe();
    }
    this.#come.clear();
    this.#went.clear();
  }

  /** Marks and the jobs' records go along, so that a picture is the same at its new place. */
  async #move(places: readonly [FilePlace, FilePlace][]): Promise<void> {
    const moves = places.flatMap(([from, to]): FileMove[] => {
      const [before, after] = [this.#shownAs(from), this.#shownAs(to)];
      return before && after ? [{ from: before, to: after }] : [];
    });
    if (moves.length > 0) {
      await this.#options.moveMarks(moves);
    }
    for (const { from, to } of moves) {
      await this.#relocate(from, to);
    }
  }

  async #relocate(from: FileRef, to: FileRef): Promise<void> {
    const { items, feed, table } = this.#options;
    const item = items.byFile(from);
    const ids = new Set(item && [item, ...item.repeats].map(({ job }) => job.id));
    for (const id of ids) {
      // A job with several files may have been rewritten for another of them just now.
      const job = table.peek(id)?.record;
      if (job && !job.found && isFinished(job.state)) {
        const record = withMovedFile(job, (ref) => fileRefKey(ref) === fileRefKey(from), to);
        await feed.exchange([id], [{ record, graph: await feed.graph(id), isNew: true }]);
      }
    }
  }

  async #leave(places: readonly FilePlace[]): Promise<void> {
    const { feed, files, table } = this.#options;
    places.forEach((place) => files.delete(place));
    places.forEach((place) => this.#changes.push([place, null]));
    const refs = places.flatMap((place) => this.#shownAs(place) ?? []);
    refs.filter((ref) => this.#isNamed(ref)).forEach((ref) => this.#gone.set(fileRefKey(ref), ref));
    this.#setGone(refs, true);
    const ids = refs.map(foundId).filter((id) => table.peek(id));
    if (ids.length > 0) {
      await feed.exchange(ids, []);
    }
  }

  #setGone(refs: readonly FileRef[], gone: boolean): void {
    if (!gone) {
      refs.forEach((ref) => this.#gone.delete(fileRefKey(ref)));
    }
    if (refs.length > 0) {
      this.#options.items.setGone(refs, gone);
    }
  }

  /**
   * Compares the pictures of the gallery with the files that are held, as after a visit of another version.
   * @returns whether pictures are missing, whose files have to be read of again.
   */
  async compare(): Promise<boolean> {
    const { feed, files, table, items } = this.#options;
    const held = new Set<string>();
    let missing = false;
    let count = 0;
    for (const [place] of files.all()) {
      const ref = this.#shownAs(place);
      if (ref) {
        held.add(foundId(ref));
        missing ||= !items.byFile(ref) && !this.#removed.has(foundId(ref));
      }
      if (++count % AT_ONCE === 0) {
        await breathe();
      }
    }
    const surplus = [...table.all()].flatMap(({ record, presence }) => {
      const ref = record.found && presence === 'listed' ? record.outputs[0]?.ref : undefined;
      return ref && (!held.has(record.id) || this.#isNamed(ref)) ? [record.id] : [];
    });
    for (let at = 0; at < surplus.length; at += AT_ONCE) {
      await feed.exchange(surplus.slice(at, at + AT_ONCE), []);
      await breathe();
    }
    return missing;
  }

  /** The file as ComfyUI names it, if the gallery shows such files. */
  #shownAs(place: FilePlace): FileRef | null {
    const ref = this.#options.refOf(place);
    return ref && mediaOf(ref) !== 'other' ? ref : null;
  }

  /** Whether a job tells of a file, also one that is just being removed. */
  #isNamed(ref: FileRef): boolean {
    const key = fileRefKey(ref);
    return (
      this.#options.items.isMade(ref) ||
      [...this.#undecided.values()].some((refs) => refs.some((each) => fileRefKey(each) === key))
    );
  }

  #follow({ removed, added }: JobChanges): void {
    const { feed, table } = this.#options;
    for (const { id, found, outputs } of removed) {
      if (!found && table.peek(id)?.presence === 'hidden') {
        this.#undecided.set(id, savedFiles({ outputs }));
      }
    }
    added.forEach(({ id }) => this.#undecided.delete(id));
    const given = added
      .filter(({ found }) => !found)
      .flatMap((record) => savedFiles(record).map(foundId))
      .filter((id) => table.peek(id)?.presence === 'listed');
    if (given.length > 0 && feed.leads) {
      // Not while listeners are still being told of the job itself.
      queueMicrotask(() => void feed.exchange(given, []).catch(reporting('library.give-way')));
    }
  }

  #noteForgotten(ids: readonly string[]): void {
    const { table, removed } = this.#options;
    const files = ids.flatMap((id) => {
      const record = table.peek(id)?.record;
      return record ? savedFiles(record).map(foundId) : [];
    });
    ids.forEach((id) => this.#undecided.delete(id));
    files.forEach((id) => this.#removed.add(id));
    removed.note(files);
  }
}

function savedFiles({ outputs }: Pick<JobRecord, 'outputs'>): FileRef[] {
  return outputs.map(({ ref }) => ref).filter(({ type }) => type === 'output');
}

function keyOf({ tree, folder, name }: FilePlace): string {
  return `${tree}\n${folder}\n${name}`;
}
