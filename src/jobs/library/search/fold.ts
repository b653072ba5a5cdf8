const GAPS = /[\s_]+/g;

/**
 * Text as it is compared: lower case, full-width forms as plain ones, and every run of spaces, line breaks and
 * underscores as one space, so that `red hair` finds `red_hair`.
 */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(GAPS, ' ');
}

/** A stretch of a text; `hit` where a search found it. */
export interface Stretch {
  text: string;
  hit: boolean;
}

/**
 * A text cut where any of the needles stands in it.
 * @param needles folded.
 */
export function stretches(text: string, needles: readonly string[]): Stretch[] {
  const { folded, from } = foldWithPlaces(text);
  const hits = new Uint8Array(text.length);
  for (const needle of needles) {
    for (let at = needle === '' ? -1 : folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + 1)) {
      hits.fill(1, from[at], from[at + needle.length]);
    }
  }
  const parts: Stretch[] = [];
  for (let start = 0; start < text.length;) {
    const hit = hits[start] === 1;
    let end = start + 1;
    while (end < text.length && (hits[end] === 1) === hit) {
      end += 1;
    }
    parts.push({ text: text.slice(start, end), hit });
    start = end;
  }
  return parts;
}

/** Where each unit of the folded text begins in the text itself, the end of both included. */
function foldWithPlaces(text: string): { folded: string; from: number[] } {
  let folded = '';
  const from: number[] = [];
  let at = 0;
  for (const character of text) {
    const piece = fold(character);
    if (!(piece === ' ' && folded.endsWith(' '))) {
      folded += piece;
      for (let i = 0; i < piece.length; i++) {
        from.push(at);
      }
    }
    at += character.length;
  }
  from.push(at);
  return { folded, from };
}
