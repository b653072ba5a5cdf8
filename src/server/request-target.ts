/** A request target that passed the checks. */
export interface RequestTarget {
  /** Path segments, each percent-decoded once; `/` gives `['']`. */
  segments: string[];
  /** Encoded path without the query. */
  path: string;
}

const PATH_CHARACTERS = /^\/[\x21-\x7e]*$/;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Splits a request target into decoded segments. `null` for anything that two programs might interpret
 * differently: absolute or authority form, `//`, backslashes, dot segments (also encoded), broken
 * percent codes, control characters.
 */
export function parseTarget(raw: string): RequestTarget | null {
  const query = raw.indexOf('?');
  const path = query < 0 ? raw : raw.slice(0, query);
  const rest = query < 0 ? '' : raw.slice(query);
  if (!PATH_CHARACTERS.test(path) || /[\\#]/.test(path) || /[\s#]/.test(rest) || CONTROL.test(rest)) {
    return null;
  }
  const segments: string[] = [];
  const encoded = path.slice(1).split('/');
  for (const [index, text] of encoded.entries()) {
    const segment = decodeSegment(text);
    const isLast = index === encoded.length - 1;
    if (segment === null || (segment === '' && !isLast)) {
      return null;
    }
    segments.push(segment);
  }
  return { segments, path };
}

function decodeSegment(text: string): string | null {
  let segment: string;
  try {
    segment = decodeURIComponent(text);
  } catch {
    return null;
  }
  const isDots = segment.split(/[/\\]/).some((part) => part === '.' || part === '..');
  return isDots || CONTROL.test(segment) ? null : segment;
}
