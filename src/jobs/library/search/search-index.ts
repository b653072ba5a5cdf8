import { extensionOf, type SearchDoc } from './doc';
import { FolderColumn } from './folder-column';
import { hasMegapixels, shapeOf, timesOf, within } from './extents';
import { fold } from './fold';
import type { Query, SizeTerm, Term, TextField } from './query';
import { TextColumn } from './text-column';

/** Yes-or-no conditions, one bit each. */
const BITS = {
  ...{ upscaled: 1, mask: 2, source: 4, edited: 8 },
  ...{ favourite: 16, rejected: 32, hidden: 64, device: 128, input: 256 },
};

type TextName = TextField | 'texts' | 'seed' | 'job' | 'type';
type NumberName = 'steps' | 'cfg' | 'denoise' | 'rating' | 'width' | 'height' | 'time' | 'bits' | 'used';

/** Where plain words are looked for. */
const WORDS: readonly TextName[] = ['prompt', 'texts', 'file', 'model', 'lora', 'tag'];

/**
 * Everything that can be searched, in columns: a slot for each picture. A query is a scan of the columns it
 * names, which for a hundred thousand pictures takes some ten milliseconds; a picture that comes or goes costs
 * the same however many there are. Search libraries (FlexSearch, MiniSearch) cut texts into words, so that
 * nothing is found inside Chinese sentences and file names; they know no numbers, dates or exclusions; and
 * their inverted index of prompts is several times the size of the texts.
 */
