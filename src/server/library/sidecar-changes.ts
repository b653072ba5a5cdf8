import type { XmpSaid } from './xmp-text';

/** A mark by its field (see `mark-keys.ts`), and what it is now; `null`: it was taken away. */
export type SidecarChange = readonly [field: string, value: number | null];

/**
 * What another program changed in a sidecar.
 * @param before what it said when it was last read or written; `null` when that is not known: then what it does not say
 *   tells nothing, for it may never have been said.
 * @param now what it says.
 */
export function changesOf(before: XmpSaid | null, now: XmpSaid): SidecarChange[] {
  return [...ratingChanges(before, now), ...favouriteChanges(before, now), ...tagChanges(before, now)];
}

function ratingChanges(before: XmpSaid | null, { rating }: XmpSaid): SidecarChange[] {
  const was = before?.rating ?? null;
  if (rating === was) {
    return [];
  }
  if (rating === -1) {
    return [['x', 1]];
  }
  return rating === null || rating === 0
    ? [
        ['r', null],
        ['x', null],
      ]
    : [
        ['r', rating],
        ['x', null],
      ];
}

/** A label that took the place of ours says nothing of favourites: there is room for one only. */
function favouriteChanges(before: XmpSaid | null, { label }: XmpSaid): SidecarChange[] {
  const was = before?.label === 'favourite';
  if (label === 'favourite') {
    return was ? [] : [['f', 1]];
  }
  return was && label === null ? [['f', null]] : [];
}

function tagChanges(before: XmpSaid | null, { tags }: XmpSaid): SidecarChange[] {
  const was = new Set(before?.tags);
  const is = new Set(tags);
  return [
    ...[...is].filter((tag) => !was.has(tag)).map((tag): SidecarChange => [`t${tag}`, 1]),
    ...[...was].filter((tag) => !is.has(tag)).map((tag): SidecarChange => [`t${tag}`, null]),
  ];
}
