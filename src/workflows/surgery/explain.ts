import type { ExactJson } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';
import type { NodeInfos } from '../recipe';
import { GraphReader } from './graph-reader';
import type { Parts } from './find-parts';
import type { NodeName, Note, Problem } from './problems';
import { type SameSetup, sameSetup, type SameSetupOptions } from './same-setup';

/** What a graph is made of, for people who read JSON. */
export interface Explanation {
  /** Node ids and titles by what they do; `null` where nothing was found. */
  parts: { [key: string]: ExactJson } | null;
  /** What can be changed, as it is in the graph. */
  settings: { [key: string]: ExactJson };
  /** Ids of the nodes that an inpainting graph takes over. */
  kept: string[];
  /** Why it cannot become an inpainting graph. */
  problems: Problem[];
  /** What had to be guessed. */
  notes: Note[];
}

/** Says what was found in a graph, and what stands in the way of inpainting with it. */
export function explainGraph(graph: ApiGraph, infos: NodeInfos, options: SameSetupOptions = {}): Explanation {
  const setup: SameSetup = sameSetup(graph, infos, options);
  const reader = new GraphReader(graph, infos);
  return {
    parts: setup.parts && describeParts(reader, setup.parts),
    settings: setup.ok
      ? Object.fromEntries(setup.settings.map(({ field }) => [field.key, field.preset]))
      : {},
    kept: setup.ok ? setup.kept : [],
    problems: setup.ok ? [] : setup.problems,
    notes: setup.ok ? setup.notes : [],
  };
}

function describeParts(reader: GraphReader, parts: Parts): { [key: string]: ExactJson } {
  const at = (id: string): { [key: string]: ExactJson } => {
    const { title }: NodeName = reader.name(id);
    return { node: id, class: reader.classOf(id), title };
  };
  const models = parts.models.flatMap(({ node, input }) =>
    reader.fed(node).filter(({ name }) => name === input),
  );
  return {
    saver: at(parts.saver),
    after: parts.after.map(at),
    decoder: parts.decoder === null ? null : at(parts.decoder),
    sampler: at(parts.sampler),
    strength: parts.kind,
    model: models.map(({ link }) => at(link[0])),
    vae: at(parts.vae[0]),
    latent: at(parts.latent.link[0]),
    positive: parts.positive.map(([id]) => at(id)),
    negative: parts.negative.map(([id]) => at(id)),
  };
}
