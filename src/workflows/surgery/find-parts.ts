import type { ApiGraph, NodeLink } from '../../comfy/graph';
import { GraphReader } from './graph-reader';
import type { Note, Problem } from './problems';

/** How a sampler is told its strength. */
export type SamplerKind =
  /** By an input `denoise`. */
  | 'denoise'
  /** By the step it starts at. */
  | 'start'
  /** By the noise levels it is given. */
  | 'sigmas'
  /** Not at all. */
  | 'none';

/** An input of a node. */
export interface InputPlace {
  node: string;
  input: string;
}

/** What makes the saved picture, found by walking backwards from it. */
export interface Parts {
  saver: string;
  sampler: string;
  kind: SamplerKind;
  /** The output of the sampler that becomes the picture. */
  samples: NodeLink;
  /** The node that turns it into pixels; `null` when the sampler does so itself. */
  decoder: string | null;
  /** Nodes that the pixels pass before they are saved, the decoder's neighbour first. */
  after: string[];
  /** The VAE of the decoder, or else of the sampler. */
  vae: NodeLink;
  /** Inputs through which models enter the sampler or its guiders. */
  models: InputPlace[];
  /** What the sampler starts from. */
  latent: InputPlace & { link: NodeLink };
  /** Links to the conditioning of either side. */
  positive: NodeLink[];
  negative: NodeLink[];
  /** The sampler, then the nodes that hold its noise, guidance, method and noise levels, nearest first. */
  settings: string[];
}

/** The parts, or why there are none. */
export type PartsFound = { ok: true; parts: Parts; notes: Note[] } | { ok: false; problem: Problem };

/** Types that lead from a saved picture back to what was sampled. */
const PICTURES: readonly (string | null)[] = ['IMAGE', 'LATENT', null];

/** Types of the parts a sampler may be put together from. */
const SETTING_TYPES = ['NOISE', 'GUIDER', 'SAMPLER', 'SIGMAS'];

/**
 * Finds what makes a picture: by links alone, never by titles or the order of nodes.
 * @param output the node that saved it; `null` looks for the best.
 */
export function findParts(reader: GraphReader, output: string | null): PartsFound {
  if (Object.keys(reader.graph).length === 0) {
    return { ok: false, problem: { kind: 'empty' } };
  }
  if (output !== null && !reader.node(output)) {
    return { ok: false, problem: { kind: 'no-such-output', id: output } };
  }
  const savers = output === null ? findSavers(reader) : [output];
  const reached = savers.flatMap((saver) => reach(reader, saver) ?? []);
  const best = reached.toSorted((a, b) => rank(reader, b.saver) - rank(reader, a.saver))[0];
  if (!best) {
    return { ok: false, problem: whyNone(reader, savers) };
  }
  const rivals = reached.filter(
    (one) => rank(reader, one.saver) === rank(reader, best.saver) && one.sampler !== best.sampler,
  );
  // Of two that follow each other, the later one makes the picture that was wanted.
  const last = rivals.reduce(
    (chosen, one) => (reader.behind([[one.saver, 0]]).includes(chosen.sampler) ? one : chosen),
    best,
  );
  const notes: Note[] =
    rivals.length > 0
      ? [{ kind: 'guessed-output', saver: reader.name(last.saver), others: rivals.length }]
      : [];
  return assemble(reader, last, notes);
}

/** Nodes that save or show pictures. */
function findSavers(reader: GraphReader): string[] {
  return Object.keys(reader.graph).filter((id) => {
    const name = reader.classOf(id);
    const shows = reader.infos.get(name)?.isOutput ?? /^(Save|Preview)/.test(name);
    return shows && reader.fed(id).some(({ type }) => type === 'IMAGE');
  });
}

/** Files are wanted before previews, those before comparisons and others. */
function rank(reader: GraphReader, saver: string): number {
  const name = reader.classOf(saver);
  return /^Save/.test(name) ? 2 : /^Preview/.test(name) ? 1 : 0;
}

type Reached = Pick<Parts, 'saver' | 'sampler' | 'samples' | 'decoder' | 'after'>;

/** The nearest sampler behind a saver, and what lies between. */
function reach(reader: GraphReader, saver: string): Reached | null {
  const from = new Map<string, string | null>([[saver, null]]);
  for (const id of from.keys()) {
    for (const { link, type } of reader.fed(id)) {
      if (!PICTURES.includes(type) || !reader.node(link[0])) {
        continue;
      }
      if (isSampler(reader, link[0])) {
        return { saver, sampler: link[0], ...between(reader, from, id, link) };
      }
      if (!from.has(link[0])) {
        from.set(link[0], id);
      }
    }
  }
  return null;
}

