import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import { byNewest, isFinished, type JobRecord, jobTime, type Output } from '../state/job';
import { placeOf } from '../state/sorted-list';
import { exchange } from './exchange';

/** A file together with the job that made it: what the gallery shows a tile for. */
export interface GalleryItem {
  /** `<job id>/<output index>`: names the item in links, and stays the same once the job has ended. */
  readonly key: string;
  readonly job: JobRecord;
  readonly output: Output;
  /** Later jobs that name the same file, because ComfyUI answered them from its cache; oldest first. */
  readonly repeats: readonly Claim[];
  /** A later job wrote another picture under this name: the file is not this job's any more. */
  readonly replaced: boolean;
}

/** A job's word that it made a file. */
export interface Claim {
  readonly key: string;
  readonly job: JobRecord;
  readonly output: Output;
}

/** Items `at … at + removed − 1` went, and `added` came in their place. */
export interface Splice {
  at: number;
  removed: readonly GalleryItem[];
  added: readonly GalleryItem[];
}

const NONE: readonly Claim[] = [];

/**
 * Every saved file of the listed jobs, newest first, one item a file. Items are stable: one is replaced only
 * when its job or its claims change. Kept sorted by insertion, so that the cost of a change does not depend
 * on how many files there are.
 */
export class OutputIndex {
  readonly #items: GalleryItem[] = [];
  /** Items by the key of each of their claims. */
  readonly #byKey = new Map<string, GalleryItem>();
  /** The items of a file, oldest first; nearly always one. */
  readonly #byFile = new Map<string, GalleryItem | readonly GalleryItem[]>();
  /** ETags under which files were read just now, by the newest claim on each. */
  readonly #seen = new Map<string, string>();
  /** Files with more than one claim. */
  readonly #shared = new Set<string>();
  /** Files that are known to be on the disk no longer. */
  readonly #gone = new Set<string>();
  /** All that is claimed of files of which not every claim counts. */
  readonly #withheld = new Map<string, readonly Claim[]>();
  /** Files by the keys their items had before a job was known: links may lead there. */
  readonly #formerKeys = new Map<string, string>();
  readonly #madeTag: (claim: Claim) => string | undefined;
  readonly #isHeld: (ref: FileRef) => boolean;

  /**
   * @param madeTag the ETag that a claim's file had when its thumbnail was made, if that is known.
   * @param isHeld whether a library has the file. Then only the last that was written is an item: the others are as
   *   gone as if they had been deleted.
   */
  constructor(
    madeTag: (claim: Claim) => string | undefined = () => undefined,
    isHeld: (ref: FileRef) => boolean = () => false,
  ) {
    this.#madeTag = madeTag;
    this.#isHeld = isHeld;
  }

  /** All items, newest first. The same array for ever: read it, do not keep it. */
  get items(): readonly GalleryItem[] {
    return this.#items;
  }

  /** The item under the key of any of its claims. */
  find(key: string): GalleryItem | undefined {
    return this.#byKey.get(key) ?? this.#newest(this.#formerKeys.get(key) ?? '');
  }

  /** The item whose file this is now. */
  byFile(ref: FileRef): GalleryItem | undefined {
    return this.#newest(fileRefKey(ref));
  }

  /** Whether a job says that it made this file, also while the file is gone. */
  isMade(ref: FileRef): boolean {
    return this.#claimsOf(fileRefKey(ref)).some(({ job }) => !job.found);
  }

