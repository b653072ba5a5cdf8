import { type Document, DOMParser, type Element, XMLSerializer } from '@xmldom/xmldom';

import { cleanTag } from '../../ports/clean-tag';

/** What a sidecar is to say of a picture. What is left out was never said in Darkroom, and stays as it is. */
export interface XmpMarks {
  /** 0–5, −1 for rejected; 0 takes the rating away. */
  rating?: number;
  favourite?: boolean;
  /** Tags by their name, and whether the picture has them. */
  tags: ReadonlyMap<string, boolean>;
}

/** What a sidecar says of a picture, as far as Darkroom has a mark for it. */
export interface XmpSaid {
  /** −1 for rejected, 0–5; `null` when it says nothing of it. */
  rating: number | null;
  /** `other`: a label that is none of ours, a colour most often. */
  label: 'favourite' | 'other' | null;
  tags: string[];
}

/** A sidecar that is none, or that cannot be changed without losing what stands in it. */
export class ForeignSidecar extends Error {}

const NS = {
  x: 'adobe:ns:meta/',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  dc: 'http://purl.org/dc/elements/1.1/',
  xmlns: 'http://www.w3.org/2000/xmlns/',
} as const;

/** More tags than anybody gives a picture: what comes behind them is left out. */
const MOST_TAGS = 500;

/** What stands for a favourite. Labels of other programs, most often colours, stay. */
const LABEL = 'Favourite';

const EMPTY = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="${NS.x}">
 <rdf:RDF xmlns:rdf="${NS.rdf}">
  <rdf:Description rdf:about="" xmlns:xmp="${NS.xmp}" xmlns:dc="${NS.dc}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