function between(
  reader: GraphReader,
  from: ReadonlyMap<string, string | null>,
  last: string,
  samples: NodeLink,
): Pick<Parts, 'samples' | 'decoder' | 'after'> {
  const path: string[] = [];
  for (let at: string | null | undefined = last; at != null; at = from.get(at)) {
    path.push(at);
  }
  // The saver is the end of the path.
  path.pop();
  const decodes = path.findIndex(
    (id) =>
      reader.fedBy(id, 'LATENT') && reader.fedBy(id, 'VAE') && !reader.outputTypes(id).includes('LATENT'),
  );
  return {
    samples,
    decoder: path[decodes] ?? null,
    after: decodes < 0 ? path : path.slice(decodes + 1),
  };
}

const KNOWN_SAMPLERS = ['KSampler', 'KSamplerAdvanced', 'SamplerCustom', 'SamplerCustomAdvanced'];

/** Whether a node samples: it takes latents, and a model, guider or noise levels, and gives latents. */
export function isSampler(reader: GraphReader, id: string): boolean {
  const name = reader.classOf(id);
  if (KNOWN_SAMPLERS.includes(name)) {
    return true;
  }
  const takes = (type: string): boolean => reader.fedBy(id, type) !== undefined;
  // Core's AddNoise takes the same and only mixes.
  const drives = takes('GUIDER') || takes('CONDITIONING') || takes('SAMPLER');
  const gives = reader.infos.has(name) ? reader.outputTypes(id).includes('LATENT') : drives;
  return gives && drives && takes('LATENT') && (takes('MODEL') || takes('GUIDER') || takes('SIGMAS'));
}

function whyNone(reader: GraphReader, savers: readonly string[]): Problem {
  const [saver] = savers.toSorted((a, b) => rank(reader, b) - rank(reader, a));
  if (saver === undefined) {
    const other = Object.keys(reader.graph).find((id) => reader.infos.get(reader.classOf(id))?.isOutput);
    return { kind: 'no-picture', output: other === undefined ? null : reader.name(other) };
  }
  const partner = reader
    .behind([[saver, 0]])
    .find((id) => /^(partner|api node)\b/i.test(reader.infos.get(reader.classOf(id))?.category ?? ''));
  return partner === undefined
    ? { kind: 'no-sampler', saver: reader.name(saver) }
    : { kind: 'partner', node: reader.name(partner) };
}

function assemble(reader: GraphReader, reached: Reached, notes: Note[]): PartsFound {
  const { sampler, decoder } = reached;
  const vae = (decoder === null ? undefined : reader.fedBy(decoder, 'VAE')) ?? reader.fedBy(sampler, 'VAE');
  if (!vae) {
    return { ok: false, problem: { kind: 'no-vae', sampler: reader.name(sampler) } };
  }
  const settings = settingNodes(reader, sampler);
  const guiders = settings.filter(
    (id) => id === sampler || reader.outputTypes(id).includes('GUIDER') || /Guider/.test(reader.classOf(id)),
  );
  const models = guiders.flatMap((node) =>
    reader
      .fed(node)
      .filter(({ type }) => type === 'MODEL')
      .map(({ name }) => ({ node, input: name })),
  );
  if (models.length === 0) {
    return { ok: false, problem: { kind: 'no-model', sampler: reader.name(sampler) } };
  }
  const latent = reader.fedBy(sampler, 'LATENT');
  if (!latent) {
    return { ok: false, problem: { kind: 'no-latent', sampler: reader.name(sampler) } };
  }
  const conditioning = guiders.flatMap((id) =>
    reader.fed(id).filter(({ type, name }) => type === 'CONDITIONING' || /^(positive|negative)$/.test(name)),
  );
  // The second condition of two is what the first is weighed against, except where its output says otherwise.
  const isNegative = (name: string): boolean => /^(negative|uncond)|cond_?2/.test(name);
  const links = (negative: boolean): NodeLink[] =>
    conditioning.filter(({ name }) => isNegative(name) === negative).map(({ link }) => link);
  const parts: Parts = {
    ...reached,
    kind: kindOf(reader, sampler),
    vae: vae.link,
    models,
    latent: { node: sampler, input: latent.name, link: latent.link },
    positive: links(false),
    negative: links(true),
    settings,
  };
  return { ok: true, parts, notes };
}

function kindOf(reader: GraphReader, sampler: string): SamplerKind {
  const inputs = reader.node(sampler)?.inputs ?? {};
  if ('start_at_step' in inputs) {
    return 'start';
  }
  return reader.fedBy(sampler, 'SIGMAS') ? 'sigmas' : 'denoise' in inputs ? 'denoise' : 'none';
}

function settingNodes(reader: GraphReader, sampler: string): string[] {
  return reader.behind([[sampler, 0]], ({ type }) => type !== null && SETTING_TYPES.includes(type));
}

/** Whether a sampler made the picture, as far as can be said without knowing the server. */
export function canSample(graph: ApiGraph, output: string | null): boolean {
  return findParts(new GraphReader(graph, new Map()), output).ok;
}
