/** Names that Windows gives to devices, whatever their ending. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;
/** Longer ones are cut: an archive is unpacked below some folder. */
const LONGEST = 180;

/** A file name that every system can write, as near to the given one as that allows. */
export function safeName(name: string): string {
  const plain = name
    // eslint-disable-next-line no-control-regex -- those are what must not be in a name
    .replace(/[\u0000-\u001f<>:"/\\|?*\u007f]/g, '_')
    .replace(/[. ]+$/, '')
    .replace(DEVICES, '_$&');
  const { stem, ending } = split(plain);
  return stem.slice(0, LONGEST - ending.length) + ending || '_';
}

/** Gives files names that differ, also where capitals are all the difference. */
export class NameTaker {
  readonly #taken = new Set<string>();

  /** The name if nobody has it, else the next one with a number. */
  take(name: string): string {
    const safe = safeName(name);
    const { stem, ending } = split(safe);
    let free = safe;
    for (let count = 2; this.#taken.has(free.toLowerCase()); count++) {
      free = `${stem} (${count})${ending}`;
    }
    this.#taken.add(free.toLowerCase());
    return free;
  }
}

function split(name: string): { stem: string; ending: string } {
  const ending = /\.[a-z0-9]{1,8}$/i.exec(name)?.[0] ?? '';
  return { stem: name.slice(0, name.length - ending.length), ending };
}
