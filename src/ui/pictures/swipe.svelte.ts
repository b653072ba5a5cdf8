/** How far a finger has drawn the picture aside, as a share of the width, for it to turn over. */
const TURN_SHARE = 0.25;
/** Or how fast, px per ms. */
const TURN_SPEED = 0.5;
/** How long a picture takes to come to rest, ms; the style sheet's `duration-slow`. */
const GLIDE_TIME = 200;

/** What lies beside the picture, and how to get there. */
export interface Neighbours {
  /** Whether there is a picture after (1) or before (−1). */
  has: (direction: 1 | -1) => boolean;
  go: (direction: 1 | -1) => void;
}

/** How far a finger draws a picture aside, and whether it turns over to the next one. */
export class Swipe {
  readonly #neighbours: Neighbours;
  #at = $state.raw({ x: 0, glide: false });

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  /** How far the picture is drawn aside, CSS px; `glide` while it moves there by itself. */
  get at(): { x: number; glide: boolean } {
    return this.#at;
  }

  /** A finger draws the picture aside, CSS px. At the ends it resists. */
  drag(distance: number): void {
    const isEnd = !this.#neighbours.has(distance > 0 ? -1 : 1);
    this.#at = { x: isEnd ? distance / 3 : distance, glide: false };
  }

  /** The finger left: turns over, or comes back. `speed` in px per ms, `null` when the swipe was broken off. */
  drop(distance: number, speed: number | null, width: number): void {
    const turn =
      speed !== null &&
      (Math.abs(distance) > width * TURN_SHARE || Math.abs(speed) > TURN_SPEED) &&
      (Math.abs(speed) < TURN_SPEED || Math.sign(speed) === Math.sign(distance));
    const direction = distance < 0 ? 1 : -1;
    const glide = { x: turn && this.#neighbours.has(direction) ? -direction * width : 0, glide: true };
    this.#at = glide;
    setTimeout(() => {
      // A finger may have caught it on the way.
      if (this.#at === glide) {
        this.#at = { x: 0, glide: false };
        if (turn) {
          this.#neighbours.go(direction);
        }
      }
    }, GLIDE_TIME);
  }
}
