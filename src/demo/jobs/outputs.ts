type Dict = Record<string, unknown>;

const PREVIEWABLE_KEYS = new Set(['images', 'video', 'audio', '3d', 'text']);
const MODELS = /\.(?:obj|fbx|gltf|glb|usdz)$/i;
const TEXTS = /\.(?:txt|md|json)$/i;
const LONGEST_TEXT = 1024;

/** What /api/jobs reports about a job's outputs (API notes §2.1). */
export interface OutputsSummary {
  /** Number of files; plain text and flags do not count. */
  count: number;
  previewable: number;
  preview: Dict | undefined;
}

function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fileOf(item: unknown): Dict | null {
  if (isDict(item)) {
    return item;
  }
  return typeof item === 'string' && MODELS.test(item)
    ? { filename: item, type: 'output', subfolder: '', mediaType: '3d' }
    : null;
}

function nameOf(item: Dict): string {
  return typeof item.filename === 'string' ? item.filename : '';
}

function isPreviewable(key: string, item: Dict): boolean {
  const format = typeof item.format === 'string' ? item.format : '';
  return (
    PREVIEWABLE_KEYS.has(key) ||
    /^(?:video|audio)\//.test(format) ||
    MODELS.test(nameOf(item)) ||
    TEXTS.test(nameOf(item))
  );
}

interface Item {
  nodeId: string;
  key: string;
  value: unknown;
}

function* itemsOf(outputs: Dict): Generator<Item> {
  for (const [nodeId, own] of Object.entries(outputs)) {
    for (const [key, list] of Object.entries(isDict(own) ? own : {})) {
      if (key !== 'animated' && Array.isArray(list)) {
        for (const value of list as unknown[]) {
          yield { nodeId, key, value };
        }
      }
    }
  }
}

/** Rank of a preview candidate, best first; `null` if it is not one. */
function rank(key: string, file: Dict | null): number | null {
  if (!file) {
    return key === 'text' ? 3 : null;
  }
  if (!isPreviewable(key, file)) {
    return null;
  }
  if (key === 'text' || TEXTS.test(nameOf(file))) {
    return 2;
  }
  return file.type === 'output' ? 0 : 1;
}

function previewOf({ nodeId, key, value }: Item, file: Dict | null): Dict {
  if (file) {
    return { ...file, nodeId, mediaType: file.mediaType ?? key };
  }
  const text = String(value);
  return {
    content: text.slice(0, LONGEST_TEXT),
    ...(text.length > LONGEST_TEXT ? { truncated: true } : {}),
    nodeId,
    mediaType: key,
  };
}

/** Counts, and picks the first of the best kind to show. */
export function summarizeOutputs(outputs: Dict): OutputsSummary {
  let count = 0;
  let previewable = 0;
  let best: { rank: number; preview: Dict } | null = null;
  for (const item of itemsOf(outputs)) {
    const file = fileOf(item.value);
    count += file ? 1 : 0;
    previewable += file && isPreviewable(item.key, file) ? 1 : 0;
    const own = rank(item.key, file);
    if (own !== null && (best === null || own < best.rank)) {
      best = { rank: own, preview: previewOf(item, file) };
    }
  }
  return { count, previewable, preview: best?.preview };
}

/** Outputs with bare model paths turned into file items, and without nulls. */
export function normalizeOutputs(outputs: Dict): Dict {
  return Object.fromEntries(
    Object.entries(outputs).map(([nodeId, own]) => [nodeId, isDict(own) ? normalizeNode(own) : own]),
  );
}

function normalizeNode(own: Dict): Dict {
  return Object.fromEntries(
    Object.entries(own).map(([key, list]) => [
      key,
      key === 'animated' || !Array.isArray(list)
        ? list
        : (list as unknown[]).filter((item) => item !== null).map((item) => fileOf(item) ?? item),
    ]),
  );
}
