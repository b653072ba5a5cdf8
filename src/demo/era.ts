/** Which ComfyUI the engine behaves like: 0.33.0, 0.3.64, or the server of the early 2024 API document. */
export type DemoEra = 'current' | '0.3.64' | 'seed';

/** What differs between the eras (API notes §9). */
export interface EraTraits {
  /** `comfyui_version` of /system_stats; absent in the early 2024 answer. */
  version: string | null;
  /** /api/jobs, assets, subgraphs, node replacements, /models, v2 userdata. */
  jobsApi: boolean;
  /** /features and the WebSocket negotiation. */
  features: boolean;
  /** What happens to a `prompt_id` sent by the client. */
  clientPromptId: 'uuid' | 'any' | 'ignored';
  /** Error shape for unknown classes, and `dependency_cycle`. */
  namedMissingNodes: boolean;
  /** Whether string-form COMBO inputs are checked against their list. */
  checksComboLists: boolean;
  /** `extra_data.create_time`, and `preview_method` honoured. */
  createTime: boolean;
  /** Whether secrets are removed from queue responses. */
  stripsSecrets: boolean;
  /** Timestamps in messages, `execution_success`, history `meta`. */
  timedHistory: boolean;
  /** `progress_state` events. */
  progressState: boolean;
  /** POST /interrupt looks at `prompt_id`. */
  targetedInterrupt: boolean;
  /** /internal, /userdata, /users and /settings exist. */
  userdata: boolean;
  /** Cross-site requests refused by Sec-Fetch-Site; nosniff; attachments for active types. */
  hardened: boolean;
  /** `/internal/files` answers `name [type]` and hides dot files. */
  annotatedFiles: boolean;
  /** `full_info` times in whole milliseconds rather than float seconds. */
  fileTimesInMs: boolean;
  /** LoadImage refuses paths outside its folders. */
  confinesLoads: boolean;
  /** SaveImage and PreviewImage also return their images. */
  saveReturnsImages: boolean;
  /** Classes declared by schema up to this year have V3 object_info shapes; 0: none has. */
  v3Until: number;
  /**
   * What 2026 changed about pixels: PyAV decodes files (grey ones slightly too dark, palettes with a mask of
   * their size), FeatherMask covers the right and lower border, combined pictures may differ in alpha.
   */
  newPixels: boolean;
  /** Progress events at most every 100 ms and 0.5 %. */
  throttlesProgress: boolean;
  /** Cache-Control the server puts on scripts. */
  scriptCaching: 'no-store' | 'no-cache';
}

const CURRENT: EraTraits = {
  version: '0.33.0',
  jobsApi: true,
  features: true,
  clientPromptId: 'uuid',
  namedMissingNodes: true,
  checksComboLists: true,
  createTime: true,
  stripsSecrets: true,
  timedHistory: true,
  progressState: true,
  targetedInterrupt: true,
  userdata: true,
  hardened: true,
  annotatedFiles: true,
  fileTimesInMs: true,
  confinesLoads: true,
  saveReturnsImages: true,
  v3Until: 2026,
  newPixels: true,
  throttlesProgress: true,
  scriptCaching: 'no-store',
};

const OCTOBER_2025: EraTraits = {
  ...CURRENT,
  version: '0.3.64',
  jobsApi: false,
  clientPromptId: 'any',
  namedMissingNodes: false,
  checksComboLists: false,
  createTime: false,
  stripsSecrets: false,
  hardened: false,
  annotatedFiles: false,
  fileTimesInMs: false,
  confinesLoads: false,
  saveReturnsImages: false,
  v3Until: 2025,
  newPixels: false,
  throttlesProgress: false,
  scriptCaching: 'no-cache',
};

const EARLY_2024: EraTraits = {
  ...OCTOBER_2025,
  version: null,
  features: false,
  clientPromptId: 'ignored',
  timedHistory: false,
  progressState: false,
  targetedInterrupt: false,
  userdata: false,
  v3Until: 0,
};

const TRAITS: Record<DemoEra, EraTraits> = {
  current: CURRENT,
  '0.3.64': OCTOBER_2025,
  seed: EARLY_2024,
};

/** The differences of an era. */
export function traitsOf(era: DemoEra): EraTraits {
  return TRAITS[era];
}
