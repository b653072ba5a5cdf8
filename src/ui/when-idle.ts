/** Time for idle work on a busy page or without idle callbacks, ms per call. */
const SLICE = { busy: 4, timer: 6 };
/** Longest wait for an idle page, ms. */
const PATIENCE = 400;

/**
 * Calls back when the page has nothing better to do.
 * @param work `more`: there is still time.
 * @returns for `cancelIdle`.
 */
export function whenIdle(work: (more: () => boolean) => void): number {
  // Safari has no idle callbacks.
  if (typeof requestIdleCallback !== 'function') {
    return setTimeout(() => {
      const end = performance.now() + SLICE.timer;
      work(() => performance.now() < end);
    }, 50) as unknown as number;
  }
  return requestIdleCallback(
    (deadline) => {
      // On a busy page it comes late and without time left: do a little all the same.
      const end = deadline.didTimeout ? performance.now() + SLICE.busy : 0;
      work(() => deadline.timeRemaining() > 2 || performance.now() < end);
    },
    { timeout: PATIENCE },
  );
}

/** Cancels work that is no longer wanted. */
export function cancelIdle(handle: number | undefined): void {
  if (handle !== undefined) {
    if (typeof cancelIdleCallback === 'function') {
      cancelIdleCallback(handle);
    } else {
      clearTimeout(handle);
    }
  }
}

/**
 * For long work in small pieces: after each slice of time, waits until the page is idle.
 * @param goesOn false ends the work.
 */
export function breather(goesOn: () => boolean): () => Promise<boolean> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since > SLICE.timer) {
      await new Promise<void>((resolve) => {
        whenIdle(() => {
          resolve();
        });
      });
      since = performance.now();
    }
    return goesOn();
  };
}
