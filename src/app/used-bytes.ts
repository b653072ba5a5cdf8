import { browser } from '../base/browser';

/** Bytes this browser keeps for the origin of the page; `null` where it does not tell, as on plain http. */
export async function usedBytes(): Promise<number | null> {
  if (!browser.storageEstimate) {
    return null;
  }
  // eslint-disable-next-line no-restricted-properties -- looked for above
  const { usage } = await navigator.storage.estimate();
  return usage ?? null;
}
