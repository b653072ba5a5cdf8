/** Side of the icon, px. */
const SIZE = 32;
/** Steps of the ring: a browser redraws its tab for each. */
const STEPS = 24;

/** Shows a ring of progress in place of the page's icon. */
export class ProgressIcon {
  readonly #document: Document;
  #own: string | null = null;
  #step: number | null = null;

  constructor(document: Document) {
    this.#document = document;
  }

  /** @param fraction 0–1; `null` shows the page's own icon again. */
  show(fraction: number | null): void {
    const step = fraction === null ? null : Math.round(Math.min(1, Math.max(0, fraction)) * STEPS);
    const link = this.#document.querySelector<HTMLLinkElement>('link[rel~="icon"]');
    if (!link || step === this.#step) {
      return;
    }
    this.#step = step;
    this.#own ??= link.href;
    link.href = step === null ? this.#own : this.#ring(step / STEPS);
  }

  /** A picture as text, which needs no request. */
  #ring(share: number): string {
    const radius = SIZE / 2 - 4;
    const around = 2 * Math.PI * radius;
    const circle = (colour: string, dash: string): string =>
      `<circle cx="${SIZE / 2}" cy="${SIZE / 2}" r="${radius}" fill="none" stroke="${colour}" stroke-width="7" ${dash}/>`;
    const done = `stroke-dasharray="${(share * around).toFixed(1)} ${around.toFixed(1)}" transform="rotate(-90 ${SIZE / 2} ${SIZE / 2})"`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}">${circle('#8a8a8a', '')}${circle('#ff7a45', done)}</svg>`;
    return `data:image/svg+xml,${encodeURIComponent(svg)}`;
  }
}
