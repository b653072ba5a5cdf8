import type { NodeLink } from '../../comfy/graph';
import type { Parts } from './find-parts';
import { isSampler } from './find-parts';
import type { FedInput, GraphReader } from './graph-reader';

/** What takes the place of an output of the old graph. */
export type StandIn =
  /** The cut-out area's pixels. */
  | { kind: 'pixels' }
  /** Where the model repaints. */
  | { kind: 'mask' }
  /** The cut-out area's pixels as latents of this VAE. */
  | { kind: 'latent'; vae: NodeLink };

/** An input whose picture is aligned with the one that was made: a depth map, a pose, edges. */
export interface AlignedPicture {
  node: string;
  input: string;
  link: NodeLink;
}

/** What becomes of the pictures that a graph reads. */
export interface PictureRoles {
  /** By node and output (`12:0`). */
  standIns: Map<string, StandIn>;
  /** Inputs that get pixels or mask directly, by node. */
  inputs: Map<string, Record<string, 'pixels' | 'mask'>>;
  /** Pictures that have to be cut like the picture itself. */
  aligned: AlignedPicture[];
  /** Whether the model works from the picture: an edit model rather than one that only starts from noise. */
  edits: boolean;
}

/**
 * Titles of nodes in graphs made here: the pixels of the area, and a map scaled to the whole picture. A graph that
 * is turned into another once more must not be cut out of what is cut out already.
 */
export const AREA_TITLE = 'Darkroom area';
export const MAP_TITLE = 'Darkroom map';

export function outputKey([id, slot]: NodeLink): string {
  return `${id}:${slot}`;
}

/** What carries pictures or their sizes. */
const CARRIES: readonly (string | null)[] = ['IMAGE', 'LATENT', 'MASK', 'INT', 'FLOAT', null];
const CONTROLS: readonly (string | null)[] = ['CONTROL_NET', 'MODEL_PATCH'];

/** Decides for every picture that the sampler gets to see whether it is the edited one, a map of it, or another. */
export function findPictureRoles(
  reader: GraphReader,
  parts: Parts,
  starts: readonly NodeLink[],
): PictureRoles {
  const finder = new SourceFinder(reader);
  const kept = reader.behind(starts);
  const roles: PictureRoles = { standIns: new Map(), inputs: new Map(), aligned: [], edits: false };
  const references = kept
    .filter((id) => conditions(reader, id) && !reader.fed(id).some(({ type }) => CONTROLS.includes(type)))
    .flatMap((id) => pictureInputs(reader, id));
  // The one that gives the size, or is what sampling starts from; else the first an edit model is shown.
  const first = finder.behind(parts.latent.link).find((link) => kept.includes(link[0]));
  // Chained references end with the last one, so the first is the farthest.
  const edited = first ?? references.toReversed().flatMap(({ link }) => finder.behind(link))[0];
  if (edited) {
    standIn(reader, parts, edited, roles);
    roles.edits = references.some(({ link }) =>
      finder.behind(link).some((source) => source[0] === edited[0]),
    );
  }
  for (const id of kept) {
    const fed = reader.fed(id);
    const images = fed.filter(({ type }) => type === 'IMAGE');
    const masks = fed.filter(({ type }) => type === 'MASK');
    const controls = fed.some(({ type }) => CONTROLS.includes(type));
    if (images.length === 0 || !(controls || conditions(reader, id))) {
      continue;
    }
    if (masks.length > 0 && images.some(({ name }) => /^(pixels|image)$/.test(name))) {
      const pixels = images.map(({ name }) => [name, 'pixels'] as const);
      const mask = masks.map(({ name }) => [name, 'mask'] as const);
      roles.inputs.set(id, Object.fromEntries([...pixels, ...mask]));
    } else if (controls) {
      const apart = images.filter(
        ({ link }) => !finder.behind(link).some((source) => edited && source[0] === edited[0]),
      );
      roles.aligned.push(
        ...apart.map(({ name, link }) => ({ node: id, input: name, link: wholeMap(reader, link) })),
      );
    }
  }
  return roles;
}

/** The map before it was cut for another area. */
function wholeMap(reader: GraphReader, link: NodeLink): NodeLink {
  const cut = reader
    .behind([link], ({ type }) => type === 'IMAGE')
    .find((id) => reader.node(id)?._meta?.title === MAP_TITLE);
  return (cut === undefined ? undefined : reader.fedBy(cut, 'IMAGE')?.link) ?? link;
}

