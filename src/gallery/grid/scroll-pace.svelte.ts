import { SpeedMeter } from './speed-meter';

/** What helps while scrolling stays so long after it, ms: a finger has to reach it. */
const HELP = 1500;
/** How far ahead of the scrolling pictures are fetched: where it will be after so many ms, within a number of views. */
const LEAD = 600;
const MOST_LEAD = 1.5;
/** A page that is busy scrolls in jerks: only so long after the last one, ms, it has come to rest. */
const LEAD_REST = 400;
/**
 * A fling is over when no step has come for twice the longest recent pause between two steps, within these bounds, ms,
 * and none until the end of the next frame. `scrollend` does not help: without smooth scrolling it follows every turn of
 * the wheel.
 */
const STOP = { least: 64, most: 240 };
/** By how much the longest pause shrinks at each step, as a share. */
const FORGOTTEN = 0.1;
/** After a stop the pictures in view come first: nothing else starts for so long, ms. */
const CALM = 400;
/** After so long, ms, nobody is likely to scroll on, and rows further on are prepared. */
const IDLE = 4000;

/** How a list is scrolled: whether it flies by, where that leads, and whether it stands. */
export class ScrollPace {
  #meter = new SpeedMeter();
  #isFast = $state(false);
  #lead = $state(0);
  #isScrolling = $state(false);
  #isIdle = $state(true);
  #isUpward = false;
  #steppedAt = -Infinity;
  /** The longest recent pause between two steps, ms. */
  #pause = 0;
  #timers: Partial<Record<'stop' | 'lead' | 'help' | 'idle', ReturnType<typeof setTimeout>>> = {};
  #frame = 0;

  /** Whether it flies by, too fast for single pictures to be seen. */
  get isFast(): boolean {
    return this.#isFast;
  }

  /** How far beyond what is rendered pictures are fetched, px; negative upwards. 0 at rest. */
  get lead(): number {
    return this.#lead;
  }

  /** Whether it is scrolled, or was until a moment ago. */
  get isScrolling(): boolean {
    return this.#isScrolling;
  }

  /** Whether it has stood for a while. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** Whether it was scrolled upwards last; not reactive. */
  get isUpward(): boolean {
    return this.#isUpward;
  }

  /** Whether it stands, and the pictures in view have had time to load; not reactive. */
  isCalm = (): boolean => performance.now() - this.#steppedAt > CALM;

  /** Starts over at a position, px, at rest. */
  begin(top: number): void {
    this.end();
    this.#meter = new SpeedMeter(top);
    this.#isFast = false;
    this.#lead = 0;
    this.#isScrolling = false;
    this.#isIdle = true;
  }

  /** The content moved by so many px without anyone scrolling. */
  shift(by: number): void {
    this.#meter.shift(by);
  }

  /** Somebody scrolled to here, px, in a view so high, px. */
  step(top: number, height: number): void {
    const now = performance.now();
    const since = now - this.#steppedAt;
    this.#pause = since > STOP.most ? 0 : Math.max(since, this.#pause * (1 - FORGOTTEN));
    this.#steppedAt = now;
    const speed = this.#meter.note(top, now);
    const { velocity } = this.#meter;
    const most = height * MOST_LEAD;
    this.#isFast = speed !== 'slow';
    this.#lead = this.#isFast ? 0 : Math.max(-most, Math.min(most, (velocity * LEAD) / 1000));
    this.#isUpward = velocity < 0;
    this.#isScrolling = true;
    this.#isIdle = false;
    this.#after('help', HELP, () => (this.#isScrolling = false));
    this.#after('idle', IDLE, () => (this.#isIdle = true));
    this.#after('lead', LEAD_REST, () => (this.#lead = 0));
    cancelAnimationFrame(this.#frame);
    this.#after('stop', Math.max(STOP.least, Math.min(STOP.most, this.#pause * 2)), () => this.#stop());
  }

  /** Cancels all timers. */
  end(): void {
    cancelAnimationFrame(this.#frame);
    Object.values(this.#timers).forEach((timer) => clearTimeout(timer));
  }

  /** A busy page reports steps late, but before the end of a frame: that is waited for. */
  #stop(): void {
    if (this.#isFast) {
      this.#frame = requestAnimationFrame(() => (this.#isFast = false));
    }
  }

  #after(name: 'stop' | 'lead' | 'help' | 'idle', ms: number, act: () => void): void {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(act, ms);
  }
}
