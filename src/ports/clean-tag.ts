/** A tag as it is kept: one line, without space around it; empty when nothing is left. */
export function cleanTag(tag: string): string {
  return tag.normalize('NFC').replace(/\s+/gu, ' ').trim().slice(0, 80);
}
