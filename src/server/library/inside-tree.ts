import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Names that Windows keeps for devices, whatever stands behind their first dot. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/i;
/** What file systems take for a name, bytes. */
const LONGEST = 255;

/** The names of a path below a root; `null` for one that may lead out of it. */
function partsOf(path: string): string[] | null {
  const parts = path.split('/');
  // What is hidden is not in the library: the trash itself, and what other programs keep.
  const isPlain = parts.every((part) => part !== '' && !part.startsWith('.') && !part.includes('\0'));
  return isPlain && !(sep === '\\' && path.includes(sep)) ? parts : null;
}

/** Whole path of what lies below a root, or `null` if it does not: `..`, absolute, hidden, or through a link. */
export function insideOf(root: string, path: string): string | null {
  const parts = partsOf(path);
  if (!parts) {
    return null;
  }
  const whole = join(root, ...parts);
  const folder = dirname(whole);
  try {
    return isFolder(folder) && realpathSync(folder) === folder ? whole : null;
  } catch {
    // Its folder is not there.
    return null;
  }
}

/** Whether nothing below a root has this path for certain: what lies behind a link, or is hidden, is not looked at. */
export function isMissing(root: string, path: string): boolean {
  const parts = partsOf(path);
  if (!parts) {
    return false;
  }
  let at = root;
  for (const [i, part] of parts.entries()) {
    at = join(at, part);
    try {
      const stats = lstatSync(at, { throwIfNoEntry: false });
      if (!stats?.isDirectory()) {
        return !stats || (stats.isFile() && i < parts.length - 1);
      }
    } catch {
      // It may be there, and cannot be seen.
      return false;
    }
  }
  return false;
}

/**
 * Why a name is not given to a file or folder: one that some system cannot read would be lost on a shared drive.
 * @returns a sentence; `null` for a good name.
 */
export function faultOfName(name: string): string | null {
  if (name.trim() === '') {
    return 'A name needs at least one letter.';
  }
  if (name.startsWith('.')) {
    return 'A name that begins with a dot would be hidden.';
  }
  if (/[. ]$/.test(name) || name.startsWith(' ')) {
    return 'A name must not end with a dot, nor begin or end with a space: Windows drops them.';
  }
  const odd = [...name].find((sign) => '<>:"/\\|?*'.includes(sign) || sign < ' ' || sign === '\u007f');
  if (odd !== undefined) {
    return odd < ' ' || odd === '\u007f'
      ? 'A name must not hold line ends or other control characters.'
      : `A name must not hold ${odd}`;
  }
  if (DEVICE.test(name)) {
    return `Windows keeps the name ${name} for a device.`;
  }
  return Buffer.byteLength(name) > LONGEST ? 'The name is too long.' : null;
}

export function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Whether two paths are one file or folder on the disk. */
export function isSameFile(a: string, b: string): boolean {
  const [one, other] = [lstatSync(a, { throwIfNoEntry: false }), lstatSync(b, { throwIfNoEntry: false })];
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev && one.ino !== 0;
}
