import type { Point } from '../../ui/viewport';
import { PressureMeter, pressedBrush } from '../input/pressure';
import type { Dab } from '../mask/brush';
import { imageSize } from './tool-settings';
import { distance, snapAngle } from './geometry';
import { StringPull, stringLength } from './string-pull';
import type { Gesture, GestureKeys, GestureSample, GestureStart, Tool, ToolHost } from './tool';

/** Where the last stroke ended, for straight lines; shared by brush and eraser. Image px. */
export interface StrokeMemory {
  last: Dab | null;
}

/** Hands shake: a straight line is dragged only beyond this many CSS px. */
const SLOP = 6;

/** Paints strokes with the settings of its kind; with Shift, straight lines. */
export class BrushTool implements Tool {
  readonly cursor = 'brush';
  readonly keyboard = 'hold';
  readonly #memory: StrokeMemory;

  constructor(
    readonly id: 'brush' | 'eraser',
    memory: StrokeMemory,
  ) {
    this.#memory = memory;
  }

  begin(start: GestureStart, host: ToolHost): Gesture {
    const tip = new BrushTip(start, host, this.id);
    return start.straight
      ? new LineGesture(start, host, tip, this.#memory)
      : new StrokeGesture(host, tip, this.#memory);
  }

  leave(closing: boolean): void {
    if (closing) {
      this.#memory.last = null;
    }
  }
}

/** The brush of one stroke: as set when the stroke began. */
class BrushTip {
  readonly #host: ToolHost;
  readonly #meter: PressureMeter;
  readonly #size: number;
  readonly #tool: 'brush' | 'eraser';
  readonly #erasing: boolean;
  /** Positions whose pressure is not known yet, oldest first. */
  #waiting: Point[] = [];

  constructor(start: GestureStart, host: ToolHost, tool: 'brush' | 'eraser') {
    this.#host = host;
    this.#tool = tool;
    this.#meter = new PressureMeter(start.device);
    this.#size = imageSize(host.settings.tools[tool].size, host.settings.sizeUnit, host.scale);
    this.#erasing = start.subtract || tool === 'eraser';
  }

  /** Length of the string the brush hangs on, image px. */
  get string(): number {
    return stringLength(this.#host.settings.tools[this.#tool].smoothing, this.#host.scale);
  }

  beginStroke(): void {
    const { tip, hardness, opacity, binary } = this.#host.settings.tools[this.#tool];
    this.#host.document.beginStroke({
      mode: this.#erasing ? 'erase' : 'paint',
      tip,
      hardness: binary ? 1 : hardness,
      opacity: binary ? 1 : opacity,
      binary,
      tool: this.#erasing ? 'eraser' : 'brush',
    });
  }

  /** Takes another sample of a stroke and paints the dabs known by now, oldest first. */
  next({ x, y, pressure }: GestureSample): Dab[] {
    this.#waiting.push({ x, y });
    return this.#known(this.#meter.next(pressure));
  }

  /** No sample follows: paints the remaining dabs. */
  finish(): Dab[] {
    return this.#known(this.#meter.finish());
  }

  /** A dab at the pen's highest pressure: otherwise lines would end as thin as pens are lifted. */
  firmest({ x, y }: Point): Dab {
    return this.#dab({ x, y }, this.#meter.peak);
  }

  #known(pressures: readonly number[]): Dab[] {
    const places = this.#waiting.splice(0, pressures.length);
    return places.map((place, i) => this.#dab(place, pressures[i] ?? 1));
  }

  #dab({ x, y }: Point, pressure: number): Dab {
    const { pressure: settings, tools } = this.#host.settings;
    const pressed = pressedBrush(this.#size, pressure, settings);
    return { x, y, ...pressed, ...(tools[this.#tool].binary ? { strength: 1 } : {}) };
  }
}

class StrokeGesture implements Gesture {
  readonly #host: ToolHost;
  readonly #memory: StrokeMemory;
  readonly #tip: BrushTip;
  readonly #pull: StringPull<Dab>;
  #dabs: Dab[] = [];

  constructor(host: ToolHost, tip: BrushTip, memory: StrokeMemory) {
    this.#host = host;
    this.#memory = memory;
    this.#tip = tip;
    this.#pull = new StringPull(tip.string);
    tip.beginStroke();
  }

  move(samples: readonly GestureSample[]): void {
    for (const sample of samples) {
      this.#follow(this.#tip.next(sample));
    }
  }

  frame(): void {
    const { document: doc } = this.#host;
    if (doc.moving || this.#dabs.length === 0) {
      return;
    }
    for (const dab of this.#dabs) {
      doc.strokeTo(dab);
    }
    this.#memory.last = this.#dabs[this.#dabs.length - 1] ?? this.#memory.last;
    this.#dabs = [];
    doc.flushStroke();
  }

  end(): void {
    this.#follow(this.#tip.finish());
    const tail = this.#pull.finish();
    if (tail) {
      this.#dabs.push(tail);
    }
    this.frame();
    this.#host.document.endStroke();
  }

  cancel(): void {
    this.#dabs = [];
    this.#host.document.cancelStroke();
  }

  #follow(dabs: readonly Dab[]): void {
    for (const dab of dabs) {
      const pulled = this.#pull.next(dab);
      if (pulled) {
        this.#dabs.push(pulled);
      }
    }
  }
}

/**
 * A straight line. A click draws it from where the last stroke ended; a drag draws it from where the pointer
 * went down, in steps of 15° while Shift is held.
 */
class LineGesture implements Gesture {
  readonly #host: ToolHost;
  readonly #memory: StrokeMemory;
  readonly #tip: BrushTip;
  readonly #start: GestureStart;
  #press: Point | null = null;
  #at: Point | null = null;
  #dragged = false;
  #snapping = true;
  #changed = false;
  #end: Dab | null = null;

  constructor(start: GestureStart, host: ToolHost, tip: BrushTip, memory: StrokeMemory) {
    this.#start = start;
    this.#host = host;
    this.#memory = memory;
    this.#tip = tip;
  }

  move(samples: readonly GestureSample[], keys: GestureKeys): void {
    for (const sample of samples) {
      this.#tip.next(sample);
      this.#at = { x: sample.x, y: sample.y };
      this.#press ??= this.#at;
      this.#dragged ||= distance(sample, this.#start) * this.#host.scale >= SLOP;
    }
    this.#snapping = keys.straight;
    this.#changed = true;
  }

  frame(): void {
    const { document: doc } = this.#host;
    if (doc.moving || !this.#changed || !this.#press || !this.#at) {
      return;
    }
    this.#changed = false;
    doc.cancelStroke();
    this.#tip.beginStroke();
    const from = this.#dragged ? this.#tip.firmest(this.#press) : this.#memory.last;
    this.#end = this.#tip.firmest(this.#dragged ? this.#target(this.#press, this.#at) : this.#press);
    if (from) {
      doc.strokeTo(from);
    }
    doc.strokeTo(this.#end);
    doc.flushStroke();
  }

  end(): void {
    this.frame();
    this.#host.document.endStroke();
    this.#memory.last = this.#end ?? this.#memory.last;
  }

  cancel(): void {
    this.#host.document.cancelStroke();
  }

  #target(from: Point, to: Point): Point {
    return this.#snapping ? snapAngle(from, to) : to;
  }
}
