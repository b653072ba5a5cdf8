import { stringifyExact } from '../../comfy/exact-json';
import { readHistoryText, type WrittenItem } from '../../comfy/history-text';
import { factsOf } from '../library/job-facts';
import { type GraphPack, packParts, packSpans, type Part, type Span } from '../library/graph-pack';
import type { MirrorEntry } from '../library/job-mirror';
import type { JobRecord } from '../state/job';
import { fromHistory, holdsSecrets, knownGraph, withoutSecrets } from '../state/records';

/** Which jobs of a page are news, and what is known of them. */
export interface PageWish {
  ids: ReadonlySet<string>;
  known: ReadonlyMap<string, JobRecord>;
  clientId: string;
  /** Jobs this browser asked to stop. */
  stopped: ReadonlySet<string>;
}

/** A page of the history under a number, newest first: what it names, until it is known what of that is news. */
export interface PageNames {
  page: number;
  ids: string[];
}

/** Reads pages of the history: first whom they name, then what is asked for. */
export class PageReader {
  readonly #pages = new Map<number, ReadPage>();
  readonly #deflates: boolean;
  #last = 0;

  /** @param deflates whether to make the graphs small: where people work that takes too long. */
  constructor(deflates: boolean) {
    this.#deflates = deflates;
  }

  /** @throws SyntaxError when it is no page of the history. */
  names(bytes: ArrayBuffer): PageNames {
    const text = new TextDecoder().decode(bytes);
    const items = readHistoryText(text);
    this.#last += 1;
    this.#pages.set(this.#last, {
      items,
      bytes: new Uint8Array(bytes),
      isAscii: text.length === bytes.byteLength,
    });
    return { page: this.#last, ids: items.map(({ item }) => item.id) };
  }

  /** What the mirror is to remember of a page, with the graphs packed; then the page is gone. */
  async entries(page: number, { ids, known, clientId, stopped }: PageWish): Promise<MirrorEntry[]> {
    const read = this.#pages.get(page);
    this.#pages.delete(page);
    const items = read?.items.filter(({ item }) => ids.has(item.id)) ?? [];
    const pack = read ? await this.#pack(read, items) : null;
    return items.map(({ item }) => {
      const record = fromHistory(item, known.get(item.id), clientId, null, (id) => stopped.has(id));
      const graph = knownGraph(item.prompt);
      return { record, graph: null, facts: graph && factsOf(record, graph), pack: graph && pack };
    });
  }

  #pack({ items: all, bytes, isAscii }: ReadPage, items: readonly WrittenItem[]): Promise<GraphPack> {
    const kept = items.filter(({ item }) => knownGraph(item.prompt));
    const spans = kept.flatMap(({ text, at }): Span[] =>
      isAscii && at !== null && !holdsSecrets(text) ? [[at, at + text.length]] : [],
    );
    if (spans.length === all.length) {
      // Nothing has to be left out, so nothing has to be put together.
      return packSpans({ ids: kept.map(({ item }) => item.id), spans, bytes }, this.#deflates);
    }
    const encoder = new TextEncoder();
    return packParts(
      kept.map(({ item, text }): Part => {
        const clean = holdsSecrets(text) ? stringifyExact(withoutSecrets(item)) : text;
        return [item.id, encoder.encode(clean)];
      }),
      this.#deflates,
    );
  }
}

interface ReadPage {
  items: WrittenItem[];
  bytes: Uint8Array<ArrayBuffer>;
  /** Then a byte is a character. */
  isAscii: boolean;
}
