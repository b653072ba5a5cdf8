/** Work that is asked for again and again. */
export interface Paced {
  /** Asks for the work to be done: soon, and after what was asked before. */
  ask(): void;
  /** Forgets what was asked and is not under way. */
  stop(): void;
}

export interface Pace {
  /** From the first asking to the work, ms: what is asked meanwhile is done with it. */
  soon: number;
  /** At least so long from the end of one to the beginning of the next, ms. */
  pause: number;
}

/**
 * Does work soon after it is asked for, however often that is, and never twice at once. Unlike a debounce it is not
 * put off by being asked for again: what changes all the time would never be sent.
 * @param work must not reject.
 */
export function paced(work: () => Promise<void>, { soon, pause }: Pace): Paced {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let endedAt = -Infinity;
  let isBusy = false;
  let isAskedAgain = false;
  const ask = (): void => {
    if (isBusy) {
      isAskedAgain = true;
      return;
    }
    timer ??= setTimeout(() => void run(), Math.max(soon, endedAt + pause - Date.now()));
  };
  const run = async (): Promise<void> => {
    timer = undefined;
    isBusy = true;
    await work();
    isBusy = false;
    endedAt = Date.now();
    if (isAskedAgain) {
      isAskedAgain = false;
      ask();
    }
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    isAskedAgain = false;
  };
  return { ask, stop };
}
