import type { Point } from './viewport';

/** A pointer that is down on a surface. CSS px from the surface's corner. */
export interface Contact extends Point {
  readonly id: number;
  /** Where it came down. */
  readonly start: Point;
  /** Counts for nothing, such as a resting palm. */
  ignored: boolean;
}

/** The pointers that are down on a surface: where each one is, and where it came from. */
export class Contacts implements Iterable<Contact> {
  readonly #all = new Map<number, Contact>();

  get size(): number {
    return this.#all.size;
  }

  down(id: number, { x, y }: Point): Contact {
    const contact = { id, x, y, start: { x, y }, ignored: false };
    this.#all.set(id, contact);
    return contact;
  }

  /** Moves a pointer; returns where it was, or null when it is not down. */
  move(id: number, { x, y }: Point): Point | null {
    const contact = this.#all.get(id);
    if (!contact) {
      return null;
    }
    const before = { x: contact.x, y: contact.y };
    contact.x = x;
    contact.y = y;
    return before;
  }

  /** Forgets a pointer; returns it as it was, or null when it was not down. */
  up(id: number): Contact | null {
    const contact = this.#all.get(id) ?? null;
    this.#all.delete(id);
    return contact;
  }

  get(id: number): Contact | null {
    return this.#all.get(id) ?? null;
  }

  /** The pointer that came down first, apart from this one; null when there is none. */
  other(id: number): Contact | null {
    return [...this.#all.values()].find((contact) => contact.id !== id) ?? null;
  }

  clear(): void {
    this.#all.clear();
  }

  [Symbol.iterator](): Iterator<Contact> {
    return this.#all.values();
  }
}

/** Whether a pointer has moved at least so far, px, from where it came down: no tap any more. */
export function hasStrayed({ x, y, start }: Contact, slop: number): boolean {
  return distance({ x, y }, start) >= slop;
}

/** What the move of one of two fingers does to the picture below them. */
export interface PinchStep {
  /** Between the fingers. */
  centre: Point;
  /** How far the middle moved, px. */
  dx: number;
  dy: number;
  /** How much further apart the fingers are (above 1) or closer. */
  factor: number;
}

/** @param other the finger that rests. */
export function pinchStep(other: Point, before: Point, after: Point): PinchStep {
  const spread = distance(after, other);
  const spreadBefore = distance(before, other);
  return {
    centre: { x: (after.x + other.x) / 2, y: (after.y + other.y) / 2 },
    dx: (after.x - before.x) / 2,
    dy: (after.y - before.y) / 2,
    // Fingers on one point have no spread to compare with.
    factor: spreadBefore > 1 && spread > 1 ? spread / spreadBefore : 1,
  };
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
