import { expect, it } from 'vitest';
import { detectBrowser } from './browser';

it('finds what a secure page has', () => {
  const found = detectBrowser({
    isSecureContext: true,
    OffscreenCanvas: class {},
    Worker: class {},
    BroadcastChannel: class {},
    CompressionStream: class {},
    DecompressionStream: class {},
    showSaveFilePicker: () => undefined,
    indexedDB: {},
    navigator: { locks: {}, clipboard: {}, storage: {} },
  });
  expect(new Set(Object.values(found))).toEqual(new Set([true]));
});

it('finds what a page over plain http lacks', () => {
  const found = detectBrowser({
    isSecureContext: false,
    BroadcastChannel: class {},
    indexedDB: {},
    navigator: {},
  });
  expect(found).toMatchObject({
    secureContext: false,
    locks: false,
    clipboard: false,
    storageEstimate: false,
    offscreenCanvas: false,
    broadcastChannel: true,
    indexedDb: true,
  });
});

it('takes a database that must not even be looked at for none', () => {
  const scope = {
    get indexedDB(): never {
      throw new DOMException('denied', 'SecurityError');
    },
  };
  expect(detectBrowser(scope).indexedDb).toBe(false);
});
