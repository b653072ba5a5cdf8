import { cancelIdle, whenIdle } from '../../ui/when-idle';

/** Calls back once the next frame is drawn, so when the one after it begins; returns the way to call it off. */
export function afterPaint(call: () => void): () => void {
  let frame = requestAnimationFrame(() => (frame = requestAnimationFrame(call)));
  return () => cancelAnimationFrame(frame);
}

/** The same, once there is also nothing better to do. */
export function idleAfterPaint(call: () => void): () => void {
  let idle: number | undefined;
  const stop = afterPaint(() => (idle = whenIdle(call)));
  return () => {
    stop();
    cancelIdle(idle);
  };
}
