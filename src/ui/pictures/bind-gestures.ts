import { Gestures, type PointerSample } from './gestures';
import type { StageView } from './stage-view.svelte';
import type { Swipe } from './swipe.svelte';

/** What is moved: the picture in its view, and the row of pictures it is one of. */
export interface MovedPicture {
  readonly stage: StageView;
  readonly swipe: Pick<Swipe, 'drag' | 'drop'>;
}

/** Zoom per px of a wheel, and of a pinch on a touch pad, which the browser tells as a wheel with Ctrl. */
const WHEEL_ZOOM = 0.0018;
const PAD_ZOOM = 0.01;
/** A notch in lines or pages, in px. */
const LINE = 40;

/**
 * Lets pointers and the wheel move the picture of a stage until the returned function is called. Tells the
 * stage's width as it changes, and how far a finger drew the picture up (negative) or down.
 */
export function bindGestures(
  node: HTMLElement,
  { stage, swipe }: MovedPicture,
  resized: (width: number) => void,
  pulled: (distance: number) => void,
): () => void {
  const here = (event: { clientX: number; clientY: number }): { x: number; y: number } => {
    const { left, top } = node.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const sample = (event: PointerEvent): PointerSample => ({
    ...here(event),
    id: event.pointerId,
    touch: event.pointerType === 'touch',
    at: event.timeStamp,
  });
  const gestures = new Gestures({
    canPan: () => stage.canPan,
    pan: (dx, dy) => stage.pan(dx, dy),
    pinch: (centre, factor, dx, dy) => stage.pinch(centre, factor, dx, dy),
    swipe: (axis, distance) => axis === 'x' && swipe.drag(distance),
    swipeEnd: (axis, distance, speed) => {
      if (axis === 'x') {
        swipe.drop(distance, speed, node.clientWidth);
      } else if (speed !== null) {
        pulled(distance);
      }
    },
    doubleTap: (point) => stage.toggle(point),
  });
  const measure = (): void => {
    resized(node.clientWidth);
    stage.setView(node.clientWidth, node.clientHeight, devicePixelRatio);
  };
  const observer = new ResizeObserver(measure);
  observer.observe(node);
  measure();

  const listeners = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    run: (event: HTMLElementEventMap[K]) => void,
  ): void => node.addEventListener(type, run, { signal: listeners.signal, passive: false });
  on('pointerdown', (event) => {
    if (event.button === 0) {
      node.setPointerCapture(event.pointerId);
      gestures.down(sample(event));
    }
  });
  on('pointermove', (event) => gestures.move(sample(event)));
  on('pointerup', (event) => gestures.up(sample(event)));
  on('pointercancel', (event) => gestures.cancel(event.pointerId));
  on('wheel', (event) => {
    event.preventDefault();
    const px = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE);
    stage.zoomBy(Math.exp(-px * (event.ctrlKey ? PAD_ZOOM : WHEEL_ZOOM)), here(event));
  });
  return () => {
    listeners.abort();
    observer.disconnect();
  };
}
