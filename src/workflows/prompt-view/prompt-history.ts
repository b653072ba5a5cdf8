import * as v from 'valibot';
import type { ExactJson } from '../../comfy/exact-json';
import type { UserDocumentType } from '../../jobs/user-document';

/** What a prompt is for: those of one kind are offered for it. */
export type PromptKind = 'prompt' | 'negative';

/** A prompt that was run with, or is a favourite. */
export interface KeptPrompt {
  kind: PromptKind;
  text: string;
  /** When it was last used, ms since the epoch. */
  usedAt: number;
  starred: boolean;
}

/** Changes of the document's keys; `undefined` deletes one. */
export type KeyChanges = Record<string, ExactJson | undefined>;

/** Recent prompts and favourites, the same on every device. */
export const promptDocument: UserDocumentType = { name: 'prompts' };

/** A longer prompt is not kept, characters. */
export const MAX_PROMPT = 4000;
/** The most favourites. */
export const MAX_STARRED = 300;

/**
 * How many places there are for recent prompts of a kind. A key that was deleted leaves a trace in the document for
 * ever, so recent prompts do not get keys of their own: each has a few places it may be at, and takes that of the
 * oldest. The document stays as small as that, whatever is run.
 */
const PLACES = 128;
const CHOICES = 4;

const keptSchema = v.object({ text: v.string(), at: v.pipe(v.number(), v.minValue(0)) });
const KEY = /^(recent|star)\/(prompt|negative)\//;

/** All prompts of a document, the last used first, each once. */
export function readPrompts(entries: readonly (readonly [key: string, value: ExactJson])[]): KeptPrompt[] {
  const found = new Map<string, KeptPrompt>();
  for (const [key, value] of entries) {
    const [, place, kind] = KEY.exec(key) ?? [];
    if (place === undefined || !v.is(keptSchema, value)) {
      continue;
    }
    const { text, at } = value;
    const id = `${kind} ${text}`;
    const known = found.get(id);
    found.set(id, {
      kind: kind as PromptKind,
      text,
      usedAt: Math.max(at, known?.usedAt ?? 0),
      starred: place === 'star' || known?.starred === true,
    });
  }
  return [...found.values()].toSorted((a, b) => b.usedAt - a.usedAt);
}

/** What to change so that a prompt is the last used one. */
export function withUsed(
  get: (key: string) => ExactJson | undefined,
  kind: PromptKind,
  text: string,
  now: number,
): KeyChanges {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > MAX_PROMPT) {
    return {};
  }
  const places = placesOf(kind, trimmed).map((key) => ({ key, kept: read(get(key)) }));
  const same = places.find(({ kept }) => kept?.text === trimmed);
  const oldest = places.toSorted((a, b) => (a.kept?.at ?? -1) - (b.kept?.at ?? -1))[0];
  const key = (same ?? oldest)?.key;
  return key === undefined ? {} : { [key]: { text: trimmed, at: now } };
}

/** What to change so that a prompt is a favourite, or none. */
export function withStar({ kind, text, usedAt }: KeptPrompt, starred: boolean): KeyChanges {
  return { [starKey(kind, text)]: starred ? { text, at: usedAt } : undefined };
}

/** What to change so that a prompt is forgotten, favourite or not. */
export function withoutPrompt(
  get: (key: string) => ExactJson | undefined,
  { kind, text }: KeptPrompt,
): KeyChanges {
  const places = [...placesOf(kind, text), starKey(kind, text)];
  return Object.fromEntries(
    places.filter((key) => read(get(key))?.text === text).map((key) => [key, undefined]),
  );
}

function read(value: ExactJson | undefined): v.InferOutput<typeof keptSchema> | null {
  const parsed = v.safeParse(keptSchema, value);
  return parsed.success ? parsed.output : null;
}

function placesOf(kind: PromptKind, text: string): string[] {
  const places = Array.from({ length: CHOICES }, (_, at) => hash(text, at) % PLACES);
  return [...new Set(places)].map((place) => `recent/${kind}/${place}`);
}

function starKey(kind: PromptKind, text: string): string {
  return `star/${kind}/${hash(text, 101).toString(36)}${hash(text, 102).toString(36)}`;
}

/** FNV-1a of 32 bits, begun differently for each of several. */
function hash(text: string, start: number): number {
  let value = Math.imul(0x811c9dc5 ^ start, 0x01000193);
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}