export class SearchIndex {
  readonly #texts: Record<TextName, TextColumn> = {
    ...{
      prompt: new TextColumn(),
      texts: new TextColumn(),
      negative: new TextColumn(),
      model: new TextColumn(),
    },
    ...{
      lora: new TextColumn(),
      sampler: new TextColumn(),
      scheduler: new TextColumn(),
      node: new TextColumn(),
    },
    ...{
      file: new TextColumn(),
      tag: new TextColumn(),
      in: new TextColumn(),
      seed: new TextColumn(),
      job: new TextColumn(),
    },
    type: new TextColumn(),
  };
  readonly #folders = new FolderColumn();
  #numbers = columns(1024);
  #end = 0;

  /** One more than the highest slot in use so far. */
  get end(): number {
    return this.#end;
  }

  /** Puts a picture in a slot, in place of the one that was there. */
  set(slot: number, doc: SearchDoc): void {
    this.#grow(slot + 1);
    const texts = this.#texts;
    texts.prompt.set(slot, [doc.prompt]);
    texts.texts.set(slot, [doc.texts]);
    texts.negative.set(slot, [doc.negative]);
    texts.model.set(slot, [doc.model]);
    texts.lora.set(slot, doc.loras);
    texts.sampler.set(slot, [doc.sampler]);
    texts.scheduler.set(slot, [doc.scheduler]);
    texts.node.set(slot, doc.nodes);
    texts.file.set(slot, [doc.file]);
    this.#folders.set(slot, doc.folder);
    texts.tag.set(slot, doc.tags);
    texts.in.set(slot, doc.collections);
    texts.seed.set(slot, [doc.seed]);
    texts.job.set(slot, [doc.job]);
    texts.type.set(slot, [doc.media, extensionOf(doc.file)]);
    const numbers = this.#numbers;
    numbers.steps[slot] = doc.steps;
    numbers.cfg[slot] = doc.cfg;
    numbers.denoise[slot] = doc.denoise;
    numbers.rating[slot] = doc.rating;
    numbers.width[slot] = doc.width;
    numbers.height[slot] = doc.height;
    numbers.time[slot] = doc.time;
    numbers.used[slot] = 1;
    numbers.bits[slot] = Object.entries(BITS).reduce(
      (bits, [name, bit]) => (doc[name as keyof typeof BITS] ? bits | bit : bits),
      0,
    );
  }

  /** Empties a slot. */
  clear(slot: number): void {
    if (this.#numbers.used[slot] === 1) {
      Object.values(this.#texts).forEach((column) => {
        column.clear(slot);
      });
      this.#numbers.used[slot] = 0;
    }
  }

  #grow(end: number): void {
    if (end > this.#numbers.used.length) {
      const larger = columns(Math.max(end, this.#numbers.used.length * 2));
      (Object.keys(larger) as NumberName[]).forEach((name) => {
        larger[name].set(this.#numbers[name]);
      });
      this.#numbers = larger;
    }
    this.#end = Math.max(this.#end, end);
  }

  /**
   * 1 for every slot whose picture is asked for.
   * @param now ms since the epoch: what `today` is.
   */
  find(query: Query, now: number): Uint8Array<ArrayBuffer> {
    const found = this.#find(query, now);
    const { used } = this.#numbers;
    for (let slot = 0; slot < found.length; slot++) {
      found[slot] = (found[slot] as number) & (used[slot] as number);
    }
    return found;
  }

  /** Whether the picture of one slot is asked for. */
  matches(query: Query, slot: number, now: number): boolean {
    return this.#numbers.used[slot] === 1 && this.#holds(query, slot, now);
  }

  #find(query: Query, now: number): Uint8Array<ArrayBuffer> {
    switch (query.kind) {
      case 'all':
        return new Uint8Array(this.#end).fill(1);
      case 'and':
        return query.parts
          .map((part) => this.#find(part, now))
          .reduce((all, next) => all.map((bit, slot) => bit & (next[slot] as number)));
      case 'or':
        return query.parts
          .map((part) => this.#find(part, now))
          .reduce((all, next) => all.map((bit, slot) => bit | (next[slot] as number)));
      case 'not':
        return this.#find(query.part, now).map((bit) => 1 - bit);
      default:
        return this.#findTerm(query, now);
    }
  }

  #findTerm(term: Term, now: number): Uint8Array<ArrayBuffer> {
    const found = new Uint8Array(this.#end);
    const texts = this.#texts;
    switch (term.kind) {
      case 'words': {
        const needle = fold(term.text).trim();
        WORDS.forEach((name) => {
          texts[name].mark(needle, false, found);
        });
        texts.seed.mark(needle, true, found);
        return found;
      }
      case 'text':
        texts[term.field].mark(fold(term.text).trim(), term.exact, found);
        return found;
      default: {
        const holds = this.#test(term, now);
        for (let slot = 0; slot < found.length; slot++) {
          found[slot] = holds(slot) ? 1 : 0;
        }
        return found;
      }
    }
  }

  #holds(query: Query, slot: number, now: number): boolean {
    switch (query.kind) {
      case 'all':
        return true;
      case 'and':
        return query.parts.every((part) => this.#holds(part, slot, now));
      case 'or':
        return query.parts.some((part) => this.#holds(part, slot, now));
      case 'not':
        return !this.#holds(query.part, slot, now);
      case 'words': {
        const needle = fold(query.text).trim();
        const { seed } = this.#texts;
        return WORDS.some((name) => this.#texts[name].has(slot, needle)) || seed.has(slot, needle, true);
      }
      case 'text':
        return this.#texts[query.field].has(slot, fold(query.text).trim(), query.exact);
      default:
        return this.#test(query, now)(slot);
    }
  }

  /** A condition on a slot, with all that does not depend on the slot worked out. */
  #test(term: Exclude<Term, { kind: 'words' | 'text' }>, now: number): (slot: number) => boolean {
    const texts = this.#texts;
    const numbers = this.#numbers;
    switch (term.kind) {
      case 'number': {
        const values = numbers[term.field];
        return (slot) => within(values[slot] as number, term.extent);
      }
      case 'seed':
        return (slot) => texts.seed.has(slot, term.seed, true);
      case 'job': {
        const id = fold(term.id);
        return (slot) => texts.job.startsWith(slot, id);
      }
      case 'folder':
        return this.#folders.test(term.path, term.only);
      case 'type':
        return (slot) => texts.type.has(slot, fold(term.type), true);
      case 'date': {
        const { from, before } = timesOf(term.extent, now);
        const { time } = numbers;
        return (slot) => (time[slot] as number) >= from && (time[slot] as number) < before;
      }
      case 'size':
        return this.#testSize(term);
      case 'flag':
        return this.#testFlag(term);
    }
  }

  #testSize(term: SizeTerm): (slot: number) => boolean {
    const { width, height } = this.#numbers;
    const holds = (w: number, h: number): boolean => {
      switch (term.by) {
        case 'exact':
          return w === term.width && h === term.height;
        case 'shape':
          return shapeOf(w, h) === term.shape;
        case 'megapixels':
          return hasMegapixels(w, h, term.extent);
        case 'side':
          return within(Math.max(w, h), term.extent);
      }
    };
    return (slot) => (width[slot] as number) > 0 && holds(width[slot] as number, height[slot] as number);
  }

  #testFlag({ flag }: Extract<Term, { kind: 'flag' }>): (slot: number) => boolean {
    const { bits, rating } = this.#numbers;
    switch (flag) {
      case 'prompt':
      case 'lora':
      case 'tag': {
        const column = this.#texts[flag];
        return (slot) => !column.isEmpty(slot);
      }
      case 'rating':
        return (slot) => (rating[slot] as number) > 0;
      default:
        return (slot) => ((bits[slot] as number) & BITS[flag]) !== 0;
    }
  }

  /** How many of the found pictures have each value of a field. */
  countTexts(field: TextName, found: Uint8Array): Map<string, number> {
    return this.#texts[field].count(found);
  }

  /** How many of the found pictures have each size, as `1024x768`. */
  countSizes(found: Uint8Array): Map<string, number> {
    const { width, height } = this.#numbers;
    const counts = new Map<number, number>();
    found.forEach((bit, slot) => {
      const size = (width[slot] as number) * 1_000_000 + (height[slot] as number);
      if (bit === 1 && size > 0) {
        counts.set(size, (counts.get(size) ?? 0) + 1);
      }
    });
    return new Map(
      [...counts].map(([size, count]) => [`${Math.floor(size / 1_000_000)}x${size % 1_000_000}`, count]),
    );
  }

  /** How many of the found pictures were made in each month, as `2026-11`, in this browser's time zone. */
  countMonths(found: Uint8Array): Map<string, number> {
    const { time } = this.#numbers;
    const counts = new Map<string, number>();
    let [from, before, month] = [0, 0, ''];
    found.forEach((bit, slot) => {
      const at = time[slot] as number;
      if (bit === 0 || at <= 0) {
        return;
      }
      // Neighbours are mostly of one month, and asking the calendar is slow.
      if (at < from || at >= before) {
        const date = new Date(at);
        from = new Date(date.getFullYear(), date.getMonth(), 1).getTime();
        before = new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime();
        month = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`;
      }
      counts.set(month, (counts.get(month) ?? 0) + 1);
    });
    return counts;
  }
}

function columns(
  size: number,
): Record<NumberName, Float64Array | Float32Array | Uint16Array | Uint8Array | Int32Array> {
  return {
    steps: new Float64Array(size),
    cfg: new Float64Array(size),
    denoise: new Float64Array(size),
    rating: new Uint8Array(size),
    width: new Int32Array(size),
    height: new Int32Array(size),
    time: new Float64Array(size),
    bits: new Uint16Array(size),
    used: new Uint8Array(size),
  };
}
