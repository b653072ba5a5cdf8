import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ApiGraph, isLink, type NodeLink } from '../comfy/graph';
import { GraphBuilder } from './graph-builder';
import { type Tone, ToneGraph } from './tone-graph';

type Color = [red: number, green: number, blue: number];

const clip = (value: number): number => Math.min(1, Math.max(0, value));
const AS_IT_IS: Tone = { brightness: 1, contrast: 1, saturation: 1, hue: 0 };
/** Slots that belong to no node. */
const SOURCE: NodeLink = ['source', 0];

/** One pixel of what the server would make of a graph. */
function evaluate(graph: ApiGraph, [id, slot]: NodeLink, source: Color): Color {
  const node = graph[id];
  if (!node) {
    return source;
  }
  const { class_type, inputs } = node;
  const value = (name: string): Color => {
    const link = inputs[name];
    return isLink(link) ? evaluate(graph, link, source) : source;
  };
  switch (class_type) {
    case 'EmptyImage':
      return inputs['color'] === 0xffffff ? [1, 1, 1] : [0, 0, 0];
    case 'ImageInvert':
      return value('image').map((channel) => 1 - channel) as Color;
    case 'ImageBlend': {
      const factor = Number(inputs['blend_factor']);
      expect(factor).toBeGreaterThanOrEqual(0);
      expect(factor).toBeLessThanOrEqual(1);
      const [one, two] = [value('image1'), value('image2')];
      return one.map((channel, at) => {
        const other = two[at] ?? 0;
        const blended = inputs['blend_mode'] === 'difference' ? channel - other : other;
        return clip(channel * (1 - factor) + blended * factor);
      }) as Color;
    }
    case 'ImageRGBToYUV': {
      const [red, green, blue] = value('image');
      const y = 0.299 * red + 0.587 * green + 0.114 * blue;
      const part = [y, (blue - y) * 0.564 + 0.5, (red - y) * 0.713 + 0.5][slot] ?? 0;
      return [part, part, part];
    }
    case 'ImageYUVToRGB': {
      const [y, u, v] = [value('Y')[0], value('U')[0] - 0.5, value('V')[0] - 0.5];
      return [y + v / 0.713, y - 0.714 * v - 0.344 * u, y + u / 0.564].map(clip) as Color;
    }
    default:
      throw new Error(`unexpected ${class_type}`);
  }
}

function toned(tone: Partial<Tone>, color: Color): Color {
  const builder = new GraphBuilder();
  const link = new ToneGraph(builder, { width: 8, height: 6 }).apply(SOURCE, { ...AS_IT_IS, ...tone });
  return evaluate(builder.graph, link, color);
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const color = fc.tuple(share, share, share);

describe('changing colours with blends', () => {
  it('adds nothing for what changes nothing', () => {
    const builder = new GraphBuilder();
    expect(new ToneGraph(builder, { width: 8, height: 6 }).apply(SOURCE, AS_IT_IS)).toBe(SOURCE);
    expect(builder.graph).toEqual({});
  });

  it('multiplies by the brightness', () => {
    fc.assert(
      fc.property(color, fc.double({ min: 0, max: 6, noNaN: true }), (before, brightness) => {
        const after = toned({ brightness }, before);
        before.forEach((value, at) => expect(after[at]).toBeCloseTo(clip(value * brightness), 6));
      }),
    );
  });

  it('spreads around the middle, and loses neither end of it on the way', () => {
    fc.assert(
      fc.property(color, fc.double({ min: 0, max: 6, noNaN: true }), (before, contrast) => {
        const after = toned({ contrast }, before);
        before.forEach((value, at) => expect(after[at]).toBeCloseTo(clip((value - 0.5) * contrast + 0.5), 6));
      }),
    );
  });

  it('makes grey of every colour without saturation, as bright as the colour', () => {
    fc.assert(
      fc.property(color, (before) => {
        const [red, green, blue] = toned({ saturation: 0 }, before);
        const luma = 0.299 * before[0] + 0.587 * before[1] + 0.114 * before[2];
        expect(red).toBeCloseTo(luma, 3);
        expect(green).toBeCloseTo(luma, 3);
        expect(blue).toBeCloseTo(luma, 3);
      }),
    );
  });

  it.each([
    [120, [0.5, 0.2, 0.2], 1],
    [-120, [0.5, 0.2, 0.2], 2],
    [90, [0.2, 0.5, 0.2], 2],
  ] as const)('turns colours by %i° around the circle, as red, green, blue', (hue, before, strongest) => {
    const after = toned({ hue }, [...before] as Color);
    expect(after.indexOf(Math.max(...after))).toBe(strongest);
  });

  it('keeps the brightness of muted colours when it turns them, and comes round', () => {
    const muted = fc.double({ min: 0.4, max: 0.6, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(muted, muted, muted), fc.integer({ min: -180, max: 180 }), (before, hue) => {
        const luma = ([red, green, blue]: Color): number => 0.299 * red + 0.587 * green + 0.114 * blue;
        const after = toned({ hue }, before);
        expect(luma(after)).toBeCloseTo(luma(before), 3);
        const back = toned({ hue: -hue }, after);
        before.forEach((value, at) => expect(back[at]).toBeCloseTo(value, 2));
      }),
    );
  });
});
