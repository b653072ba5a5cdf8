import { isOutOfMemory, type JobError } from '../jobs/state/job';

/** Known causes of failed jobs, one for each sentence that says what to do. */
export type FailureCause =
  'memory' | 'disk' | 'model' | 'node' | 'file' | 'size' | 'mask' | 'credentials' | 'permission';

/** What Python, PyTorch and ComfyUI say, the most telling first. */
const SIGNS: readonly (readonly [FailureCause, RegExp])[] = [
  [
    'memory',
    /out of memory|not enough memory|allocation on device|failed to allocate|cannot allocate memory/i,
  ],
  ['disk', /no space left|errno 28|disk quota/i],
  ['credentials', /unauthori[sz]ed|\b401\b|api[_ ]key|not logged in|please log ?in|insufficient credits/i],
  [
    'model',
    /deserializing header|header ?too ?(large|small)|invalid header|(model|checkpoint|lora|vae|clip|unet).{0,80}not found|could not detect model type|is not a valid (model|checkpoint)/i,
  ],
  ['mask', /mask.{0,20}(is|was) empty|empty mask|zero-size array|no (pixels|area) (in|of) the mask/i],
  [
    'size',
    /size of tensor .* must match|sizes of tensors must match|shapes cannot be multiplied|shape mismatch|expected input.{0,60}channels|could not broadcast|is invalid for input of size/i,
  ],
  [
    'node',
    /has no attribute|unexpected keyword argument|no module named|cannot import name|missing \d+ required/i,
  ],
  ['file', /no such file|filenotfound|invalid image file|cannot identify image/i],
  ['permission', /permission denied|access is denied|errno 13|read-only file system/i],
];
const TYPES: readonly (readonly [FailureCause, RegExp])[] = [
  ['file', /FileNotFoundError|UnidentifiedImageError/],
  ['permission', /PermissionError/],
  ['node', /ModuleNotFoundError|ImportError/],
];

/** The likely cause of a failure; `null` when it is none that is known. */
export function failureCause(error: JobError): FailureCause | null {
  if (isOutOfMemory(error)) {
    return 'memory';
  }
  const said = SIGNS.find(([, pattern]) => pattern.test(error.message));
  return (said ?? TYPES.find(([, pattern]) => pattern.test(error.type)))?.[0] ?? null;
}
