import * as v from 'valibot';
import type { ComfyClient } from '../../../comfy/client';
import { type ExactJson, parseExact } from '../../../comfy/exact-json';

/** A subgraph that the server offers to put into workflows. */
export interface Blueprint {
  /** Names it on the server. */
  id: string;
  name: string;
  /** The node pack it comes with. */
  pack: string;
}

export type BlueprintClient = Pick<ComfyClient, 'optionalJson'>;

const infoSchema = v.fallback(v.object({ node_pack: v.fallback(v.string(), '') }), { node_pack: '' });
const listSchema = v.record(v.string(), v.unknown());
const entrySchema = v.object({ name: v.pipe(v.string(), v.nonEmpty()), info: infoSchema });
const fileSchema = v.object({ name: v.fallback(v.string(), ''), data: v.string() });

/**
 * The subgraphs of a server by name (API reference 2.3: `/global_subgraphs`). Nothing where it has none, as before
 * late 2025.
 */
export async function listBlueprints(client: BlueprintClient, signal?: AbortSignal): Promise<Blueprint[]> {
  const list = v.safeParse(listSchema, await client.optionalJson('/global_subgraphs', signal));
  return Object.entries(list.success ? list.output : {})
    .flatMap(([id, json]): Blueprint[] => {
      const entry = v.safeParse(entrySchema, json);
      return entry.success ? [{ id, name: entry.output.name, pack: entry.output.info.node_pack }] : [];
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** A subgraph as a workflow of the editor, and its name; `null` when the server has none under this id. */
export async function readBlueprint(
  client: BlueprintClient,
  id: string,
): Promise<{ name: string; workflow: ExactJson } | null> {
  const json = await client.optionalJson(`/global_subgraphs/${encodeURIComponent(id)}`);
  const file = v.safeParse(fileSchema, json);
  return file.success ? { name: file.output.name, workflow: withEnds(parseExact(file.output.data)) } : null;
}

/** What feeds an open input, or takes an open output. */
interface End {
  class: string;
  /** Its input or output that is linked. */
  slot: string;
  widgets: ExactJson[];
}

const SOURCES: Readonly<Record<string, End>> = {
  IMAGE: { class: 'LoadImage', slot: 'IMAGE', widgets: ['', 'image'] },
  MASK: { class: 'LoadImageMask', slot: 'MASK', widgets: ['', 'alpha', 'image'] },
  VIDEO: { class: 'LoadVideo', slot: 'VIDEO', widgets: ['', 'image'] },
  AUDIO: { class: 'LoadAudio', slot: 'AUDIO', widgets: [''] },
};

const SAVED: End = { class: 'SaveImage', slot: 'images', widgets: ['ComfyUI'] };
const SHOWN: End = { class: 'PreviewAny', slot: 'source', widgets: [] };
/** What is made, the first way to keep it. */
const SINKS: Readonly<Record<string, End>> = {
  IMAGE: SAVED,
  MASK: { class: 'MaskPreview', slot: 'mask', widgets: [] },
  VIDEO: { class: 'SaveVideo', slot: 'video', widgets: ['video/ComfyUI', 'auto', 'auto'] },
  AUDIO: { class: 'SaveAudio', slot: 'audio', widgets: ['audio/ComfyUI'] },
  MESH: { class: 'SaveGLB', slot: 'mesh', widgets: ['mesh/ComfyUI'] },
  STRING: SHOWN,
  INT: SHOWN,
  FLOAT: SHOWN,
  BOOLEAN: SHOWN,
};

const slotSchema = v.looseObject({ name: v.string(), type: v.unknown() });
const nodeSchema = v.looseObject({
  id: v.number(),
  inputs: v.fallback(v.array(slotSchema), []),
  outputs: v.fallback(v.array(slotSchema), []),
});
const workflowSchema = v.looseObject({ nodes: v.array(nodeSchema), links: v.array(v.unknown()) });

type Slot = v.InferOutput<typeof slotSchema>;

/**
 * A subgraph by itself can neither be given a picture nor keeps one: its open inputs are loaded from files, and its
 * open outputs saved, as far as there are ComfyUI nodes for their types. Anything but a workflow stays as it is.
 */
export function withEnds(json: ExactJson): ExactJson {
  const parsed = v.safeParse(workflowSchema, json);
  if (!parsed.success) {
    return json;
  }
  const { nodes, links } = parsed.output;
  const added: unknown[] = [];
  const made: unknown[] = [];
  let lastNode = Math.max(0, ...nodes.map(({ id }) => id));
  let lastLink = Math.max(0, ...links.map((link) => (Array.isArray(link) ? Number(link[0]) : 0)));
  const plain = (end: End, more: { inputs?: unknown[]; outputs?: unknown[] }): number => {
    lastNode += 1;
    const base = { id: lastNode, type: end.class, mode: 0, flags: {}, properties: {} };
    added.push({ ...base, inputs: [], outputs: [], ...more, widgets_values: end.widgets });
    return lastNode;
  };
  const whole = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((input, at) => {
      const end = isOpen(input) ? SOURCES[typeOf(input)] : undefined;
      if (!end) {
        return input;
      }
      lastLink += 1;
      const id = plain(end, { outputs: [{ name: end.slot, type: end.slot, links: [lastLink] }] });
      made.push([lastLink, id, 0, node.id, at, end.slot]);
      return { ...input, link: lastLink };
    }),
    outputs: node.outputs.map((output, at) => {
      const type = typeOf(output);
      const end = isUnused(output) ? SINKS[type] : undefined;
      if (!end) {
        return output;
      }
      lastLink += 1;
      const id = plain(end, { inputs: [{ name: end.slot, type, link: lastLink }] });
      made.push([lastLink, node.id, at, id, 0, type]);
      return { ...output, links: [lastLink] };
    }),
  }));
  return { ...parsed.output, nodes: [...whole, ...added], links: [...links, ...made] } as ExactJson;
}

/** Of several types that an input takes, the first. */
function typeOf({ type }: Slot): string {
  return String(type).split(',')[0] ?? '';
}

function isOpen(input: Slot): boolean {
  return input['link'] == null && input['widget'] === undefined;
}

function isUnused(output: Slot): boolean {
  const links = output['links'];
  return !Array.isArray(links) || links.length === 0;
}
