import type { Media } from '../../state/job';

/** What can be searched of one picture. Texts as people wrote them; unknown ones are empty, unknown numbers NaN. */
export interface SearchDoc {
  prompt: string;
  /** Words the job made, such as captions. */
  texts: string;
  negative: string;
  model: string;
  loras: readonly string[];
  /** Decimal digits, exact. */
  seed: string;
  steps: number;
  cfg: number;
  denoise: number;
  sampler: string;
  scheduler: string;
  /** px; 0 when unknown. */
  width: number;
  height: number;
  /** Classes of the nodes it was made by. */
  nodes: readonly string[];
  /** When it was made, ms since the epoch; 0 when nobody knows. */
  time: number;
  media: Media;
  /** Folder and name as people read them, a slash between names. */
  file: string;
  /** The folder among all there are: see `folderPath`. For files of this device, the one there. */
  folder: string;
  /** What pictures are made from, and is no result. */
  input: boolean;
  /** Id of the job. */
  job: string;
  upscaled: boolean;
  mask: boolean;
  /** Made from another picture. */
  source: boolean;
  /** Edited with this app. */
  edited: boolean;
  /** In a folder of this device, not on the server. */
  device: boolean;
  favourite: boolean;
  rejected: boolean;
  hidden: boolean;
  /** 0–5; 0: not rated. */
  rating: number;
  tags: readonly string[];
  /** Names of the collections it is in. */
  collections: readonly string[];
}

/** The extension of a file's name in lower case, without its dot. */
export function extensionOf(file: string): string {
  return /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
}
