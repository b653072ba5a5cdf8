import * as v from 'valibot';
import { reportingAs } from '../../../base/report';
import type { ComfyClient } from '../../../comfy/client';
import { ComfyError } from '../../../comfy/errors';
import { type ExactJson, parseExact } from '../../../comfy/exact-json';
import type { ApiGraph } from '../../../comfy/graph';
import { summarizeGraph } from '../../../comfy/graph-summary';
import { mediaKind } from '../../../comfy/media-text';
import type { NodeInfo } from '../../../comfy/object-info';
import type { PictureSource } from '../../../comfy/picture-source';
import { describeError } from '../../../i18n/describe-error';
import type { JobStore } from '../../../jobs/job-store.svelte';
import type { JobGraph } from '../../../jobs/state/job';
import type { SavedForm } from '../../saved-forms';
import { readGraph, readGraphFile, readGraphText, type ReadSource } from '../../convert/read-source';
import { toApiGraph } from '../../convert/to-api';
import { readRecord } from '../../darkroom-record';
import { describeConvertProblem, describeFault, type OpenFault } from '../../fault-words';
import { graphName, workflowName } from '../../graph-name';
import { withTyped } from '../../prompt/typed-prompts';
import type { Place } from '../place';
import { readBlueprint } from './blueprints';
import { readTemplate, type TemplateGroup } from './templates';

/** A graph ready to become a form. */
export interface OpenedGraph {
  title: string;
  graph: ApiGraph;
  /** What the PNGs of an unchanged run carry beside the graph, such as the editor's workflow. */
  pngInfo: Record<string, ExactJson>;
  layout: ExactJson | null;
  version: string | null;
}

/** What came of opening something: a graph, or every reason against it in words. */
export type Opened =
  | { ok: true; opened: OpenedGraph }
  /** `again` tells whether a second attempt may go better. */
  | { ok: false; title: string; reasons: string[]; again: boolean };

/** Where graphs come from. */
export interface SourceServices {
  client: Pick<ComfyClient, 'optionalJson' | 'readUserdata'>;
  jobs: Pick<JobStore, 'graph'>;
  pictures: Pick<PictureSource, 'read'>;
  forms: { get(id: string): SavedForm | undefined };
  /** Every node class of the server. */
  infos: () => Promise<ReadonlyMap<string, NodeInfo>>;
  /** The server's templates, for what they are called. */
  templates: () => Promise<readonly TemplateGroup[]>;
}

class Refused extends Error {
  constructor(readonly fault: OpenFault) {
    super(fault.kind);
  }
}

/** Opens what an address names. Never rejects over what the server or a file holds. */
export function openPlace(place: Place, services: SourceServices): Promise<Opened> {
  return attempt(placeTitle(place), () => readPlaceGraph(place, services));
}

/** Opens a file somebody brought: JSON in either format, a picture or a video. */
export function openFile(file: File, services: SourceServices): Promise<Opened> {
  const title = withoutEnding(file.name);
  return attempt(title, async () => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return withFormHead(await fromSource(await readGraphFile(bytes), title, services), bytes);
  });
}

const headSchema = v.object({
  darkroomForm: v.object({ name: v.string(), layout: v.custom<ExactJson>(() => true) }),
});

/** A form exported as a file has its name and layout beside the graph. */
function withFormHead(result: Opened, bytes: Uint8Array): Opened {
  const text = result.ok && mediaKind(bytes) === null ? new TextDecoder().decode(bytes) : '';
  if (!result.ok || !text.includes('"darkroomForm"')) {
    return result;
  }
  // It has just been read as JSON.
  const head = v.safeParse(headSchema, parseExact(text.replace(/^\uFEFF/, '')));
  if (!head.success) {
    return result;
  }
  const { name, layout } = head.output.darkroomForm;
  return { ok: true, opened: { ...result.opened, title: name, layout } };
}

/** Opens pasted text. */
export function openText(text: string, title: string, services: SourceServices): Promise<Opened> {
  return attempt(title, () => fromSource(readGraphText(text), title, services));
}

async function attempt(title: string, read: () => Promise<Opened>): Promise<Opened> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Refused) {
      return { ok: false, title, reasons: [describeFault(error.fault)], again: false };
    }
    if (error instanceof ComfyError) {
      return { ok: false, title, reasons: [describeError(error)], again: true };
    }
    throw error;
  }
}

