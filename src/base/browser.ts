/** What this browser lets this page, or this worker, do. Each is absent somewhere among the supported ones. */
export interface BrowserFeatures {
  /** https or loopback. Plain http on a LAN is not, and has neither clipboard nor locks. */
  secureContext: boolean;
  /** Canvases off the page, in workers too. */
  offscreenCanvas: boolean;
  worker: boolean;
  /** Messages between tabs. */
  broadcastChannel: boolean;
  /** `navigator.locks`, between tabs. */
  locks: boolean;
  /** `navigator.clipboard`, for writing text. */
  clipboard: boolean;
  /** `navigator.storage.estimate`, which tells how much room is left. */
  storageEstimate: boolean;
  indexedDb: boolean;
  /** `CompressionStream` and its counterpart. */
  compressionStreams: boolean;
  /** `showSaveFilePicker`, which lets people choose where to save and a page write there bit by bit. */
  saveFilePicker: boolean;
}

/** Looks at a global object once; in tests, at one of their own. */
export function detectBrowser(scope: object): BrowserFeatures {
  const names = scope as Partial<Record<string, unknown>>;
  const nav = (names['navigator'] ?? {}) as Partial<Record<string, unknown>>;
  const isClass = (name: string): boolean => typeof names[name] === 'function';
  return {
    secureContext: names['isSecureContext'] === true,
    offscreenCanvas: isClass('OffscreenCanvas'),
    worker: isClass('Worker'),
    broadcastChannel: isClass('BroadcastChannel'),
    locks: nav['locks'] != null,
    clipboard: nav['clipboard'] != null,
    storageEstimate: nav['storage'] != null,
    indexedDb: hasIndexedDb(names),
    saveFilePicker: isClass('showSaveFilePicker'),
    compressionStreams: isClass('CompressionStream') && isClass('DecompressionStream'),
  };
}

function hasIndexedDb(names: Partial<Record<string, unknown>>): boolean {
  try {
    return names['indexedDB'] != null;
  } catch {
    // Some browsers throw at the mere look when site data are forbidden: an answer, not a fault.
    return false;
  }
}

/** What the browser of this page or worker can do; tests stub the names before they import it. */
export const browser: BrowserFeatures = detectBrowser(globalThis);