  #newest(file: string): GalleryItem | undefined {
    const found = this.#byFile.get(file);
    return isList(found) ? found.at(-1) : found;
  }

  /** Position of an item, −1 when it is not (any more) listed. */
  indexOf(item: GalleryItem): number {
    const at = placeOf(this.#items, item, compareItems);
    return this.#items[at] === item ? at : -1;
  }

  /** Takes in what changed on the job lists; a job that changed is in both. Returns what that did to the list. */
  change(removed: readonly JobRecord[], added: readonly JobRecord[]): Splice[] {
    const files = new Set<string>();
    const gone = new Set<string>();
    for (const job of removed) {
      for (const claim of claimsOf(job)) {
        gone.add(claim.key);
        files.add(fileRefKey(claim.output.ref));
        if (job.found) {
          this.#formerKeys.set(claim.key, fileRefKey(claim.output.ref));
        }
      }
    }
    const come = new Map<string, Claim[]>();
    for (const job of added) {
      for (const claim of claimsOf(job)) {
        const file = fileRefKey(claim.output.ref);
        files.add(file);
        const claims = come.get(file);
        if (claims) {
          claims.push(claim);
        } else {
          come.set(file, [claim]);
        }
      }
    }
    return this.#regroup(files, (file) => [
      ...this.#claimsOf(file).filter(({ key }) => !gone.has(key)),
      ...(come.get(file) ?? []),
    ]);
  }

  /**
   * Notes the ETag under which an item's file was read just now. When the picture's own was another, the
   * file has been written over since, by whomever.
   */
  setSeenTag(item: GalleryItem, tag: string): Splice[] {
    const newest = item.repeats.at(-1) ?? item;
    if (this.#byKey.get(item.key) !== item || this.#seen.get(newest.key) === tag) {
      return [];
    }
    this.#seen.set(newest.key, tag);
    return this.recheck([item]);
  }

  /** Compares claims again, after the ETags of these items, or of any, have become known. */
  recheck(items: readonly GalleryItem[] | 'all'): Splice[] {
    const files = items === 'all' ? this.#shared : items.map(({ output }) => fileRefKey(output.ref));
    return this.#regroup(new Set(files), (file) => this.#claimsOf(file));
  }

  /** Whether a file is known to be on the disk no longer. */
  isGone(ref: FileRef): boolean {
    return this.#gone.has(fileRefKey(ref));
  }

  /** Takes files that are on the disk no longer off the list, or puts them back, whoever claims them. */
  setGone(files: readonly FileRef[], gone: boolean): Splice[] {
    const changed = files
      .map(fileRefKey)
      .filter((file) => this.#gone.has(file) !== gone || this.#shared.has(file));
    changed.forEach((file) => (gone ? this.#gone.add(file) : this.#gone.delete(file)));
    return this.#regroup(new Set(changed), (file) => this.#claimsOf(file));
  }

  #claimsOf(file: string): readonly Claim[] {
    const withheld = this.#withheld.get(file);
    if (withheld) {
      return withheld;
    }
    const found = this.#byFile.get(file);
    const items = isList(found) ? found : found ? [found] : [];
    return items.flatMap((item) => [item, ...item.repeats]);
  }

  #regroup(files: ReadonlySet<string>, claimsOf: (file: string) => readonly Claim[]): Splice[] {
    const old: GalleryItem[] = [];
    const fresh: GalleryItem[] = [];
    for (const file of files) {
      const before = this.#byFile.get(file);
      const items = isList(before) ? before : before ? [before] : [];
      const claims = claimsOf(file);
      const after = this.#shown(file, claims, items);
      for (const item of items) {
        if (!after.includes(item)) {
          old.push(item);
          this.#unname(item);
        }
      }
      for (const item of after) {
        if (!items.includes(item)) {
          fresh.push(item);
        }
        [item, ...item.repeats].forEach(({ key }) => this.#byKey.set(key, item));
      }
      this.#keepFile(file, after, claims);
    }
    return exchange(this.#items, old, fresh, compareItems);
  }

  /** The items of a file. What is claimed beside them is kept, for when it counts again. */
  #shown(file: string, claims: readonly Claim[], known: readonly GalleryItem[]): GalleryItem[] {
    const groups = this.#group(this.#counting(file, claims), known);
    const [oldest] = groups;
    const shown = oldest && groups.length > 1 && this.#isHeld(oldest.output.ref) ? groups.slice(-1) : groups;
    if (shown.reduce((sum, { repeats }) => sum + 1 + repeats.length, 0) < claims.length) {
      this.#withheld.set(file, claims);
    } else {
      this.#withheld.delete(file);
    }
    return shown;
  }

  /** The claims that count. That a file was found says nothing beside a job's word that it made it. */
  #counting(file: string, claims: readonly Claim[]): readonly Claim[] {
    const made = claims.length > 1 ? claims.filter(({ job }) => !job.found) : claims;
    return this.#gone.has(file) ? NONE : made.length > 0 ? made : claims;
  }

  #unname(item: GalleryItem): void {
    for (const { key } of [item, ...item.repeats]) {
      // The job may name another file under this key by now.
      if (this.#byKey.get(key) === item) {
        this.#byKey.delete(key);
      }
    }
  }

  #keepFile(file: string, items: readonly GalleryItem[], claims: readonly Claim[]): void {
    const [only] = items;
    if (claims.length > 1) {
      this.#shared.add(file);
    } else {
      this.#shared.delete(file);
    }
    if (!only) {
      this.#byFile.delete(file);
    } else {
      this.#byFile.set(file, items.length === 1 ? only : items);
    }
  }

  /** The items that claims on one file make, oldest first; those that stay as they are, are kept. */
  #group(claims: readonly Claim[], known: readonly GalleryItem[]): GalleryItem[] {
    const sorted = claims.length > 1 ? claims.toSorted((a, b) => -compareClaims(a, b)) : claims;
    const groups: Claim[][] = [];
    for (const claim of sorted) {
      const last = groups.at(-1);
      if (last && !this.#isOtherPicture(last, claim)) {
        last.push(claim);
      } else {
        groups.push([claim]);
      }
    }
    return groups.map(([first, ...repeats], i) => {
      const { key, job, output } = first as Claim;
      const replaced = i < groups.length - 1 || this.#isOverwritten(groups[i] ?? []);
      const same = known.find((item) => item.key === key && item.job === job && item.output === output);
      return same?.replaced === replaced && sameClaims(same.repeats, repeats)
        ? same
        : { key, job, output, repeats: repeats.length > 0 ? repeats.map(asClaim) : NONE, replaced };
    });
  }

  #isOtherPicture(before: readonly Claim[], claim: Claim): boolean {
    const tag = this.#seen.get(claim.key) ?? this.#madeTag(claim);
    const earlier = before.map((each) => this.#madeTag(each)).findLast((known) => known !== undefined);
    // Without two tags to compare, only a node that really ran can have written over the file.
    return tag !== undefined && earlier !== undefined
      ? tag !== earlier && (claim.output.cached === false || isOtherFile(tag, earlier))
      : claim.output.cached === false;
  }

  /** Whether the file of the newest claims has been seen to be another than the one they made. */
  #isOverwritten(claims: readonly Claim[]): boolean {
    const seen = this.#seen.get(claims.at(-1)?.key ?? '');
    const made = claims.map((each) => this.#madeTag(each)).findLast((known) => known !== undefined);
    return seen !== undefined && made !== undefined && isOtherFile(seen, made);
  }
}

