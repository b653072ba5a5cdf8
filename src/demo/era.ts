/**
 * Five dates at which the ComfyUI of the day was read and run: 29 February and 1 December 2024, 0.3.39 of June 2025,
 * 0.3.64 of October 2025, 0.33.0 of August 2026.
 */
export const ERAS = ['2024-02', '2024-12', '2025-06', '2025-10', '2026-08'] as const;

/** Which ComfyUI a server is, as far as its protocol goes. */
export type Era = (typeof ERAS)[number];

/** The era the engine and the tests speak unless told otherwise. */
export const NEWEST_ERA: Era = '2026-08';

/**
 * Everything in which the eras differ, and since when it is so; before, it was not. The contract suite states what
 * each means, and is run against real servers of the five dates; the demo engine behaves accordingly.
 */
export const SINCE = {
  /** Every route exists below /api, too. */
  apiPrefix: '2024-12',
  /** Foreign origins are refused on a loopback address. */
  checksOrigin: '2024-12',
  /** Timestamps in messages, `execution_success`, `meta` in history entries, `display_node` in events. */
  timedHistory: '2024-12',
  /** `/system_stats` tells ComfyUI's version, its arguments, PyTorch and main memory. */
  tellsVersion: '2024-12',
  /** `input_order`, `python_module` and further keys of `/object_info`. */
  inputOrder: '2024-12',
  /** A graph with an unknown class is refused, rather than 500. */
  refusesUnknown: '2024-12',
  /** OPTIONS is answered. */
  answersOptions: '2024-12',
  /** Bytes uploaded again under their name are the file that is there. */
  knowsBytes: '2024-12',
  /** /models, /internal, and listing, deleting and moving user files. */
  userdata: '2024-12',
  /** A request without a prompt is refused with a type, too. */
  typedNoPrompt: '2025-06',
  /** /v2/userdata, /i18n, /workflow_templates, /experiment/models. */
  userdataTree: '2025-06',
  /** /internal/files lists input, output and temp. */
  listsFiles: '2025-06',
  /** GET /history pays heed to `offset`. */
  historyOffset: '2025-10',
  /** /features and the negotiation over the WebSocket. */
  features: '2025-10',
  /** `partial_execution_targets` limits what a job does. */
  partialExecution: '2025-10',
  /** Credentials do not reach the history. */
  hidesSecrets: '2025-10',
  /** A `prompt_id` sent by the client is the job's. */
  takesPromptId: '2025-10',
  /** `progress_state` events. */
  progressState: '2025-10',
  /** POST /interrupt looks at `prompt_id`. */
  targetedInterrupt: '2025-10',
  /** Some classes are declared by schema, which shows in `/object_info`. */
  schemaNodes: '2025-10',
  /** A `prompt_id` must be a UUID. */
  checksPromptId: '2026-08',
  /** /api/jobs, assets, subgraphs, node replacements. */
  jobsApi: '2026-08',
  /** Error shape for unknown classes, and `dependency_cycle`. */
  namedMissingNodes: '2026-08',
  /** COMBO inputs declared as text are checked against their list. */
  checksComboLists: '2026-08',
  /** The history of a job has the outputs it was asked for, rather than those of equal nodes as well. */
  tellsOnlyTargets: '2026-08',
  /** `extra_data.create_time`, and `preview_method` honoured. */
  createTime: '2026-08',
  /** Secrets are taken out of what the queue tells. */
  stripsSecrets: '2026-08',
  /** Cross-site requests refused by Sec-Fetch-Site; nosniff; attachments for active types. */
  hardened: '2026-08',
  /** `/internal/files` answers `name [type]` and hides dot files. */
  annotatedFiles: '2026-08',
  /** `full_info` times in whole milliseconds rather than float seconds. */
  fileTimesInMs: '2026-08',
  /** LoadImage refuses paths outside its folders. */
  confinesLoads: '2026-08',
  /** SAM 3, background removal, faces, boxes. */
  findsObjects: '2026-08',
  /** SaveImage and PreviewImage also return their images. */
  saveReturnsImages: '2026-08',
  /** Most classes are declared by schema. */
  mostSchemaNodes: '2026-08',
  /**
   * PyAV decodes files (grey ones slightly too dark, palettes with a mask of their size), FeatherMask covers the
   * right and lower border, combined pictures may differ in alpha.
   */
  newPixels: '2026-08',
  /** Progress events at most every 100 ms and 0.5 %. */
  throttlesProgress: '2026-08',
  /** Scripts are not to be stored by the browser, rather than to be asked for again. */
  scriptsNotStored: '2026-08',
} as const satisfies Record<string, Era>;

/** Something in which the eras differ. */
export type Fact = keyof typeof SINCE;

/** What holds in an era. */
export type EraTraits = Readonly<Record<Fact, boolean>> & {
  readonly era: Era;
  /** `comfyui_version` of /system_stats; `null` before it was told. */
  readonly version: string | null;
};

const VERSIONS: Record<Era, string | null> = {
  '2024-02': null,
  '2024-12': '0.3.6',
  '2025-06': '0.3.39',
  '2025-10': '0.3.64',
  '2026-08': '0.33.0',
};

/** Whether a fact holds in an era. */
export function holdsIn(fact: Fact, era: Era): boolean {
  return ERAS.indexOf(era) >= ERAS.indexOf(SINCE[fact]);
}

/** All that holds in an era. */
export function traitsOf(era: Era): EraTraits {
  const facts = Object.fromEntries(
    Object.keys(SINCE).map((fact) => [fact, holdsIn(fact as Fact, era)]),
  ) as Record<Fact, boolean>;
  return { ...facts, era, version: VERSIONS[era] };
}

/** Reads an era as people type it; `null` when there is no such. */
export function parseEra(text: string): Era | null {
  return ERAS.find((era) => era === text) ?? null;
}
