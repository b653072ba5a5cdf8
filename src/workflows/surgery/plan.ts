import type { ApiInput, NodeLink } from '../../comfy/graph';
import { widgetValue } from '../../comfy/graph-walk';
import { AREA_STEP } from '../inpaint-area';
import type { Parts } from './find-parts';
import type { GraphReader } from './graph-reader';
import { findPictureRoles, outputKey, type PictureRoles } from './pictures';
import type { Note, Problem } from './problems';

/** What an input of the old graph gets in the new one, in place of what it had. */
export type Override =
  | { kind: 'value'; value: ApiInput }
  /** Pixels or mask of the cut-out area, or the size at which it is sampled. */
  | { kind: 'pixels' | 'mask' | 'width' | 'height' }
  /** The strength as it is, and the step at which a sampler of `steps` steps starts for it. */
  | { kind: 'strength' }
  | { kind: 'start'; steps: number }
  /** A part of these noise levels, as much as the strength says. */
  | { kind: 'split'; link: NodeLink; steps: number | null }
  /** The model, made to follow soft masks. */
  | { kind: 'differential'; link: NodeLink }
  /** What sampling starts from: the area's latents; `masked` with its noise mask. */
  | { kind: 'latent'; masked: boolean }
  /** A picture cut like the picture itself. */
  | { kind: 'aligned'; link: NodeLink }
  /** An output of the old graph. */
  | { kind: 'link'; link: NodeLink };

export type Overrides = Map<string, Map<string, Override>>;

/** How a graph is turned into an inpainting graph: what stays, and what is put in place of what. */
export interface Plan {
  parts: Parts;
  roles: PictureRoles;
  overrides: Overrides;
  /** The output that holds the new pixels of the area. */
  result: NodeLink;
  /** Its size is not known beforehand. */
  anySize: boolean;
  /** The new graph decodes by itself, with this VAE. */
  decodeWith: NodeLink | null;
  /** Whether the strength can be chosen. */
  adjustable: boolean;
  /** Sides are sampled at multiples of this many px. */
  step: number;
  notes: Note[];
}

/** Changes of pixels after decoding that belong to the picture; all others are left out. */
const KEPT_AFTER = ['ImageInvert', 'ImageFromBatch'];
/** What is made in the size that is sampled. */
const SIZED = ['MODEL', 'CONDITIONING', 'SIGMAS', 'LATENT', 'GUIDER'];
const WIDTHS = ['width', 'target_width'];
const HEIGHTS = ['height', 'target_height'];
const CROPS = ['crop_w', 'crop_h'];

/**
 * Makes the plan, or says why there is none.
 * @param noiseMask whether the noise keeps to the mask, where the sampler adds any.
 * @param ownEncoder whether a node stays that encodes picture and mask together.
 */
export function makePlan(
  reader: GraphReader,
  parts: Parts,
  { noiseMask = true, ownEncoder = false }: { noiseMask?: boolean; ownEncoder?: boolean } = {},
): Plan | Problem {
  const frames = severalPictures(reader, parts);
  if (frames !== null) {
    return { kind: 'several-pictures', node: reader.name(frames) };
  }
  const { latent, sampler, decoder } = parts;
  const [starter] = latent.link;
  // Some nodes make conditioning and latents of a picture together; those belong together.
  const own = makesFrames(reader, starter);
  const starts = reader
    .fed(sampler)
    .filter(({ name }) => own || name !== latent.input)
    .map(({ link }) => link);
  const roles = findPictureRoles(reader, parts, [...starts, parts.vae]);
  const overrides: Overrides = new Map();
  const set = (node: string, input: string, override: Override): void => {
    const inputs = overrides.get(node) ?? new Map<string, Override>();
    overrides.set(node, inputs.set(input, override));
  };

  const fills = roles.inputs.has(starter) || (ownEncoder && setEncoder(reader, starter, set));
  setPictures(reader, roles, set);
  setSizes(reader, roles, set);
  const silent = isSilent(reader, parts);
  const adjustable = !own && !silent && setStrength(reader, parts, set);
  if (!own && !fills) {
    set(latent.node, latent.input, { kind: 'latent', masked: noiseMask && !silent });
  }
  if (fills && 'noise_mask' in (reader.node(starter)?.inputs ?? {})) {
    set(starter, 'noise_mask', { kind: 'value', value: noiseMask });
  }
  if (noiseMask && !own && !silent && reader.infos.has('DifferentialDiffusion')) {
    setDifferential(reader, parts, set);
  }
  const notes: Note[] = adjustable ? [] : [{ kind: 'fixed-strength', node: reader.name(sampler) }];
  return {
    parts,
    roles,
    overrides,
    ...setResult(reader, parts, set),
    anySize: own,
    decodeWith: decoder === null ? parts.vae : null,
    adjustable,
    step: stepOf(reader, parts),
    notes,
  };
}

type Set = (node: string, input: string, override: Override) => void;