/** What aiohttp makes an ETag of: time of the last change and size, both in hexadecimal (API reference 2.2). */
const TIME_AND_SIZE = /^"[0-9a-f]+-([0-9a-f]+)"$/;

/** Whether two ETags name different pictures: a copied folder gives every file another time, not another size. */
function isOtherFile(a: string, b: string): boolean {
  const sizes = [a, b].map((tag) => TIME_AND_SIZE.exec(tag)?.[1]);
  return a !== b && (sizes[0] === undefined || sizes[0] !== sizes[1]);
}

function isList(found: GalleryItem | readonly GalleryItem[] | undefined): found is readonly GalleryItem[] {
  return Array.isArray(found);
}

/** Temporary previews are not the gallery's, nor is what a job was given; a job that waits has made nothing yet. */
function claimsOf(job: JobRecord): Claim[] {
  if (job.state !== 'running' && !isFinished(job.state)) {
    return [];
  }
  return job.outputs
    .filter(({ ref }) => ref.type === 'output' || (job.found && ref.type === 'input'))
    .map((output) => ({ key: `${job.id}/${output.index}`, job, output }));
}

function asClaim({ key, job, output }: Claim): Claim {
  return { key, job, output };
}

function sameClaims(a: readonly Claim[], b: readonly Claim[]): boolean {
  return a.length === b.length && a.every(({ key, job }, i) => key === b[i]?.key && job === b[i].job);
}

/** Newest first; a running job's fresh files stand before those of finished jobs. */
function compareClaims(a: Claim, b: Claim): number {
  if (a.job === b.job) {
    return a.output.index - b.output.index;
  }
  const isRunning = (claim: Claim): number => (claim.job.state === 'running' ? 1 : 0);
  return isRunning(b) - isRunning(a) || byNewest(a.job, b.job) || a.output.index - b.output.index;
}

/** The order of the list: newest first. */
export const compareItems: (a: GalleryItem, b: GalleryItem) => number = compareClaims;

/** When an item counts as made, ms since the epoch: now while its job runs, 0 when nobody can tell. */
export function itemTime({ job }: GalleryItem, now: number): number {
  return job.state === 'running' ? now : jobTime(job);
}
