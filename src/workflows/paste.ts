import { parseAnnotated } from '../comfy/file-ref';
import type { NodeLink } from '../comfy/graph';
import type { CutOut } from './area-graph';
import { loadTransparency } from './alpha-graph';
import { type GraphBuilder, slot } from './graph-builder';
import { clipArea } from './inpaint-area';
import { layOver, LAYER_NODES } from './layer-graph';
import { pixelRecipe } from './pixel-recipe';
import type { AreaRect, NodeInfos, RecipeField, RecipeInput } from './recipe';

/** How another picture is made to fit. */
type Fit = 'cover' | 'contain' | 'stretch' | 'original';

/** The limit of ComfyUI's nodes, px: a crop of this size leaves out nothing on the right and below. */
const ALL = 16384;
const MAX_OFFSET = 4096;

function fields(infos: NodeInfos): RecipeField[] {
  const fits: Fit[] = ['cover', 'contain', 'stretch', 'original'];
  const offset = (key: 'x' | 'y'): RecipeField => ({
    kind: 'number',
    key,
    label: `edits.paste.${key}`,
    min: -MAX_OFFSET,
    max: MAX_OFFSET,
    step: 1,
    preset: 0,
    unit: 'px',
  });
  return [
    { kind: 'picture', key: 'picture', label: 'edits.paste.picture', preset: '' },
    {
      kind: 'choice',
      key: 'fit',
      label: 'edits.paste.fit',
      preset: 'cover',
      options: fits
        .filter((fit) => fit !== 'contain' || infos.has('ResizeAndPadImage'))
        .map((value) => ({ value, label: `edits.paste.${value}` })),
    },
    offset('x'),
    offset('y'),
  ];
}

/** Where the picture goes, in px of the cut-out area: around the mask as far as it reaches, moved by the offset. */
function placeOf({ area, size }: CutOut, input: RecipeInput, dx: number, dy: number): AreaRect {
  const { grow, feather } = input.compositeMask;
  const reach = Math.max(0, Math.round(grow) + Math.round(feather));
  const bounds = input.painted
    ? {
        x: input.painted.x - reach + (input.extend?.left ?? 0),
        y: input.painted.y - reach + (input.extend?.top ?? 0),
        width: input.painted.width + 2 * reach,
        height: input.painted.height + 2 * reach,
      }
    : area;
  const seen = intersect(bounds, area) ?? clipArea(bounds, size);
  return { ...seen, x: seen.x - area.x + Math.round(dx), y: seen.y - area.y + Math.round(dy) };
}

function intersect(one: AreaRect, other: AreaRect): AreaRect | null {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  const width = Math.min(one.x + one.width, other.x + other.width) - x;
  const height = Math.min(one.y + one.height, other.y + other.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

function fitInto(builder: GraphBuilder, image: NodeLink, fit: Fit, { width, height }: AreaRect): NodeLink {
  switch (fit) {
    case 'original':
      return image;
    case 'contain':
      return builder.add('ResizeAndPadImage', {
        image,
        target_width: width,
        target_height: height,
        padding_color: 'black',
        interpolation: 'lanczos',
      });
    default:
      return builder.add('ImageScale', {
        image,
        upscale_method: 'lanczos',
        width,
        height,
        crop: fit === 'cover' ? 'center' : 'disabled',
      });
  }
}

/** A sheet of the area's size with a picture on it, black elsewhere. */
function onSheet(
  builder: GraphBuilder,
  { area }: CutOut,
  image: NodeLink,
  { x, y }: Pick<AreaRect, 'x' | 'y'>,
): NodeLink {
  const { width, height } = area;
  const sheet = builder.add('EmptyImage', { width, height, batch_size: 1, color: 0 });
  // Nodes take no negative places.
  const seen =
    x < 0 || y < 0
      ? builder.crop(image, { x: Math.max(0, -x), y: Math.max(0, -y), width: ALL, height: ALL })
      : image;
  return builder.paste(
    sheet,
    seen,
    Math.min(Math.max(0, x), width - 1),
    Math.min(Math.max(0, y), height - 1),
  );
}

/** Lays another picture over the mask; where that picture is transparent, the original shows. */
export const paste = pixelRecipe({
  id: 'paste',
  about: 'edits.paste.about',
  needs: ['EmptyImage', 'SplitImageWithAlpha', ...LAYER_NODES],
  fields,
  edit(builder, cut, values, input) {
    const file = String(values['picture'] ?? '');
    const fit = String(values['fit'] ?? 'cover') as Fit;
    const image = builder.add('LoadImage', { image: file });
    const ref = parseAnnotated(file);
    // An opaque file's mask has a size of its own: joined, it gets the picture's.
    const joined = builder.add('JoinImageWithAlpha', { image, alpha: loadTransparency(builder, ref) });
    const pixels = builder.add('SplitImageWithAlpha', { image: joined });
    const opaque = builder.add('InvertMask', { mask: slot(pixels, 1) });
    const place = placeOf(cut, input, Number(values['x'] ?? 0), Number(values['y'] ?? 0));
    const lay = (picture: NodeLink): NodeLink =>
      onSheet(builder, cut, fitInto(builder, picture, fit, place), place);
    const alpha = builder.add('ImageToMask', {
      image: lay(builder.add('MaskToImage', { mask: opaque })),
      channel: 'red',
    });
    return layOver(builder, cut, lay(pixels), builder.combineMasks(cut.composite, alpha, 'multiply'));
  },
});
