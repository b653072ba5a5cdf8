import * as v from 'valibot';

import { type FileRef, fileRefSchema, viewRefusal } from '../../comfy/file-ref';
import type { GuestItem, Making, ShareChange, SharedFile, ShareDraft } from '../../ports/share-wire';

/** The most files one link may hold. */
export const MAX_ITEMS = 20_000;

const title = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
/** What may stand in an address: anything readable, but nothing that is a part of a path of ours. */
const slug = v.pipe(
  v.string(),
  v.maxLength(80),
  v.regex(/^[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?$/u),
  v.check((text) => !['gallery', 'live', 'items'].includes(text)),
);
const time = v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0)));
const password = v.pipe(v.string(), v.minLength(1), v.maxLength(200));

const rights = {
  making: v.boolean(),
  download: v.picklist(['original', 'clean', 'none']),
  favourites: v.boolean(),
  comments: v.boolean(),
  liveQueue: v.boolean(),
  voting: v.boolean(),
} as const;

const line = v.pipe(v.string(), v.maxLength(20_000));
const makingSchema = v.object({
  prompt: v.optional(line),
  negative: v.optional(line),
  model: v.optional(line),
  loras: v.optional(v.pipe(v.array(line), v.maxLength(100))),
  seed: v.optional(v.pipe(v.string(), v.regex(/^-?\d{1,20}$/))),
  steps: v.optional(v.number()),
  cfg: v.optional(v.number()),
  sampler: v.optional(line),
  scheduler: v.optional(line),
});

const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));
const fileSchema = v.object({
  ref: v.pipe(
    fileRefSchema,
    v.check((ref) => viewRefusal(ref) === null && !hasControl(ref)),
  ),
  size: v.optional(v.tuple([side, side])),
  at: v.optional(v.pipe(v.number(), v.safeInteger())),
  making: v.optional(makingSchema),
});
const filesSchema = v.pipe(v.array(fileSchema), v.maxLength(MAX_ITEMS));

const draftSchema = v.object({
  title,
  slug: v.optional(slug),
  scope: v.variant('kind', [
    v.object({ kind: v.literal('list') }),
    v.object({ kind: v.literal('collection'), name: v.pipe(v.string(), v.maxLength(500)) }),
    v.object({ kind: v.literal('search'), query: v.pipe(v.string(), v.maxLength(5_000)) }),
    v.object({ kind: v.literal('new') }),
  ]),
  items: filesSchema,
  expiresAt: time,
  password: v.optional(password),
  rights: v.object(rights),
});

const changeSchema = v.object({
  title: v.optional(title),
  slug: v.optional(v.nullable(slug)),
  expiresAt: v.optional(time),
  password: v.optional(v.nullable(password)),
  rights: v.optional(v.partial(v.object(rights))),
});

function hasControl({ filename, subfolder }: FileRef): boolean {
  // eslint-disable-next-line no-control-regex
  return /[\u0000-\u001f]/.test(filename + subfolder);
}

/** Untrusted JSON as a draft, or `null`. */
export function readDraft(value: unknown): ShareDraft | null {
  return parsed(draftSchema, value);
}

/** Untrusted JSON as a change, or `null`. */
export function readChange(value: unknown): ShareChange | null {
  return parsed(changeSchema, value);
}

/** Untrusted JSON as `{items}`, or `null`. */
export function readItems(value: unknown): SharedFile[] | null {
  return parsed(v.object({ items: filesSchema }), value)?.items ?? null;
}

const openingSchema = v.object({
  token: v.pipe(v.string(), v.maxLength(100)),
  password: v.optional(v.pipe(v.string(), v.maxLength(200))),
});

/** The body of `POST s/open`, or `null`. */
export function readOpening(value: unknown): { token: string; password?: string | undefined } | null {
  return parsed(openingSchema, value);
}

const commentSchema = v.object({
  name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(60)),
  text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(2_000)),
});

/** A guest's comment, or `null`. */
export function readComment(value: unknown): { name: string; text: string } | null {
  return parsed(commentSchema, value);
}

/** The boolean of a body such as `{favourite: true}`, or `null`. */
export function readFlag(value: unknown, key: string): boolean | null {
  return parsed(v.object({ [key]: v.boolean() }), value)?.[key] ?? null;
}

/** What was kept of a picture's making. */
export function readMaking(text: string | null): Making | null {
  return text === null ? null : parsed(makingSchema, JSON.parse(text));
}

function parsed<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | null {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : null;
}

const KINDS: Readonly<Record<string, GuestItem['kind']>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  webp: 'image',
  avif: 'image',
  gif: 'animation',
  apng: 'animation',
  mp4: 'video',
  m4v: 'video',
  mov: 'video',
  webm: 'video',
};

/** What guests see of a file, by its name; `null` for what is not shared (sound, models, text, SVG). */
export function kindOf({ filename }: FileRef): GuestItem['kind'] | null {
  return KINDS[/\.(\w+)$/.exec(filename)?.[1]?.toLowerCase() ?? ''] ?? null;
}
