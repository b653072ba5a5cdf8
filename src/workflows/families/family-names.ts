/**
 * What people call each family of models, by its id. Apart from the table, for lists that name a job's family without
 * loading how it is sampled.
 */
export const FAMILY_NAMES = {
  'flux2-klein-9b-base': 'FLUX.2 klein 9B base',
  'flux2-klein-9b': 'FLUX.2 klein 9B',
  'flux2-klein-4b-base': 'FLUX.2 klein 4B base',
  'flux2-klein-4b': 'FLUX.2 klein 4B',
  'flux2-dev': 'FLUX.2 dev',
  'flux-fill': 'FLUX.1 Fill',
  'flux-kontext': 'FLUX.1 Kontext',
  'flux-krea': 'FLUX.1 Krea',
  'flux-schnell': 'FLUX.1 schnell',
  'chroma-radiance': 'Chroma Radiance',
  'chroma-flash': 'Chroma Flash',
  chroma: 'Chroma',
  'firered-edit': 'FireRed Image Edit',
  'qwen-edit-2511': 'Qwen-Image-Edit 2511',
  'qwen-edit-2509': 'Qwen-Image-Edit 2509',
  'qwen-edit-fast': 'Qwen-Image-Edit, fast',
  'qwen-edit': 'Qwen-Image-Edit',
  'qwen-image-fast': 'Qwen-Image, fast',
  'qwen-image-2512': 'Qwen-Image 2512',
  'qwen-image': 'Qwen-Image',
  'z-image-turbo': 'Z-Image Turbo',
  'z-image': 'Z-Image',
  'hidream-o1-dev': 'HiDream-O1 Dev',
  'hidream-o1': 'HiDream-O1',
  'hidream-e1': 'HiDream-E1',
  'hidream-i1-fast': 'HiDream-I1 Fast',
  'hidream-i1-dev': 'HiDream-I1 Dev',
  'hidream-i1': 'HiDream-I1 Full',
  'krea2-turbo': 'Krea 2 Turbo',
  krea2: 'Krea 2',
  netayume: 'NetaYume Lumina',
  lumina2: 'Lumina Image 2',
  'anima-turbo': 'Anima Turbo',
  'anima-preview': 'Anima preview',
  anima: 'Anima',
  'ernie-turbo': 'Ernie Image Turbo',
  ernie: 'Ernie Image',
  omnigen2: 'OmniGen 2',
  ovis: 'Ovis Image',
  kandinsky5: 'Kandinsky 5 Image',
  'longcat-edit': 'LongCat Image Edit',
  longcat: 'LongCat Image',
  ideogram4: 'Ideogram 4',
  'lens-turbo': 'Lens Turbo',
  lens: 'Lens',
  pixeldit: 'PixelDiT',
  newbie: 'NewBie Image',
  'mage-edit-turbo': 'Mage Flow Edit Turbo',
  'mage-edit': 'Mage Flow Edit',
  'mage-turbo': 'Mage Flow Turbo',
  mage: 'Mage Flow',
  'boogu-edit': 'Boogu Image Edit',
  'boogu-turbo': 'Boogu Image Turbo',
  boogu: 'Boogu Image',
  'joy-edit': 'JoyAI Image Edit',
  'sd35-large-turbo': 'SD 3.5 Large Turbo',
  'sd35-medium': 'SD 3.5 Medium',
  'sd35-large': 'SD 3.5 Large',
  sd3: 'SD 3 Medium',
  'flux-dev': 'FLUX.1 dev',
  'sd-inpainting': 'Inpainting checkpoint',
  'sdxl-turbo': 'SDXL Turbo',
  'sdxl-lightning': 'SDXL Lightning',
  'sdxl-hyper': 'SDXL Hyper, LCM or DMD2',
} as const;

/** The id of a family of models. */
export type FamilyId = keyof typeof FAMILY_NAMES;

/** The name of the family that a recipe `model-…` is made of; `null` for one this version does not know. */
export function recipeFamily(recipe: string): string | null {
  const names: Readonly<Record<string, string>> = FAMILY_NAMES;
  // Files of a node pack and those that hold everything have recipes of their own, and so does editing where there
  // are two ways.
  const id = recipe.replace(/^model-/, '').replace(/-nunchaku$/, '');
  const bare = id.replace(/-checkpoint$/, '');
  const found = [id, bare, bare.replace(/-edit$/, '')].find((key) => Object.hasOwn(names, key));
  return found === undefined ? null : (names[found] ?? null);
}
