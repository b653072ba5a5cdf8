import type { FacePart, SelectionWish } from '../../workflows/selection/selection-graph';

/** What has a button of its own. */
export type WishName = 'subject' | 'background' | 'face' | 'eyes' | 'lips' | 'hair';

/** One of these, and the ways to find it: the first one the server can go is taken. */
export interface NamedWish {
  name: WishName;
  ways: readonly [SelectionWish, ...SelectionWish[]];
}

const face = (...parts: FacePart[]): SelectionWish => ({ kind: 'face', parts });
/** In English, whatever the language of the app: SAM 3 was taught in it. */
const words = (text: string): SelectionWish => ({ kind: 'words', text });

/** What can be selected without pointing at it. A model for faces knows their parts exactly, and no hair. */
export const NAMED_WISHES: readonly NamedWish[] = [
  { name: 'subject', ways: [{ kind: 'subject' }] },
  { name: 'background', ways: [{ kind: 'background' }] },
  { name: 'face', ways: [face('face_oval'), words('face')] },
  { name: 'eyes', ways: [face('left_eye', 'right_eye'), words('eyes')] },
  { name: 'lips', ways: [face('lips'), words('lips')] },
  { name: 'hair', ways: [words('hair')] },
];

/** The way to something that can be gone; undefined when there is none. */
export function wayTo({ ways }: NamedWish, can: (wish: SelectionWish) => boolean): SelectionWish | undefined {
  return ways.find(can);
}

/** What the first way to each of these needs, unless there is another way to it. */
export function blockedWays(
  names: readonly WishName[],
  can: (wish: SelectionWish) => boolean,
): SelectionWish[] {
  return NAMED_WISHES.filter((one) => names.includes(one.name) && !wayTo(one, can)).map(
    ({ ways }) => ways[0],
  );
}

/** Stands for all that a person points at: words, clicks and boxes need the same model. */
export const POINTING: readonly SelectionWish[] = [
  { kind: 'points', positive: [{ x: 0, y: 0 }], negative: [] },
  { kind: 'box', box: { x: 0, y: 0, width: 1, height: 1 } },
  { kind: 'words', text: 'all' },
];