/** The node that makes layers or frames which become several pictures; `null` for one picture. */
function severalPictures(reader: GraphReader, { latent, after }: Parts): string | null {
  const sources = reader.behind([latent.link], ({ type }) => type === 'LATENT');
  const picks = after.some((id) => reader.classOf(id) === 'ImageFromBatch');
  const many = sources.find((id) => {
    const node = reader.node(id);
    const count = (name: string): number => Number(node ? (widgetValue(reader.graph, node, name) ?? 1) : 1);
    return count('layers') > 1 || (count('length') > 1 && !picks);
  });
  return many ?? null;
}

/** Whether a node makes the latents of several frames, and what guides them, of one picture. */
function makesFrames(reader: GraphReader, id: string): boolean {
  const frames = 'length' in (reader.node(id)?.inputs ?? {}) && reader.fedBy(id, 'IMAGE') !== undefined;
  return frames && reader.outputTypes(id).includes('LATENT');
}

/** Whether the sampler adds no noise: it then computes its result of the whole picture. */
function isSilent(reader: GraphReader, { settings, sampler, kind }: Parts): boolean {
  const adds = reader.node(sampler)?.inputs['add_noise'];
  return (
    settings.some((id) => reader.classOf(id) === 'DisableNoise') ||
    // The later of two advanced samplers goes on with noise that is there; here it is the only one.
    (kind === 'sigmas' && adds === false)
  );
}

function setPictures(reader: GraphReader, roles: PictureRoles, set: Set): void {
  for (const [node, inputs] of roles.inputs) {
    Object.entries(inputs).forEach(([input, kind]) => set(node, input, { kind }));
  }
  for (const { node, input, link } of roles.aligned) {
    set(node, input, { kind: 'aligned', link });
  }
  for (const id of Object.keys(reader.graph)) {
    const count = reader.node(id)?.inputs['batch_size'];
    if (count !== undefined && count !== 1 && !reader.outputTypes(id).includes('IMAGE')) {
      set(id, 'batch_size', { kind: 'value', value: 1 });
    }
  }
}

/** Gives a node that encodes a picture without its masked part the area. False where it is none. */
function setEncoder(reader: GraphReader, id: string, set: Set): boolean {
  const [pixels, mask, vae] = ['IMAGE', 'MASK', 'VAE'].map((type) => reader.fedBy(id, type));
  if (!pixels || !mask || !vae) {
    return false;
  }
  set(id, pixels.name, { kind: 'pixels' });
  set(id, mask.name, { kind: 'mask' });
  return true;
}

function setSizes(reader: GraphReader, roles: PictureRoles, set: Set): void {
  const edited = new Set([...roles.standIns.keys()].map((key) => key.slice(0, key.lastIndexOf(':'))));
  for (const id of Object.keys(reader.graph)) {
    const inputs = reader.node(id)?.inputs ?? {};
    if (!('width' in inputs && 'height' in inputs)) {
      continue;
    }
    const types = reader.outputTypes(id);
    const image = reader.fedBy(id, 'IMAGE');
    const scales =
      types.includes('IMAGE') &&
      image !== undefined &&
      reader.behind([image.link], ({ type }) => type === 'IMAGE').some((one) => edited.has(one));
    if (!scales && (types.includes('IMAGE') || !types.some((type) => SIZED.includes(type)))) {
      continue;
    }
    for (const [names, kind] of [
      [WIDTHS, 'width'],
      [HEIGHTS, 'height'],
    ] as const) {
      names.filter((name) => name in inputs).forEach((name) => set(id, name, { kind }));
    }
    CROPS.filter((name) => name in inputs).forEach((name) => set(id, name, { kind: 'value', value: 0 }));
  }
}

/** Puts the strength where the sampler reads it. False where there is no such place. */
function setStrength(reader: GraphReader, { sampler, kind, settings }: Parts, set: Set): boolean {
  const inputs = reader.node(sampler)?.inputs ?? {};
  switch (kind) {
    case 'denoise':
      set(sampler, 'denoise', { kind: 'strength' });
      return true;
    case 'start': {
      const steps = stepsOf(reader, [sampler]);
      if (steps === null) {
        return false;
      }
      const values: Record<string, ApiInput> = {
        add_noise: 'enable',
        end_at_step: Math.max(steps, 10_000),
        return_with_leftover_noise: 'disable',
      };
      Object.entries(values)
        .filter(([name]) => name in inputs)
        .forEach(([name, value]) => set(sampler, name, { kind: 'value', value }));
      set(sampler, 'start_at_step', { kind: 'start', steps });
      return true;
    }
    case 'sigmas': {
      const scheduler = settings.find((id) => id !== sampler && 'denoise' in (reader.node(id)?.inputs ?? {}));
      if (scheduler !== undefined) {
        set(scheduler, 'denoise', { kind: 'strength' });
        return true;
      }
      const sigmas = reader.fedBy(sampler, 'SIGMAS');
      if (!sigmas || !reader.infos.has('SplitSigmasDenoise')) {
        return false;
      }
      set(sampler, sigmas.name, { kind: 'split', link: sigmas.link, steps: stepsOf(reader, settings) });
      return true;
    }
    case 'none':
      return false;
  }
}

