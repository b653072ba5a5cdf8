/** What is read of a pointer event for painting. */
export interface PointerSample {
  readonly clientX: number;
  readonly clientY: number;
  readonly pressure: number;
}

/** A pointer event, in a browser that may or may not know its intermediate positions. */
export interface SampledEvent extends PointerSample {
  /** Absent on plain-http pages and in older Safari. */
  getCoalescedEvents?: () => readonly PointerSample[];
}

/**
 * The positions a pointer went through since the previous event: the coalesced ones if the browser reports
 * them, otherwise the event's own. Repeated positions of equal pressure are left out.
 */
export function expandSamples(event: SampledEvent): PointerSample[] {
  const listed = typeof event.getCoalescedEvents === 'function' ? event.getCoalescedEvents() : [];
  const all = listed.length > 0 ? listed : [event];
  return all.filter((sample, i) => {
    const before = all[i - 1];
    return (
      !before ||
      before.clientX !== sample.clientX ||
      before.clientY !== sample.clientY ||
      before.pressure !== sample.pressure
    );
  });
}
