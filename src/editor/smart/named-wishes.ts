import { FACE_PARTS, type SelectionWish } from '../../workflows/selection/selection-graph';

/** What can be selected without pointing at it. The parts of a face are asked for apart, where that is wanted. */
export const NAMED_WISHES: readonly { name: 'subject' | 'background' | 'face'; wish: SelectionWish }[] = [
  { name: 'subject', wish: { kind: 'subject' } },
  { name: 'background', wish: { kind: 'background' } },
  { name: 'face', wish: { kind: 'face', parts: FACE_PARTS.filter((part) => part === 'face_oval') } },
];

/** Stands for all that a person points at: words, clicks and boxes need the same model. */
export const POINTING: readonly SelectionWish[] = [
  { kind: 'points', positive: [{ x: 0, y: 0 }], negative: [] },
  { kind: 'box', box: { x: 0, y: 0, width: 1, height: 1 } },
  { kind: 'words', text: 'all' },
];
