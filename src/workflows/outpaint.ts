import { AREA_STEP } from './inpaint-area';
import type { Extension, PixelSize } from './recipe';

/** Default overlap of new and old, px. */
export const DEFAULT_OVERLAP = 48;

/** Longest side of a canvas, px: the limit of ComfyUI's nodes (API reference 7.4). */
const MAX_CANVAS_SIDE = 16384;

/** No extension on any side. */
export const NO_EXTENSION: Extension = { left: 0, top: 0, right: 0, bottom: 0, overlap: DEFAULT_OVERLAP };

/** A common way to extend a picture. */
export interface OutpaintPreset {
  /** `+25%`, or proportions: `1:1`. The same in every language. */
  id: string;
  /** Share of each side to add, half at either end. */
  grow?: number;
  /** Width by height to reach by adding in one direction only. */
  ratio?: number;
}

/** Presets in the order of a menu. */
export const outpaintPresets: readonly OutpaintPreset[] = [
  { id: '+25%', grow: 0.25 },
  { id: '+50%', grow: 0.5 },
  { id: '+100%', grow: 1 },
  { id: '1:1', ratio: 1 },
  { id: '4:3', ratio: 4 / 3 },
  { id: '3:2', ratio: 3 / 2 },
  { id: '16:9', ratio: 16 / 9 },
  { id: '21:9', ratio: 21 / 9 },
  { id: '3:4', ratio: 3 / 4 },
  { id: '2:3', ratio: 2 / 3 },
  { id: '9:16', ratio: 9 / 16 },
];

/** Size of the extended picture's canvas, px. */
export function canvasSize(size: PixelSize, extension: Extension | null): PixelSize {
  const { left, top, right, bottom } = extension ?? NO_EXTENSION;
  return { width: size.width + left + right, height: size.height + top + bottom };
}

/** Whether an extension adds anything. */
export function extendsPicture(extension: Extension | null): extension is Extension {
  return extension !== null && extension.left + extension.top + extension.right + extension.bottom > 0;
}

/**
 * The extension of a preset, the same on both ends. The canvas has sides that are multiples of 8 wherever
 * something is added; nothing is ever cut off, so proportions a picture already exceeds add to the other side.
 */
export function presetExtension(
  preset: Pick<OutpaintPreset, 'grow' | 'ratio'>,
  size: PixelSize,
  overlap = DEFAULT_OVERLAP,
): Extension {
  const { width, height } = size;
  const wanted = wantedCanvas(preset, size);
  const [left, right] = shares(added(width, wanted.width));
  const [top, bottom] = shares(added(height, wanted.height));
  return { left, top, right, bottom, overlap };
}

function wantedCanvas({ grow, ratio }: Pick<OutpaintPreset, 'grow' | 'ratio'>, size: PixelSize): PixelSize {
  const { width, height } = size;
  if (ratio !== undefined) {
    return width / height < ratio ? { width: height * ratio, height } : { width, height: width / ratio };
  }
  const factor = 1 + (grow ?? 0);
  return { width: width * factor, height: height * factor };
}

/** px to add so that the side becomes the multiple of 8 nearest to what is wanted. */
function added(side: number, wanted: number): number {
  if (wanted - side < 0.5) {
    return 0;
  }
  const whole = Math.round(wanted / AREA_STEP) * AREA_STEP;
  return Math.max(0, Math.min(whole, MAX_CANVAS_SIDE) - side);
}

function shares(total: number): [number, number] {
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** A side of the picture. */
export type CanvasSide = 'left' | 'top' | 'right' | 'bottom';

/**
 * The extension with one side pulled out to so many px beyond the picture, snapped so that the canvas has
 * a side of a multiple of 8. Never less than 0: pictures are not cut here.
 */
export function pullSide(extension: Extension, side: CanvasSide, px: number, size: PixelSize): Extension {
  const along = side === 'left' || side === 'right' ? 'width' : 'height';
  const opposite = { left: 'right', right: 'left', top: 'bottom', bottom: 'top' }[side] as CanvasSide;
  const fixed = size[along] + extension[opposite];
  const least = Math.ceil(fixed / AREA_STEP) * AREA_STEP;
  const wanted = Math.min(Math.round((fixed + px) / AREA_STEP) * AREA_STEP, MAX_CANVAS_SIDE);
  const length = px < AREA_STEP / 2 ? fixed : Math.max(least, wanted);
  return { ...extension, [side]: Math.max(0, length - fixed) };
}
