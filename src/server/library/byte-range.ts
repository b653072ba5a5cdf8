/** Bytes of a file that are asked for: `from … to`, both included. */
export interface ByteRange {
  from: number;
  to: number;
}

/**
 * Reads a Range header (RFC 9110 §14). One range is served; several at once, which no browser asks of a picture or
 * video, and whatever cannot be read are ignored: the whole file is an answer to any of them.
 * @returns `null` for the whole file, `unsatisfiable` for a range behind its end.
 */
export function readRange(header: string | undefined, length: number): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') {
    return null;
  }
  if (first === '') {
    const count = Math.min(Number(last), length);
    return count === 0 ? 'unsatisfiable' : { from: length - count, to: length - 1 };
  }
  const from = Number(first);
  const to = last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (last !== '' && Number(last) < from) {
    return null;
  }
  return from >= length ? 'unsatisfiable' : { from, to };
}
