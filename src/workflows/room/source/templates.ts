import * as v from 'valibot';
import type { ComfyClient } from '../../../comfy/client';
import type { ExactJson } from '../../../comfy/exact-json';

/** A graph that a server offers as a beginning. */
export interface Template {
  /** The node pack it comes with; empty for ComfyUI's own. */
  pack: string;
  /** File name without ending: names it on the server. */
  name: string;
  title: string;
  about: string;
  /** Words by which people look for it: tags and models. */
  tags: string[];
  /** Path of its picture, beginning with a slash; `null` when it has none. */
  picture: string | null;
}

/** Templates under one heading. */
export interface TemplateGroup {
  title: string;
  templates: Template[];
}

export type TemplateClient = Pick<ComfyClient, 'optionalJson'>;

const templateSchema = v.object({
  name: v.pipe(v.string(), v.nonEmpty()),
  title: v.fallback(v.optional(v.string()), undefined),
  description: v.fallback(v.string(), ''),
  mediaSubtype: v.fallback(v.string(), ''),
  tags: v.fallback(v.array(v.string()), []),
  models: v.fallback(v.array(v.string()), []),
});

const groupSchema = v.object({ title: v.string(), templates: v.array(v.unknown()) });

const packsSchema = v.record(v.string(), v.array(v.string()));

/** What browsers show as a picture; some templates have a sound instead. */
const PICTURES = /^(webp|png|jpe?g|gif|avif)$/i;

/**
 * The templates of a server: its own, with their categories, and those of node packs, each under its name.
 * Nothing where the server has none, as before 2025.
 *
 * ComfyUI serves its own from `/templates` with an index in each language, and those of packs below
 * `/api/workflow_templates` (API reference 2.3), which came first.
 * @param language tag of the index wanted, such as `zh-CN`.
 */
export async function listTemplates(
  client: TemplateClient,
  language: string,
  signal?: AbortSignal,
): Promise<TemplateGroup[]> {
  const packs = await client.optionalJson('/api/workflow_templates', signal);
  if (packs === null) {
    return [];
  }
  const index = await readIndex(client, language, signal);
  return [...readTemplateIndex(index), ...readTemplatePacks(packs)];
}

async function readIndex(
  client: TemplateClient,
  language: string,
  signal?: AbortSignal,
): Promise<ExactJson | null> {
  const tag = /^zh/i.test(language) ? 'zh' : 'en';
  const translated = tag === 'en' ? null : await client.optionalJson(`/templates/index.${tag}.json`, signal);
  return translated ?? client.optionalJson('/templates/index.json', signal);
}

/** The index of ComfyUI's own templates. Entries of another shape are left out, and empty groups. */
export function readTemplateIndex(json: unknown): TemplateGroup[] {
  const groups = Array.isArray(json) ? json : [];
  const seen = new Set<string>();
  return groups.flatMap((item): TemplateGroup[] => {
    const group = v.safeParse(groupSchema, item);
    if (!group.success) {
      return [];
    }
    const templates = group.output.templates.flatMap((entry): Template[] => {
      const read = v.safeParse(templateSchema, entry);
      // Some are listed under several headings; the first is the one of what they make.
      if (!read.success || seen.has(read.output.name)) {
        return [];
      }
      const { name, title, description, mediaSubtype, tags, models } = read.output;
      seen.add(name);
      const picture = PICTURES.test(mediaSubtype)
        ? `/templates/${encodeURIComponent(name)}-1.${mediaSubtype}`
        : null;
      return [
        { pack: '', name, title: title || name, about: description, tags: [...tags, ...models], picture },
      ];
    });
    return templates.length > 0 ? [{ title: group.output.title, templates }] : [];
  });
}

/** Templates of node packs: `{pack: [names]}`, with a JPEG of the same name beside each. */
export function readTemplatePacks(json: unknown): TemplateGroup[] {
  const packs = v.safeParse(packsSchema, json);
  return Object.entries(packs.success ? packs.output : {}).flatMap(([pack, names]) =>
    names.length === 0
      ? []
      : [
          {
            title: pack,
            templates: names.map((name) => ({
              pack,
              name,
              title: name,
              about: '',
              tags: [],
              picture: `${packFolder(pack)}/${encodeURIComponent(name)}.jpg`,
            })),
          },
        ],
  );
}

/** The graph of a template, in the editor's format; `null` when the server has none of that name. */
export function readTemplate(
  client: TemplateClient,
  { pack, name }: Pick<Template, 'pack' | 'name'>,
  signal?: AbortSignal,
): Promise<ExactJson | null> {
  const folder = pack === '' ? '/templates' : packFolder(pack);
  return client.optionalJson(`${folder}/${encodeURIComponent(name)}.json`, signal);
}

function packFolder(pack: string): string {
  return `/api/workflow_templates/${encodeURIComponent(pack)}`;
}
