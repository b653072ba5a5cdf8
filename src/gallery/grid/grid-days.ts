import { type Band, type GridLayout, type GridShape, layoutBand, layoutDays } from '../../ui/pictures/layout';

interface Day {
  day: number;
  /** Width over height of each item. */
  aspects: number[];
  /** Grows when a shape becomes known. */
  version: number;
  /** The band that began with this day when it was last laid out, and what that was made from. */
  laidOut: { shape: GridShape; from: readonly { day: Day; version: number }[]; band: Band } | null;
}

/**
 * The items of a grid by day. What changes lays out its own band again and no other, so the cost of a new
 * picture depends on its day, not on the gallery.
 */
export class GridDays {
  #days: Day[] = [];
  #count = 0;

  /** How many items there are. */
  get count(): number {
    return this.#count;
  }

  /**
   * Replaces `removed` items from a position on by others.
   * @param days the day of each new item.
   * @param aspects its width over height.
   */
  splice(at: number, removed: number, days: ArrayLike<number>, aspects: ArrayLike<number>): void {
    const [first, offset] = this.#find(at);
    const [last, end] = removed === 0 ? [first, offset] : this.#find(at + removed);
    const head = this.#part(first, 0, offset);
    const tail = this.#part(last, end, Infinity);
    const middle = new Grouper();
    head.forEach((aspect) => middle.add(this.#days[first]?.day ?? 0, aspect));
    for (let i = 0; i < days.length; i++) {
      middle.add(days[i] ?? 0, aspects[i] ?? 1);
    }
    tail.forEach((aspect) => middle.add(this.#days[last]?.day ?? 0, aspect));
    const from = this.#sameDay(first - 1, middle.days[0]) ? first - 1 : first;
    const next = Math.min(this.#days.length, last + 1);
    const to = this.#sameDay(next, middle.days.at(-1)) ? next + 1 : next;
    const fresh =
      from === first && to === next ? middle.days : this.#joined(from, first, middle.days, next, to);
    this.#days.splice(from, to - from, ...fresh);
    this.#count += days.length - removed;
  }

  /** Tells the shape of an item. */
  setAspect(at: number, aspect: number): void {
    const [index, offset] = this.#find(at);
    const day = this.#days[index];
    if (day && day.aspects[offset] !== aspect) {
      day.aspects[offset] = aspect;
      day.version += 1;
    }
  }

  /** Lays out what has changed; `shape` has to be the same object for as long as it says the same. */
  layout(shape: GridShape): GridLayout {
    return layoutDays(this.#days, shape, (days) => bandOf(days, shape));
  }

  /** The day an item is in, and its position there; behind the last item, the end of the last day. */
  #find(at: number): [index: number, offset: number] {
    let left = at;
    for (const [index, { aspects }] of this.#days.entries()) {
      if (left < aspects.length) {
        return [index, left];
      }
      left -= aspects.length;
    }
    const last = this.#days.length - 1;
    return last < 0 ? [0, 0] : [last, this.#days[last]?.aspects.length ?? 0];
  }

  #part(index: number, from: number, to: number): number[] {
    return this.#days[index]?.aspects.slice(from, to) ?? [];
  }

  #sameDay(index: number, day: Day | undefined): boolean {
    return day !== undefined && this.#days[index]?.day === day.day;
  }

  #joined(from: number, first: number, middle: readonly Day[], next: number, to: number): Day[] {
    const grouper = new Grouper();
    for (const { day, aspects } of [
      ...this.#days.slice(from, first),
      ...middle,
      ...this.#days.slice(next, to),
    ]) {
      aspects.forEach((aspect) => grouper.add(day, aspect));
    }
    return grouper.days;
  }
}

/** The band of days, as it was if nothing in it has changed. */
function bandOf(days: readonly Day[], shape: GridShape): Band {
  const [first] = days;
  const known = first?.laidOut;
  if (
    known?.shape === shape &&
    known.from.length === days.length &&
    known.from.every(({ day, version }, i) => day === days[i] && version === day.version)
  ) {
    return known.band;
  }
  const band = layoutBand(days, shape);
  if (first) {
    first.laidOut = { shape, from: days.map((day) => ({ day, version: day.version })), band };
  }
  return band;
}

/** Puts items that follow each other on one day together. */
class Grouper {
  readonly days: Day[] = [];

  add(day: number, aspect: number): void {
    const last = this.days.at(-1);
    if (last?.day === day) {
      last.aspects.push(aspect);
    } else {
      this.days.push({ day, aspects: [aspect], version: 0, laidOut: null });
    }
  }
}
