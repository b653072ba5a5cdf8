/**
 * Levels by which JPEG and lossy WebP miss plain black and white. A background of 1 to 3 would make the whole
 * picture part of the mask; edges that fade lose no more than anybody can see.
 */
export const LOSSY_NOISE = 8;

/** Levels from black or white within which a drawn mask still counts as that. */
const NEAR = 16;
/** Difference between a colour's channels from which nobody calls it grey, levels. */
const COLORFUL = 24;
/** Share of pixels that may be otherwise: edges, mostly. */
const FEW = 0.02;
/** Share of pixels between black and white in a picture that is a mask, and of noise in one that was a JPEG. */
const SOME = 0.05;
/** Noise is of several levels; a stroke of 98 % is of one. Each has at least this share of the pixels. */
const NOISE_LEVELS = 3;
const NOISE_SHARE = 0.01;

/** Counts pixels to find out how a picture is a mask. */
export class MaskEvidence {
  /** Opaque and other pixels, by brightness. */
  readonly #levels = new Uint32Array(256);
  #pixels = 0;
  #seeThrough = false;
  #visible = 0;
  #dark = 0;
  #bright = 0;
  #colorful = 0;

  /** Counts a pixel: its brightness, the difference between its channels, and its alpha, 0 to 255. */
  add(luma: number, chroma: number, alpha: number): void {
    this.#pixels++;
    this.#levels[luma] = (this.#levels[luma] ?? 0) + 1;
    this.#seeThrough ||= alpha < 255;
    if (alpha > 0) {
      this.#visible++;
      this.#dark += Number(luma <= NEAR);
      this.#bright += Number(luma >= 255 - NEAR);
      this.#colorful += Number(chroma > COLORFUL);
    }
  }

  /**
   * How the picture is a mask; `ask`: by alpha or by what is shown, and nobody but a person can tell.
   * - Colours: a picture with its mask as alpha, as ComfyUI has it.
   * - Black alone: a mask as alpha, as most programs and this one write it.
   * - White alone: a drawing on transparent ground. (The same as alpha would be everything but the drawing.)
   * - Black and white, or greys: either that, or a picture without colours with its mask as alpha.
   */
  get verdict(): 'alpha' | 'luma' | 'shown' | 'ask' {
    if (!this.#seeThrough) {
      return 'luma';
    }
    const few = this.#visible * FEW;
    if (this.#colorful > few || this.#dark >= this.#visible - few) {
      return 'alpha';
    }
    return this.#bright >= this.#visible - few ? 'shown' : 'ask';
  }

  /** Whether black and white carry the traces of a JPEG, although the file is none. */
  get noisy(): boolean {
    const sum = (from: number, to: number): number =>
      this.#levels.subarray(from, to).reduce((total, count) => total + count, 0);
    const dark = sum(0, LOSSY_NOISE + 1);
    const bright = sum(255 - LOSSY_NOISE, 256);
    const noise = dark + bright - (this.#levels[0] ?? 0) - (this.#levels[255] ?? 0);
    const several = (from: number, to: number): boolean =>
      this.#levels.subarray(from, to).filter((count) => count >= this.#pixels * NOISE_SHARE).length >=
      NOISE_LEVELS;
    return (
      dark > 0 &&
      bright > 0 &&
      dark + bright >= this.#pixels * (1 - SOME) &&
      noise >= this.#pixels * SOME &&
      (several(0, LOSSY_NOISE + 1) || several(255 - LOSSY_NOISE, 256))
    );
  }
}
