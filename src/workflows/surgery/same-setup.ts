import type { ApiGraph } from '../../comfy/graph';
import { AREA_NODES } from '../area-graph';
import { AREA_STEP } from '../inpaint-area';
import type { NodeInfos, Recipe } from '../recipe';
import { findParts, type Parts } from './find-parts';
import { GraphReader } from './graph-reader';
import { nearNames } from './near-names';
import { keptNodes, makePlan, type Override, type Plan } from './plan';
import type { Note, Problem } from './problems';
import { changesOf, findSettings, type Setting, strengthOf } from './settings';
import { transplant } from './transplant';

/** The id of the recipe made of the graph of a picture. */
export const SAME_SETUP = 'same-setup';

/** A graph as an inpainting recipe, or what stands in the way. */
export type SameSetup =
  | { ok: true; recipe: Recipe; parts: Parts; kept: string[]; settings: Setting[]; notes: Note[] }
  | { ok: false; problems: Problem[]; parts: Parts | null };

export interface SameSetupOptions {
  /** The node that saved the picture; by default the best of those that save one. */
  output?: string | null;
  /** Files to use instead of those the graph names. */
  files?: Readonly<Record<string, string>>;
  /** Without: the whole area is made anew, and only pasting keeps to the mask. For models that edit. */
  noiseMask?: boolean;
  /** A node that encodes picture and mask together stays: it leaves out what the mask covers. */
  ownEncoder?: boolean;
  /** Sides are sampled at multiples of this many px, where the graph asks for less. */
  step?: number;
}

/** What tells a file from a setting. */
const FILE_NAME = /\.[a-z]\w{1,11}$/i;

/** Classes that the inpainting graph adds, besides those for cutting out and pasting back. */
const ADDED = ['VAEEncode', 'SetLatentNoiseMask'];

/**
 * Makes an inpainting recipe of the graph that made a picture: what sampled it stays, what it started from
 * becomes the cut-out area. Never throws, whatever the graph is.
 */
export function sameSetup(graph: ApiGraph, infos: NodeInfos, options: SameSetupOptions = {}): SameSetup {
  const { output = null, files = {}, step = AREA_STEP } = options;
  const reader = new GraphReader(withFiles(graph, files), infos);
  const found = findParts(reader, output);
  if (!found.ok) {
    return { ok: false, problems: [found.problem], parts: null };
  }
  const { parts } = found;
  const plan = makePlan(reader, parts, options);
  if ('kind' in plan) {
    return { ok: false, problems: [plan], parts };
  }
  plan.step = Math.max(plan.step, step);
  const first = keptNodes(reader, plan);
  const { settings, notes } = findSettings(reader, plan, first.kept);
  useAlways(plan, settings);
  const { kept, problem } = keptNodes(reader, plan);
  const problems = [
    ...(problem ? [problem] : []),
    ...kept.flatMap((id) => missingHere(reader, plan, settings, id)),
  ];
  if (problems.length > 0) {
    return { ok: false, problems, parts };
  }
  const recipe = makeRecipe(reader, plan, kept, settings);
  return { ok: true, recipe, parts, kept, settings, notes: [...found.notes, ...plan.notes, ...notes] };
}

/** What is written in any case needs nothing of what it replaces. */
function useAlways(plan: Plan, settings: readonly Setting[]): void {
  const always = settings.filter((setting) => setting.always);
  for (const [node, inputs] of changesOf(always, {})) {
    const known = plan.overrides.get(node) ?? new Map<string, Override>();
    inputs.forEach((override, input) => known.set(input, override));
    plan.overrides.set(node, known);
  }
}

function makeRecipe(
  reader: GraphReader,
  plan: Plan,
  kept: readonly string[],
  settings: readonly Setting[],
): Recipe {
  const classes = kept.map((id) => reader.classOf(id));
  return {
    id: SAME_SETUP,
    title: 'recipes.sameSetup.title',
    about: 'surgery.about',
    needs: [...new Set([...AREA_NODES, ...ADDED, ...classes])],
    supports: { area: true, working: true, denoiseMask: true, compositeMask: true, extend: true },
    fields: () => settings.map(({ field }) => field),
    build: (input, values) =>
      transplant(reader, plan, input, changesOf(settings, values), strengthOf(values, settings)),
  };
}

/** What a kept node needs that this server lacks. */
function missingHere(reader: GraphReader, plan: Plan, settings: readonly Setting[], id: string): Problem[] {
  const className = reader.classOf(id);
  const node = reader.name(id);
  if (className === '') {
    return [{ kind: 'no-class', node }];
  }
  const info = reader.infos.get(className);
  if (!info) {
    return [{ kind: 'missing-class', node, className, near: nearNames(className, [...reader.infos.keys()]) }];
  }
  const inputs = reader.node(id)?.inputs ?? {};
  return [...info.inputs.values()].flatMap((spec): Problem[] => {
    const value = inputs[spec.name];
    const replaced = plan.overrides.get(id)?.has(spec.name);
    if (spec.kind !== 'combo' || typeof value !== 'string' || replaced || spec.options.includes(value)) {
      return [];
    }
    // Lists from elsewhere are not in object_info. Files in subfolders and other folders are not listed, but read.
    if (spec.remote || (spec.upload && /[\\/[]/.test(value))) {
      return [];
    }
    const near = nearNames(value, spec.options);
    return [
      FILE_NAME.test(value)
        ? { kind: 'missing-file', node, input: spec.name, file: value, near }
        : { kind: 'missing-choice', node, input: spec.name, value, near },
    ];
  });
}

/** The graph with other files in place of some. */
function withFiles(graph: ApiGraph, files: Readonly<Record<string, string>>): ApiGraph {
  if (Object.keys(files).length === 0) {
    return graph;
  }
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => {
      const inputs = Object.entries(node.inputs).map(([name, value]) => {
        const other = typeof value === 'string' && Object.hasOwn(files, value) ? files[value] : undefined;
        return [name, other ?? value] as const;
      });
      return [id, { ...node, inputs: Object.fromEntries(inputs) }];
    }),
  );
}
