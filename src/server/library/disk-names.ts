import type { DiskPath } from './disk-file';

/** A name in a folder, as it is shown and as it is on disk. */
export interface DiskName {
  /** As text; bytes that are not UTF-8 as `\xE9`. */
  name: string;
  /** The bytes in base64, where the text is not them. */
  raw: string | null;
}

const UNREADABLE = '\ufffd';
const SLASH = Buffer.from('/');

/** Whether a name read as text may stand for other bytes. */
export function isDoubtful(name: string): boolean {
  return name.includes(UNREADABLE);
}

/** A name from its bytes. */
export function nameOf(bytes: Buffer): DiskName {
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) {
    return { name: text, raw: null };
  }
  let name = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequence(bytes, at);
    name +=
      length > 0
        ? bytes.toString('utf8', at, at + length)
        : `\\x${(bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
    at += Math.max(1, length);
  }
  return { name, raw: bytes.toString('base64') };
}

/** The longest piece from here that is UTF-8 of one character, bytes; 0 if there is none. */
function sequence(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1) {
    const piece = bytes.subarray(at, at + length);
    const text = piece.toString('utf8');
    if (!text.includes(UNREADABLE) && Buffer.from(text).equals(piece)) {
      return length;
    }
  }
  return 0;
}

/** Path of a name in a folder. */
export function within(folder: DiskPath, { name, raw }: DiskName): DiskPath {
  if (raw === null && typeof folder === 'string') {
    return folder === '/' ? `/${name}` : `${folder}/${name}`;
  }
  return Buffer.concat([
    Buffer.from(folder),
    SLASH,
    raw === null ? Buffer.from(name) : Buffer.from(raw, 'base64'),
  ]);
}

/** Path of what lies below a root, by its path as text or, where that is not what is on disk, in base64. */
export function below(root: string, path: string, raw: string | null): DiskPath {
  return path === '' ? root : within(root, { name: path, raw });
}

/** Path below a root, one name further down. */
export function joined(folder: DiskName, { name, raw }: DiskName): DiskName {
  const path = folder.name === '' ? name : `${folder.name}/${name}`;
  if (raw === null && folder.raw === null) {
    return { name: path, raw: null };
  }
  const bytes = (part: DiskName): Buffer =>
    part.raw === null ? Buffer.from(part.name) : Buffer.from(part.raw, 'base64');
  const parts = folder.name === '' ? [bytes({ name, raw })] : [bytes(folder), SLASH, bytes({ name, raw })];
  return { name: path, raw: Buffer.concat(parts).toString('base64') };
}