function stepsOf(reader: GraphReader, nodes: readonly string[]): number | null {
  for (const id of nodes) {
    const node = reader.node(id);
    const steps = node && 'steps' in node.inputs ? widgetValue(reader.graph, node, 'steps') : null;
    if (typeof steps === 'number' && steps > 0) {
      return steps;
    }
  }
  return null;
}

function setDifferential(reader: GraphReader, { models }: Parts, set: Set): void {
  for (const { node, input } of models) {
    const link = reader.fed(node).find(({ name }) => name === input)?.link;
    const chain = link ? reader.behind([link], ({ type }) => type === 'MODEL') : [];
    if (link && !chain.some((id) => reader.classOf(id) === 'DifferentialDiffusion')) {
      set(node, input, { kind: 'differential', link });
    }
  }
}

/** Joins decoder and the nodes behind it that are kept, and says where the pixels come out. */
function setResult(reader: GraphReader, { decoder, samples, after }: Parts, set: Set): Pick<Plan, 'result'> {
  let result = samples;
  if (decoder !== null) {
    const input = reader.fedBy(decoder, 'LATENT')?.name;
    if (input !== undefined) {
      set(decoder, input, { kind: 'link', link: samples });
    }
    result = [decoder, 0];
  }
  for (const id of after.filter((one) => KEPT_AFTER.includes(reader.classOf(one)))) {
    const input = reader.fedBy(id, 'IMAGE')?.name;
    if (input !== undefined && decoder !== null) {
      set(id, input, { kind: 'link', link: result });
      result = [id, 0];
    }
  }
  return { result };
}

/** Models with separate parts mostly work on patches of 16 px; the node that made empty latents knows better. */
function stepOf(reader: GraphReader, { latent, vae }: Parts): number {
  const sources = reader.behind([latent.link], ({ type }) => type === 'LATENT');
  for (const id of sources) {
    const spec = reader.infos.get(reader.classOf(id))?.inputs.get('width');
    if (spec?.kind === 'int' && reader.outputTypes(id).includes('LATENT')) {
      return Math.min(64, Math.ceil(Math.max(spec.step, AREA_STEP) / AREA_STEP) * AREA_STEP);
    }
  }
  return /Checkpoint/.test(reader.classOf(vae[0])) ? AREA_STEP : 2 * AREA_STEP;
}

/** The links a node of the new graph needs from the old one. */
export function neededLinks(
  reader: GraphReader,
  plan: Plan,
  id: string,
): { input: string; link: NodeLink }[] {
  const inputs = plan.overrides.get(id);
  const own = reader.fed(id).filter(({ name }) => !inputs?.has(name));
  const links = own.map(({ name, link }) => ({ input: name, link }));
  for (const [input, override] of inputs ?? []) {
    if ('link' in override) {
      links.push({ input, link: override.link });
    }
    if (override.kind === 'latent') {
      links.push({ input, link: plan.parts.vae });
    }
  }
  return links.flatMap(({ input, link }) => {
    const standIn = plan.roles.standIns.get(outputKey(link));
    return standIn ? (standIn.kind === 'latent' ? [{ input, link: standIn.vae }] : []) : [{ input, link }];
  });
}

/** The nodes that the new graph takes over, or why it cannot. */
export function keptNodes(reader: GraphReader, plan: Plan): { kept: string[]; problem: Problem | null } {
  const kept = new Set([plan.result[0], ...(plan.decodeWith ? [plan.decodeWith[0]] : [])]);
  for (const id of kept) {
    for (const { input, link } of neededLinks(reader, plan, id)) {
      const node = reader.name(id);
      if (!reader.node(link[0])) {
        return { kept: [...kept], problem: { kind: 'dangling-link', node, input, to: link[0] } };
      }
      if (!reader.hasOutput(link)) {
        const from = reader.name(link[0]);
        return { kept: [...kept], problem: { kind: 'missing-output', node, input, from } };
      }
      kept.add(link[0]);
    }
  }
  const nodes = [...kept];
  const loop = findLoop(reader, plan, nodes);
  return { kept: nodes, problem: loop === null ? null : { kind: 'loop', node: reader.name(loop) } };
}

/** A node that needs itself; `null` when there is none. Takes away nodes that need nothing until none is left. */
function findLoop(reader: GraphReader, plan: Plan, nodes: readonly string[]): string | null {
  const needs = new Map(
    nodes.map((id) => [id, new Set(neededLinks(reader, plan, id).map(({ link }) => link[0]))]),
  );
  const neededBy = new Map<string, string[]>();
  for (const [id, others] of needs) {
    others.forEach((other) => neededBy.set(other, [...(neededBy.get(other) ?? []), id]));
  }
  const free = nodes.filter((id) => needs.get(id)?.size === 0);
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    needs.delete(id);
    for (const other of neededBy.get(id) ?? []) {
      const rest = needs.get(other);
      rest?.delete(id);
      if (rest?.size === 0) {
        free.push(other);
      }
    }
  }
  return needs.keys().next().value ?? null;
}
