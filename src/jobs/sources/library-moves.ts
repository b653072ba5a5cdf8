import type { FilePlace } from './library-stream';

/** A file that went, or that came, with its content key. */
export interface Keyed {
  place: FilePlace;
  key: string;
}

/**
 * Which files that went are at another place now, by their content. Of several copies each stands for one; those with
 * the same name come first, since whole folders move more often than files are renamed.
 */
export function movesAmong(
  gone: readonly Keyed[],
  come: readonly Keyed[],
): [from: FilePlace, to: FilePlace][] {
  const waiting = new Map<string, FilePlace[]>();
  for (const { place, key } of come) {
    const places = waiting.get(key);
    if (places) {
      places.push(place);
    } else {
      waiting.set(key, [place]);
    }
  }
  const moves: [FilePlace, FilePlace][] = [];
  const rest: Keyed[] = [];
  for (const one of gone) {
    const places = waiting.get(one.key) ?? [];
    const same = places.findIndex(({ name }) => name === one.place.name);
    const [to] = same < 0 ? [] : places.splice(same, 1);
    if (to) {
      moves.push([one.place, to]);
    } else {
      rest.push(one);
    }
  }
  for (const { place, key } of rest) {
    const to = waiting.get(key)?.shift();
    if (to) {
      moves.push([place, to]);
    }
  }
  return moves;
}
