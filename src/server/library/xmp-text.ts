import { type Document, DOMParser, type Element, XMLSerializer } from '@xmldom/xmldom';

/** What a sidecar is to say of a picture. What is left out was never said in Darkroom, and stays as it is. */
export interface XmpMarks {
  /** 0–5, −1 for rejected; 0 takes the rating away. */
  rating?: number;
  favourite?: boolean;
  /** Tags by their name, and whether the picture has them. */
  tags: ReadonlyMap<string, boolean>;
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
  const roots = [...document.getElementsByTagNameNS(NS.rdf, 'Description')].filter(
    ({ parentNode }) => parentNode?.localName === 'RDF',
  );
  const [first] = roots;
  if (!first) {
    throw new ForeignSidecar('It describes nothing.');
  }
  const xmp = new Properties(document, roots, first);
  const changes = [
    marks.rating !== undefined && xmp.set('Rating', marks.rating === 0 ? null : String(marks.rating)),
    marks.favourite !== undefined && xmp.setOwn('Label', LABEL, marks.favourite),
    xmp.setMembers(marks.tags),
  ];
  return changes.some(Boolean) ? new XMLSerializer().serializeToString(document) : null;
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
    if (this.#value(name) === value) {
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
    const value = this.#value(name);
    return value !== null && value !== own ? false : this.set(name, on ? own : null);
  }

  setMembers(members: ReadonlyMap<string, boolean>): boolean {
    const lists = this.#roots.flatMap((root) => children(root, NS.dc, 'subject'));
    const items = lists.flatMap((list) => [...list.getElementsByTagNameNS(NS.rdf, 'li')]);
    const known = new Set(items.map((item) => (item.textContent ?? '').trim()));
    const gone = items.filter((item) => members.get((item.textContent ?? '').trim()) === false);
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

  #value(name: string): string | null {
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

function children(parent: Element, namespace: string, name: string): Element[] {
  return [...parent.childNodes].filter(
    (node): node is Element =>
      node.nodeType === node.ELEMENT_NODE && node.namespaceURI === namespace && node.localName === name,
  );
}

function firstElement(parent: Element): Element | undefined {
  return [...parent.childNodes].find((node): node is Element => node.nodeType === node.ELEMENT_NODE);
}
