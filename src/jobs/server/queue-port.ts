/** Pending jobs that were taken out of the server's queue. */
export interface TakenOut {
  count: number;
  /**
   * Puts them back in their old order, each for its owner. If that fails halfway, calling it again continues
   * with the rest.
   * @throws ComfyError when the server did not take all of them.
   */
  putBack: () => Promise<void>;
}

/**
 * What the app can do with the server's queue. ComfyUI can neither reorder, pause nor persist its queue
 * (API reference 2.1); anything that adds these verbs belongs behind this port.
 */
export interface QueuePort {
  /**
   * Cancels a job in any state: dequeues it when pending, interrupts it when running. A job still being sent
   * is cancelled as soon as it arrives.
   * @throws ComfyError when the server does not answer; nothing has changed then.
   */
  cancel(id: string): Promise<void>;
  /**
   * Takes every pending job out of the queue: the running job finishes, and nothing follows it.
   * @throws ComfyError when the server does not answer; nothing has changed then.
   */
  takeOutPending(): Promise<TakenOut>;
}
