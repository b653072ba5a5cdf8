/** What the address of a guest's page says. */
export interface GuestAddress {
  /** Path of the folder that `s/` lies in, with a slash at its end: a proxy may have put one in front. */
  base: string;
  /** The secret of the link, or its public id once the page has opened it. */
  key: string;
  slug: string | null;
}

const PATH = /^(.*\/)s\/([^/]+)(?:\/([^/]+))?\/?$/;

/** Reads `…/s/KEY` or `…/s/KEY/SLUG`; `null` for any other path. */
export function readAddress(path: string): GuestAddress | null {
  const [, base, key, slug] = PATH.exec(path) ?? [];
  return base && key ? { base, key: decodeURIComponent(key), slug: slug ?? null } : null;
}

/** The path that shows the link by its public id instead of its secret. */
export function publicPath({ base, slug }: GuestAddress, id: string): string {
  return `${base}s/${encodeURIComponent(id)}${slug === null ? '' : `/${slug}`}`;
}

/** The item a fragment names, by its id or by its place from 1; −1 for none. */
export function itemAt(hash: string, items: readonly { id: string }[]): number {
  // Ids and numbers need no decoding, and decoding fails where a message has cut the address off.
  const named = hash.replace(/^#/, '');
  const byId = items.findIndex(({ id }) => id === named);
  const place = /^\d{1,6}$/.test(named) ? Number(named) - 1 : -1;
  return byId >= 0 ? byId : place < items.length ? place : -1;
}
