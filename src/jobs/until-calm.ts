/** How often to check, ms. */
const LOOK = 100;

/** Waits until the page has time, or `isOver` says that there is nothing to wait for any more. */
export async function untilCalm(calm: () => boolean, isOver: () => boolean): Promise<void> {
  while (!calm() && !isOver()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}
