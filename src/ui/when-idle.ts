/** Time for leisure work on a busy page or without idle callbacks, ms a call. */
const SLICE = { busy: 4, timer: 6 };
/** Leisure work waits no longer for an idle page, ms. */
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
      // On a busy page it comes late and without time: a little is done all the same.
      const end = deadline.didTimeout ? performance.now() + SLICE.busy : 0;
      work(() => deadline.timeRemaining() > 2 || performance.now() < end);
    },
    { timeout: PATIENCE },
  );
}

/** The work is not wanted any more. */
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
 * For long work in small pieces: after a slice of time it waits until the page has nothing better to do.
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
