import type { MaskGrid } from '../mask/mask-grid';
import type { ColorSource } from '../mask/pixel-source';
import { allPlaces } from '../mask/places';
import { wand } from '../mask/wand';
import { copyWork } from './copy-work';
import { gradientWork, type PaintGradient } from './gradient';
import { fillWork, placesOf } from './paint-work';
import { PaintedSource } from './painted-source';
import {
  paintChanges,
  type PaintChanges,
  type PaintLimit,
  type PaintMode,
  type Plane,
  type Rgb,
} from './planes';
import { SeenPixels } from './seen-pixels';

/** Colour where something is selected. */
interface FillRequest {
  color: Rgb;
  mode: PaintMode;
  /** 0 to 1. */
  opacity: number;
}

/** Work on the paint layer, as plain data. `layer`: opacity of the whole layer as it is seen, 0 to 1. */
export type PaintRequest =
  /** The bucket: what has a similar colour as it is seen, around a pixel or everywhere; see `wand`. */
  | (FillRequest & {
      kind: 'region';
      x: number;
      y: number;
      tolerance: number;
      contiguous: boolean;
      layer: number;
    })
  | (FillRequest & { kind: 'selection' })
  | { kind: 'gradient'; gradient: PaintGradient }
  /** What is seen so many px to the left and above, where the selection is; see `copyWork`. */
  | { kind: 'copy'; dx: number; dy: number; heal: boolean; layer: number };

/** What the work is done with. */
export interface PaintInput {
  gridFor: (plane: Plane) => MaskGrid;
  limit: PaintLimit | null;
  /** What is filled, or what a stroke covers; nothing where it is not used. */
  selection: MaskGrid;
  picture: () => Promise<ColorSource>;
}

/** What the work changes in the layer. */
export async function requestedPaint(request: PaintRequest, input: PaintInput): Promise<PaintChanges> {
  const { gridFor, limit, selection, picture } = input;
  switch (request.kind) {
    case 'region': {
      const { x, y, tolerance, contiguous, ...fill } = request;
      const seen = new PaintedSource(await picture(), gridFor, request.layer);
      const region = wand(seen, { x, y, tolerance, contiguous });
      return paintChanges(gridFor, placesOf(region), fillWork({ ...fill, selection: region, limit }));
    }
    case 'selection':
      return paintChanges(gridFor, placesOf(selection), fillWork({ ...request, selection, limit }));
    case 'gradient': {
      const places = allPlaces(selection).filter((index) => !limit || limit[index]);
      return paintChanges(gridFor, places, gradientWork(request.gradient, selection, limit));
    }
    case 'copy': {
      const { dx, dy, heal, layer } = request;
      const seen = new SeenPixels(new PaintedSource(await picture(), gridFor, layer));
      return paintChanges(gridFor, placesOf(selection), copyWork({ cover: selection, seen, dx, dy }, heal));
    }
  }
}
