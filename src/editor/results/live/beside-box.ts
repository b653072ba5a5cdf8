import { type Box, type Point, type Size, toView, type Viewport } from '../../../ui/viewport';

/** Space around what is placed, CSS px. */
const GAP = 8;

/** The upright box on the stage, CSS px, around a box of image px under a view that may be turned. */
export function boxOnStage(at: Viewport, { x, y, width, height }: Box): Box {
  const corners = [
    { x, y },
    { x: x + width, y },
    { x, y: y + height },
    { x: x + width, y: y + height },
  ].map((corner) => toView(at, corner));
  const left = Math.min(...corners.map((corner) => corner.x));
  const top = Math.min(...corners.map((corner) => corner.y));
  return {
    x: left,
    y: top,
    width: Math.max(...corners.map((corner) => corner.x)) - left,
    height: Math.max(...corners.map((corner) => corner.y)) - top,
  };
}

/**
 * Where to put something of this size beside a box on the stage: centred below it, above it where there is no
 * room below, and at the lower edge of the stage where there is none at all. Always within the stage. CSS px.
 */
export function besideBox(box: Box, size: Size, stage: Size): Point {
  const within = (value: number, length: number, room: number): number =>
    Math.max(GAP, Math.min(value, room - length - GAP));
  const x = within(box.x + box.width / 2 - size.width / 2, size.width, stage.width);
  const below = box.y + box.height + GAP;
  const above = box.y - GAP - size.height;
  const lowest = stage.height - size.height - GAP;
  const y = below <= lowest ? below : above >= GAP ? above : lowest;
  return { x, y: within(y, size.height, stage.height) };
}