async function readPlaceGraph(place: Place, services: SourceServices): Promise<Opened> {
  const title = placeTitle(place);
  switch (place.kind) {
    case 'form': {
      const form = services.forms.get(place.id);
      if (!form) {
        throw new Refused({ kind: 'form-gone' });
      }
      const { name, graph, layout, version } = form;
      return { ok: true, opened: { title: name, graph, pngInfo: {}, layout, version } };
    }
    case 'kept':
      // The desk had it; whoever asks here found nothing there.
      throw new Refused({ kind: 'kept-gone' });
    case 'job':
      return openJob(place, services);
    case 'server': {
      const json = await readJson(services.client.readUserdata(`workflows/${place.path}`));
      return fromJson(json, title, services);
    }
    case 'template':
      return openTemplate(place, services);
    case 'blueprint': {
      const found = await readBlueprint(services.client, place.id);
      return fromJson(found?.workflow ?? null, found?.name || title, services);
    }
  }
}

async function openJob(place: Extract<Place, { kind: 'job' }>, services: SourceServices): Promise<Opened> {
  const job = await services.jobs.graph(place.id);
  const title = place.file ? placeTitle(place) : ((job && jobTitle(job)) ?? placeTitle(place));
  if (job) {
    const { graph: sent, pngInfo } = job;
    // A form starts from what was typed, its choices still open.
    const graph = withTyped(sent, readRecord(pngInfo['darkroom'])?.prompts ?? []);
    return { ok: true, opened: { title, graph, pngInfo, layout: null, version: null } };
  }
  if (!place.file) {
    throw new Refused({ kind: 'job-gone' });
  }
  const file = await services.pictures.read(place.file);
  return fromSource(await readGraphFile(new Uint8Array(await file.arrayBuffer())), title, services);
}

async function openTemplate(
  place: Extract<Place, { kind: 'template' }>,
  services: SourceServices,
): Promise<Opened> {
  const [json, groups] = await Promise.all([
    readJson(readTemplate(services.client, place)),
    // Without the index, the name of the file says enough.
    services.templates().catch(reportingAs('workflows.template-titles', [])),
  ]);
  const listed = groups
    .flatMap(({ templates }) => templates)
    .find(({ pack, name }) => pack === place.pack && name === place.name);
  return fromJson(json, listed?.title ?? place.name, services);
}

/** A file of the server; one that is no JSON is as bad as one somebody drops. */
async function readJson(file: Promise<ExactJson | null>): Promise<ExactJson | null> {
  try {
    return await file;
  } catch (error) {
    if (error instanceof ComfyError && error.kind === 'invalid') {
      throw new Refused({ kind: 'not-json' });
    }
    throw error;
  }
}

function fromJson(json: ExactJson | null, title: string, services: SourceServices): Promise<Opened> {
  if (json === null) {
    throw new Refused({ kind: 'file-gone', name: title });
  }
  return fromSource(readGraph(json), title, services);
}

async function fromSource(read: ReadSource, title: string, services: SourceServices): Promise<Opened> {
  if (!read.ok) {
    throw new Refused(read.fault);
  }
  const { api, editor, raw } = read.found;
  const pngInfo: Record<string, ExactJson> = raw === null ? {} : { workflow: raw };
  if (api) {
    // What ran goes before what the editor would make of its own copy.
    return { ok: true, opened: { title, graph: api, pngInfo, layout: null, version: null } };
  }
  if (!editor) {
    throw new Refused({ kind: 'no-nodes' });
  }
  const conversion = toApiGraph(editor, await services.infos(), { texts: 'keep' });
  return conversion.ok
    ? { ok: true, opened: { title, graph: conversion.graph, pngInfo, layout: null, version: null } }
    : { ok: false, title, reasons: conversion.problems.map(describeConvertProblem), again: false };
}

/** What a place is called before anything of it was read. */
export function placeTitle(place: Place): string {
  switch (place.kind) {
    case 'server':
      return withoutEnding(place.path);
    case 'template':
      return place.name;
    case 'job':
      return withoutEnding(place.file?.filename ?? place.id.slice(0, 8));
    case 'blueprint':
      return place.id.slice(0, 8);
    case 'form':
    case 'kept':
      return '';
  }
}

/** Longer titles are cut, characters. */
const LONGEST_TITLE = 60;

/** What a job is called by its words: the name of its workflow, else its prompt, else what its graph says. */
function jobTitle(job: JobGraph): string | null {
  const prompt = summarizeGraph(job.graph, null).prompt?.replace(/\s+/g, ' ').trim() ?? '';
  const short = prompt.length > LONGEST_TITLE ? `${prompt.slice(0, LONGEST_TITLE).trimEnd()}…` : prompt;
  return workflowName(job) ?? (short || graphName(job));
}

function withoutEnding(name: string): string {
  return name.replace(/^.*[/\\]/, '').replace(/\.(app\.)?\w{1,5}$/, '') || name;
}
