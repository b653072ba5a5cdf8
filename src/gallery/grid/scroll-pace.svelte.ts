import { SpeedMeter } from './speed-meter';

/** What helps while scrolling stays so long after it, ms: a finger has to reach it. */
const HELP = 1500;
/** How far ahead of the scrolling pictures are fetched: where it will be after so many ms, within a number of views. */
const LEAD = 600;
const MOST_LEAD = 1.5;
/** A page that is busy scrolls in jerks: only so long after the last one, ms, it has come to rest. */
const LEAD_REST = 400;
/**
 * What flew by has stopped when no step came for twice the longest time between two steps of late, within these bounds,
 * ms, nor until the end of the frame after. The browser's own `scrollend` is no sign: without smooth scrolling it
 * follows every single turn of a wheel.
 */
const STOP = { least: 64, most: 240 };
/** How much of the longest time is forgotten at each step. */
const FORGOTTEN = 0.1;
/** Pictures at which it stopped come first: so long, ms, nothing else is begun. */
const CALM = 400;
/** After so long, ms, nobody is likely to scroll on, and what lies beyond is looked into. */
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
  /** The longest time between two steps of late, ms. */
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

  /** Whether it stands, and what is seen has had its time; not reactive. */
  isCalm = (): boolean => performance.now() - this.#steppedAt > CALM;

  /** It stands here, px, and nobody scrolled. */
  begin(top: number): void {
    this.end();
    this.#meter = new SpeedMeter(top);
    this.#isFast = false;
    this.#lead = 0;
    this.#isScrolling = false;
    this.#isIdle = true;
  }

  /** What is looked at was moved by so many px, and nobody scrolled. */
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

  /** Waits for nothing any more. */
  end(): void {
    cancelAnimationFrame(this.#frame);
    Object.values(this.#timers).forEach((timer) => clearTimeout(timer));
  }

  /** On a busy page the time may be over before a step that was made is told: those come before the end of a frame. */
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
