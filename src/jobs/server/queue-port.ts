/** Pending jobs that were taken out of the server's queue. */
export interface TakenOut {
  count: number;
  /**
   * Puts them back in their old order, for every owner. When that fails in the middle, calling it again goes
   * on with the rest.
   * @throws ComfyError when the server did not take all of them.
   */
  putBack: () => Promise<void>;
}

/**
 * What the app can do with the server's queue. ComfyUI itself can neither reorder, pause nor keep its queue
 * (API reference 2.1); whoever adds these verbs does it behind this port.
 */
export interface QueuePort {
  /**
   * Cancels a job whatever its state: dequeues it when pending, interrupts it when running. A job still on
   * its way is cancelled as soon as it has arrived.
   * @throws ComfyError when the server does not answer; nothing has changed then.
   */
  cancel(id: string): Promise<void>;
  /**
   * Takes every pending job out of the queue, which lets what runs finish and nothing follow it.
   * @throws ComfyError when the server does not answer; nothing has changed then.
   */
  takeOutPending(): Promise<TakenOut>;
}
