import type { ThumbDb } from './thumb-db';

/** How many thumbnails this browser keeps, and how many bytes they take. */
export async function keptThumbs(db: Pick<ThumbDb, 'facts'>): Promise<{ count: number; bytes: number }> {
  const facts = (await db.facts()).filter(({ thumbBytes }) => thumbBytes > 0);
  return { count: facts.length, bytes: facts.reduce((sum, { thumbBytes }) => sum + thumbBytes, 0) };
}
