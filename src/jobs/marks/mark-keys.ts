import { type FileRef, isFolderType } from '../../comfy/file-ref';

export { cleanTag } from '../../ports/clean-tag';

/** A mark that people set independently of the others, and that therefore has a key of its own. */
export type MarkField =
  | { kind: 'rating' | 'favourite' | 'rejected' | 'hidden' }
  /** One tag, or one collection by its id: of a set each member is set by itself. */
  | { kind: 'tag' | 'collection'; name: string };

const LETTERS = {
  rating: 'r',
  favourite: 'f',
  rejected: 'x',
  hidden: 'h',
  tag: 't',
  collection: 'c',
} as const;
const KINDS = Object.fromEntries(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind])) as Record<
  string,
  MarkField['kind'] | undefined
>;

/** `output/sub/name.png`. File names have no slash, so that it can be read again. */
export function markPath({ type, subfolder, filename }: FileRef): string {
  return `${type}/${subfolder}/${filename}`;
}

/** The file of a path that `markPath` made; `null` for anything else. */
export function fileOfPath(path: string): FileRef | null {
  const first = path.indexOf('/');
  const last = path.lastIndexOf('/');
  const type = path.slice(0, first);
  const filename = path.slice(last + 1);
  return first > 0 && last > first && filename !== '' && isFolderType(type)
    ? { type, subfolder: path.slice(first + 1, last), filename }
    : null;
}

/** Key of a mark in the documents: the path, a line end, and the mark. */
export function markKey(path: string, field: MarkField): string {
  return `${path}\n${LETTERS[field.kind]}${'name' in field ? field.name : ''}`;
}

/** What a key of the documents stands for; `null` when this version does not know it. */
export function readMarkKey(key: string): { path: string; field: MarkField } | null {
  const cut = key.lastIndexOf('\n');
  const field = cut < 0 ? null : readMarkField(key.slice(cut + 1));
  return field && { path: key.slice(0, cut), field };
}

/** The mark behind the path in a key; `null` when this version does not know it. */
export function readMarkField(text: string): MarkField | null {
  const kind = KINDS[text.charAt(0)];
  const name = text.slice(1);
  if (kind === 'tag' || kind === 'collection') {
    return name === '' ? null : { kind, name };
  }
  return kind && name === '' ? { kind } : null;
}

/** Up to this many marks are kept in one document; more are spread over 16, then over 256. */
const MOST = [600, 9_600];

/**
 * Name of the document a mark is written to. A change rewrites one document, so there are more of them the
 * more marks there are; a mark written earlier may be in one of the others, and all of them count.
 * @param marks how many there are.
 */
export function documentOf(path: string, marks: number): string {
  const level = MOST.findIndex((most) => marks <= most);
  const hash = hashOf(path).toString(16).padStart(2, '0');
  return level === 0 ? 'marks' : `marks-${level === 1 ? hash.charAt(0) : hash}`;
}

/** Whether a document of marks is called so. */
export function isMarkDocument(name: string): boolean {
  return /^marks(?:-[0-9a-f]{1,2})?$/.test(name);
}

/** 0–255 (FNV-1a). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & 0xff;
}
