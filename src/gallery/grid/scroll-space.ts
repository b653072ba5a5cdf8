/**
 * The tallest element that every browser lays out whole, CSS px: Firefox stops near 17.9 million, Blink near 33
 * million px of the device, of which a phone has three or four to a CSS px.
 */
export const TALLEST = 8_000_000;

/**
 * Leads from where an element is scrolled to what is seen of something taller than any element may be. A small step
 * moves what is seen by as much; a jump, as with a dragged scroll bar, goes to the same part of the whole. What fits
 * is scrolled as it is. Lengths in CSS px.
 */
export class ScrollSpace {
  readonly #tallest: number;
  #height = 0;
  #view = 0;
  #shift = 0;
  #physical = 0;

  constructor(tallest = TALLEST) {
    this.#tallest = tallest;
  }

  /** Height of the element that is scrolled, for something of this height. */
  elementHeight(height: number): number {
    return Math.min(height, this.#tallest);
  }

  /** How far what is seen lies below its place in the element, px. */
  get shift(): number {
    return this.#shift;
  }

  /** Where the element was scrolled to when that was last told or asked for. */
  get physical(): number {
    return this.#physical;
  }

  get isScaled(): boolean {
    return this.#height > this.#tallest;
  }

  /** Tells the height of the whole and of the view; returns whether a place in it is another one in the element now. */
  resize(height: number, view: number): boolean {
    const wasScaled = this.isScaled;
    const isOther = height !== this.#height || view !== this.#view;
    this.#height = height;
    this.#view = view;
    if (!this.isScaled) {
      this.#shift = 0;
    }
    return isOther && (wasScaled || this.isScaled);
  }

  /** Where to scroll the element to, so that this height of the whole is seen. */
  place(top: number): number {
    const wanted = Math.max(0, top);
    const physical = this.isScaled ? this.#physicalOf(Math.min(this.#most, wanted)) : wanted;
    this.#shift = this.isScaled ? wanted - physical : 0;
    this.#physical = physical;
    return physical;
  }

  /** The element was scrolled: which height of the whole is seen. */
  moved(physical: number): number {
    const step = physical - this.#physical;
    this.#physical = physical;
    if (!this.isScaled) {
      return physical;
    }
    const isJump = Math.abs(step) > this.#view;
    const wanted = isJump ? (physical / this.#mostPhysical) * this.#most : physical + this.#shift;
    const top = Math.max(0, Math.min(this.#most, wanted));
    this.#shift = top - physical;
    return top;
  }

  /** Whether the element is about to end before the whole does: it has to be placed anew. */
  get endsEarly(): boolean {
    const top = this.#physical + this.#shift;
    const above = this.#physical < this.#view && this.#shift > 1;
    const left = this.#mostPhysical - this.#physical;
    return this.isScaled && (above || (left < this.#view && this.#most - top > left + 1));
  }

  /** The same part of the element, but with room for two views to either side unless the whole ends there. */
  #physicalOf(top: number): number {
    const room = 2 * this.#view;
    const least = Math.min(top, room);
    const most = this.#mostPhysical - Math.min(this.#most - top, room);
    const part = Math.round((top / this.#most) * this.#mostPhysical);
    return Math.max(least, Math.min(most, part));
  }

  get #most(): number {
    return Math.max(1, this.#height - this.#view);
  }

  get #mostPhysical(): number {
    return Math.max(1, this.#tallest - this.#view);
  }
}
