import { setTimeout as sleep } from 'node:timers/promises';

import type { Driver } from './driver';

/** Generous: a busy machine must not decide a test. */
const WAIT_MS = 60_000;

/** A box in the page, CSS px from the upper left corner of the view. */
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Someone who uses the app in a browser: looks for things by their name, points, types. */
export class Visitor {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** Whether something with this name can be seen. */
  async sees(selector: string, name: RegExp): Promise<boolean> {
    return (await this.#find(selector, name)) !== null;
  }

  /** Whether the page says this anywhere. */
  async reads(pattern: RegExp): Promise<boolean> {
    return pattern.test(await this.#driver.evaluate<string>('document.body.innerText'));
  }

  /** Waits for something to be seen; returns where. `selector` narrows it, `name` is what a screen reader says. */
  async find(selector: string, name: RegExp): Promise<Box> {
    return this.until(`${selector} named ${String(name)}`, () => this.#find(selector, name));
  }

  /** Clicks in the middle of something, once it is there and enabled. */
  async click(selector: string, name: RegExp): Promise<void> {
    const box = await this.find(selector, name);
    await this.drag([{ x: box.x + box.width / 2, y: box.y + box.height / 2 }]);
  }

  /** Presses the mouse at the first point and releases it at the last. */
  async drag(points: readonly { x: number; y: number }[]): Promise<void> {
    const moves = points.map(({ x, y }) => ({
      type: 'pointerMove',
      x: Math.round(x),
      y: Math.round(y),
      duration: 20,
    }));
    const [first, ...others] = moves;
    await this.#driver.act([
      {
        type: 'pointer',
        id: 'mouse',
        parameters: { pointerType: 'mouse' },
        actions: [
          ...(first ? [first] : []),
          { type: 'pointerDown', button: 0 },
          ...others,
          { type: 'pointerUp', button: 0 },
        ],
      },
    ]);
  }

  /** Types into whatever has the focus. */
  async type(text: string): Promise<void> {
    const actions = [...text].flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
    await this.#driver.act([{ type: 'key', id: 'keyboard', actions }]);
  }

  /** Waits until `look` returns something. @throws Error that names what was missing, and what is on the page. */
  async until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
    for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(100)) {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) {
        return found;
      }
    }
    // Closed details have text too, which is where errors are.
    const page = await this.#driver.evaluate<string>(
      '[document.body.innerText, ...[...document.querySelectorAll("details")].map((it) => it.textContent)].join("\\n")',
    );
    throw new Error(`no ${what} within ${WAIT_MS / 1000} s; the page says:\n${page}`);
  }

  #find(selector: string, name: RegExp): Promise<Box | null> {
    return this.#driver.evaluate<Box | null>(`(() => {
      const name = (element) =>
        element.getAttribute('aria-label') ??
        element.labels?.[0]?.textContent?.trim() ??
        (element.textContent?.trim() || element.getAttribute('title') || '');
      const element = [...document.querySelectorAll(${JSON.stringify(selector)})].find(
        (candidate) =>
          ${String(name)}.test(name(candidate)) && !candidate.disabled && candidate.checkVisibility(),
      );
      element?.scrollIntoView({ block: 'nearest' });
      const box = element?.getBoundingClientRect();
      return box && box.width > 0 ? { x: box.x, y: box.y, width: box.width, height: box.height } : null;
    })()`);
  }
}