`;

/**
 * Puts marks into a sidecar, and leaves everything else in it as it is.
 * @param before what it holds; `null` when there is none.
 * @returns its new text; `null` when there is nothing to change.
 * @throws ForeignSidecar when it is no XMP.
 */
export function mergeXmp(before: string | null, marks: XmpMarks): string | null {
  const document = parse(before ?? EMPTY);
  const xmp = propertiesOf(document);
  const changes = [
    marks.rating !== undefined && xmp.set('Rating', marks.rating === 0 ? null : String(marks.rating)),
    marks.favourite !== undefined && xmp.setOwn('Label', LABEL, marks.favourite),
    xmp.setMembers(marks.tags),
  ];
  return changes.some(Boolean) ? new XMLSerializer().serializeToString(document) : null;
}

/**
 * Reads what a sidecar says.
 * @throws ForeignSidecar when it is no XMP.
 */
export function readXmp(text: string): XmpSaid {
  const xmp = propertiesOf(parse(text));
  const rating = Number(xmp.value('Rating') ?? NaN);
  const label = xmp.value('Label');
  const tags = xmp.members().map(cleanTag);
  return {
    rating: Number.isFinite(rating) ? Math.min(5, Math.max(-1, Math.round(rating))) : null,
    label: label === null ? null : label === LABEL ? 'favourite' : 'other',
    tags: [...new Set(tags)].filter((tag) => tag !== '').slice(0, MOST_TAGS),
  };
}

function propertiesOf(document: Document): Properties {
  const roots = [...document.getElementsByTagNameNS(NS.rdf, 'Description')].filter(
    ({ parentNode }) => parentNode?.localName === 'RDF',
  );
  const [first] = roots;
  if (!first) {
    throw new ForeignSidecar('It describes nothing.');
  }
  return new Properties(document, roots, first);
}

function parse(text: string): Document {
  // No sidecar needs declarations of its own, and entities could make a small file a very large one.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw new ForeignSidecar('It declares entities.');
  }
  try {
    const stop = (_level: string, message: string): never => {
      throw new ForeignSidecar(message);
    };
    return new DOMParser({ onError: stop }).parseFromString(text.replace(/^\ufeff/, ''), 'text/xml');
  } catch (error) {
    throw new ForeignSidecar(`It is no XML: ${String(error)}`);
  }
}

/** The properties of what a sidecar describes: as attributes or as elements, in one description or in several. */
class Properties {
  readonly #document: Document;
  readonly #roots: readonly Element[];
  readonly #first: Element;

  constructor(document: Document, roots: readonly Element[], first: Element) {
    this.#document = document;
    this.#roots = roots;
    this.#first = first;
  }

  /** @returns whether that changed anything. */
  set(name: string, value: string | null): boolean {
    if (this.value(name) === value) {
      return false;
    }
    for (const root of this.#roots) {
      root.removeAttributeNS(NS.xmp, name);
      children(root, NS.xmp, name).forEach((child) => root.removeChild(child));
    }
    if (value !== null) {
      this.#declare('xmp');
      this.#first.setAttributeNS(NS.xmp, `xmp:${name}`, value);
    }
    return true;
  }

  /** Sets or takes away a value of ours; another one stays. */
  setOwn(name: string, own: string, on: boolean): boolean {
    const value = this.value(name);
    return value !== null && value !== own ? false : this.set(name, on ? own : null);
  }

  setMembers(members: ReadonlyMap<string, boolean>): boolean {
    const lists = this.#lists();
    const items = itemsOf(lists);
    const known = new Set(items.map(tagOf));
    const gone = items.filter((item) => members.get(tagOf(item)) === false);
    const fresh = [...members].filter(([name, on]) => on && !known.has(name)).map(([name]) => name);
    gone.forEach((item) => item.parentNode?.removeChild(item));
    if (fresh.length > 0) {
      const bag = this.#bag(lists[0]);
      fresh.forEach((name) => {
        const item = this.#document.createElementNS(NS.rdf, 'rdf:li');
        item.appendChild(this.#document.createTextNode(name));
        bag.appendChild(item);
      });
    }
    return gone.length + fresh.length > 0;
  }

  /** The tags as they stand there. */
  members(): string[] {
    return itemsOf(this.#lists()).map((item) => item.textContent ?? '');
  }

  #lists(): Element[] {
    return this.#roots.flatMap((root) => children(root, NS.dc, 'subject'));
  }

  #bag(list: Element | undefined): Element {
    const found = list?.getElementsByTagNameNS(NS.rdf, 'li')[0]?.parentNode ?? (list && firstElement(list));
    if (found) {
      return found as Element;
    }
    this.#declare('dc');
    const subject = list ?? this.#document.createElementNS(NS.dc, 'dc:subject');
    const bag = this.#document.createElementNS(NS.rdf, 'rdf:Bag');
    subject.appendChild(bag);
    if (!list) {
      this.#first.appendChild(subject);
    }
    return bag;
  }

  /** A property of XMP's own namespace; `null` where there is none, or nothing in it. */
  value(name: string): string | null {
    for (const root of this.#roots) {
      const value =
        root.getAttributeNS(NS.xmp, name) ?? children(root, NS.xmp, name)[0]?.textContent?.trim() ?? null;
      if (value !== null && value !== '') {
        return value;
      }
    }
    return null;
  }

  /** Writes down what a prefix means, where nothing above does. */
  #declare(prefix: 'xmp' | 'dc'): void {
    if (this.#first.lookupNamespaceURI(prefix) !== NS[prefix]) {
      this.#first.setAttributeNS(NS.xmlns, `xmlns:${prefix}`, NS[prefix]);
    }
  }
}

function itemsOf(lists: readonly Element[]): Element[] {
  return lists.flatMap((list) => [...list.getElementsByTagNameNS(NS.rdf, 'li')]);
}

/** Other programs write a tag with more space, or with other signs for the same letters. */
function tagOf(item: Element): string {
  return cleanTag(item.textContent ?? '');
}

function children(parent: Element, namespace: string, name: string): Element[] {
  return [...parent.childNodes].filter(
    (node): node is Element =>
      node.nodeType === node.ELEMENT_NODE && node.namespaceURI === namespace && node.localName === name,
  );
}

function firstElement(parent: Element): Element | undefined {
  return [...parent.childNodes].find((node): node is Element => node.nodeType === node.ELEMENT_NODE);
}
