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
}
