import { PressureMeter, pressedBrush } from '../input/pressure';
import type { Dab } from '../mask/brush';
import type { Gesture, GestureSample, GestureStart, Tool, ToolHost } from './tool';

/** Where the last stroke ended, for straight lines; brush and eraser share it. Image px. */
export interface StrokeMemory {
  last: Dab | null;
}

/** Paints strokes with the settings of its kind. */
export class BrushTool implements Tool {
  readonly cursor = 'brush';
  readonly #memory: StrokeMemory;

  constructor(
    readonly id: 'brush' | 'eraser',
    memory: StrokeMemory,
  ) {
    this.#memory = memory;
  }

  begin(start: GestureStart, host: ToolHost): Gesture {
    return new StrokeGesture(start, host, this.id, this.#memory);
  }

  leave(closing: boolean): void {
    if (closing) {
      this.#memory.last = null;
    }
  }
}

class StrokeGesture implements Gesture {
  readonly #host: ToolHost;
  readonly #memory: StrokeMemory;
  readonly #size: number;
  readonly #meter: PressureMeter;
  #samples: Dab[] = [];

  constructor(start: GestureStart, host: ToolHost, tool: 'brush' | 'eraser', memory: StrokeMemory) {
    this.#host = host;
    this.#memory = memory;
    const { size, hardness, opacity } = host.settings.tools[tool];
    this.#size = size;
    this.#meter = new PressureMeter(start.device);
    const erasing = start.subtract || tool === 'eraser';
    host.document.beginStroke({
      mode: erasing ? 'erase' : 'paint',
      hardness,
      opacity,
      tool: erasing ? 'eraser' : 'brush',
    });
    if (start.straight && memory.last) {
      this.#samples.push(memory.last);
    }
  }

  move(samples: readonly GestureSample[]): void {
    for (const { x, y, pressure } of samples) {
      const pressed = pressedBrush(this.#size, this.#meter.next(pressure), this.#host.settings.pressure);
      this.#samples.push({ x, y, ...pressed });
    }
  }

  frame(): void {
    const { document: doc } = this.#host;
    if (doc.moving || this.#samples.length === 0) {
      return;
    }
    for (const sample of this.#samples) {
      doc.strokeTo(sample);
    }
    this.#memory.last = this.#samples[this.#samples.length - 1] ?? this.#memory.last;
    this.#samples = [];
    doc.flushStroke();
  }

  end(): void {
    this.frame();
    this.#host.document.endStroke();
  }

  cancel(): void {
    this.#samples = [];
    this.#host.document.cancelStroke();
  }
}
