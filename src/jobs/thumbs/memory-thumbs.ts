import type { PictureFacts, ThumbDb } from './thumb-db';

/** Thumbnails that last as long as the page. */
export function memoryThumbs(): ThumbDb {
  const kept = new Map<string, { facts: PictureFacts; thumb: Blob }>();
  return {
    facts: () => Promise.resolve([...kept.values()].map(({ facts }) => facts)),
    read: (keys) => Promise.resolve(keys.map((key) => kept.get(key)?.thumb ?? null)),
    write(facts, thumb) {
      kept.set(facts.key, { facts, thumb });
      return Promise.resolve();
    },
    touch: () => Promise.resolve(),
    clear() {
      kept.clear();
      return Promise.resolve();
    },
  };
}