function standIn(reader: GraphReader, parts: Parts, [id]: NodeLink, roles: PictureRoles): void {
  if (isSampler(reader, id)) {
    const decoder = Object.keys(reader.graph).find(
      (one) => reader.fedBy(one, 'LATENT')?.link[0] === id && reader.fedBy(one, 'VAE'),
    );
    const vae = (decoder === undefined ? undefined : reader.fedBy(decoder, 'VAE')?.link) ?? parts.vae;
    const outputs = reader.outputTypes(id);
    (outputs.length > 0 ? outputs : ['LATENT']).forEach((type, slot) => {
      if (type === 'LATENT') {
        roles.standIns.set(outputKey([id, slot]), { kind: 'latent', vae });
      }
    });
    return;
  }
  const outputs = reader.outputTypes(id);
  (outputs.length > 0 ? outputs : ['IMAGE']).forEach((type, slot) => {
    if (type === 'IMAGE' || type === 'MASK') {
      roles.standIns.set(outputKey([id, slot]), { kind: type === 'IMAGE' ? 'pixels' : 'mask' });
    }
  });
}

/** Whether a node shapes what the sampler is told, rather than a picture or a model. */
function conditions(reader: GraphReader, id: string): boolean {
  return reader.outputTypes(id).includes('CONDITIONING');
}

function pictureInputs(reader: GraphReader, id: string): FedInput[] {
  // Reversed like the chain of nodes itself, so that a node's first picture comes first in the end.
  return reader
    .fed(id)
    .filter(({ type }) => type === 'IMAGE' || type === 'LATENT')
    .toReversed();
}

/** Finds where pictures come from: files, services, or samplers that start from nothing. */
class SourceFinder {
  readonly #reader: GraphReader;
  readonly #known = new Map<string, NodeLink[]>();
  readonly #inventing = new Map<string, boolean>();

  constructor(reader: GraphReader) {
    this.#reader = reader;
  }

  /** The sources behind a link, nearest first. */
  behind(start: NodeLink): NodeLink[] {
    const key = outputKey(start);
    const known = this.#known.get(key);
    if (known) {
      return known;
    }
    const found: NodeLink[] = [];
    const seen = new Map<string, NodeLink>([[start[0], start]]);
    for (const [id, link] of seen) {
      if (this.#isSource(link)) {
        found.push(link);
        continue;
      }
      for (const { link: next, type } of this.#reader.fed(id)) {
        if (CARRIES.includes(type) && this.#reader.node(next[0]) && !seen.has(next[0])) {
          seen.set(next[0], next);
        }
      }
    }
    this.#known.set(key, found);
    return found;
  }

  #isSource([id]: NodeLink): boolean {
    const reader = this.#reader;
    if (isSampler(reader, id)) {
      return this.#invents(id);
    }
    if (reader.node(id)?._meta?.title === AREA_TITLE && reader.outputTypes(id).includes('IMAGE')) {
      return true;
    }
    const fed = reader.fed(id);
    const latent = fed.find(({ type }) => type === 'LATENT');
    if (latent && fed.some(({ type }) => type === 'VAE') && reader.outputTypes(id).includes('IMAGE')) {
      // A decoder: a picture of its own when it was made from nothing.
      return isSampler(reader, latent.link[0]) && this.#invents(latent.link[0]);
    }
    const gives = reader.infos.has(reader.classOf(id))
      ? reader.outputTypes(id).includes('IMAGE')
      : /^Load/.test(reader.classOf(id));
    const loads = gives && !fed.some(({ type }) => type === 'IMAGE' || type === 'LATENT' || type === 'MASK');
    return loads && reader.classOf(id) !== 'EmptyImage';
  }

  /** Whether a sampler starts from empty latents. */
  #invents(id: string): boolean {
    const known = this.#inventing.get(id);
    if (known !== undefined) {
      return known;
    }
    // In a circle of samplers none starts from nothing.
    this.#inventing.set(id, false);
    const latent = this.#reader.fedBy(id, 'LATENT');
    const invents = latent ? this.behind(latent.link).length === 0 : false;
    this.#inventing.set(id, invents);
    return invents;
  }
}
