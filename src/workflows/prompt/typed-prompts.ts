import { type ExactInt, type ExactJson } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';
import { type Expanded, type ExpandOptions, expandRuns } from './expand';

/** A prompt that was sent otherwise than it was typed. */
export interface TypedPrompt {
  /** With its choices, lists and comments. */
  typed: string;
  /** What the graph has. */
  sent: string;
}

/** The texts of one run, and which of them differ from what was typed. */
export interface RunTexts {
  texts: Record<string, string>;
  prompts: TypedPrompt[];
  /** Lists that they name and nobody made. */
  missing: string[];
}

/** What prompts are expanded with, besides the dice. */
export type Expansion = Omit<ExpandOptions, 'dice'>;

/** What decides the throw for a text of a run. */
export function diceKey(seed: ExactInt | string, field: string, roll: number): string {
  return `${seed} ${field} ${roll}`;
}

/**
 * What each run of a batch sends of some texts.
 * @param typed the texts by the key of their field.
 * @param seeds one for each run.
 * @param roll how often somebody has thrown the dice anew.
 */
export function textsOfRuns(
  typed: Readonly<Record<string, string>>,
  seeds: readonly (ExactInt | string)[],
  roll: number,
  expansion: Expansion = {},
): RunTexts[] {
  const runs = seeds.map((): RunTexts => ({ texts: {}, prompts: [], missing: [] }));
  for (const [field, text] of Object.entries(typed)) {
    const keys = seeds.map((seed) => diceKey(seed, field, roll));
    expandRuns(text, keys, expansion).forEach(({ text: sent, missing }, at) => {
      const run = runs[at];
      if (run) {
        run.texts[field] = sent;
        run.prompts.push(...(sent === text ? [] : [{ typed: text, sent }]));
        run.missing.push(...missing);
      }
    });
  }
  return runs;
}

/** The graph with each prompt as it was typed, to start a form from. The given one is left as it is. */
export function withTyped(graph: ApiGraph, prompts: readonly TypedPrompt[]): ApiGraph {
  return withTexts(graph, new Map(prompts.map(({ typed, sent }) => [sent, typed])));
}

/** A graph, and what goes into its pictures beside it. */
interface Job {
  graph: ApiGraph;
  pngInfo: Record<string, ExactJson>;
}

/**
 * The job with its prompts drawn anew, in the graph and in its record. A prompt whose list is gone stays as it was
 * sent. The given job is left as it is.
 * @param key what decides the throw, such as the seed of the new run.
 */
export function withNewPrompts<J extends Job>(
  job: J,
  prompts: readonly TypedPrompt[],
  key: string,
  expansion: Expansion = {},
): J {
  const { darkroom } = job.pngInfo;
  if (prompts.length === 0 || typeof darkroom !== 'object' || darkroom === null || Array.isArray(darkroom)) {
    return job;
  }
  const drawn = prompts.map(({ typed, sent }, at): TypedPrompt & { before: string } => {
    const made: Expanded | undefined = expandRuns(typed, [diceKey(key, String(at), 0)], expansion)[0];
    return { typed, before: sent, sent: made && made.missing.length === 0 ? made.text : sent };
  });
  const record = drawn.map(({ typed, sent }) => ({ typed, sent }));
  return {
    ...job,
    graph: withTexts(job.graph, new Map(drawn.map(({ before, sent }) => [before, sent]))),
    pngInfo: { ...job.pngInfo, darkroom: { ...darkroom, prompts: record } },
  };
}

function withTexts(graph: ApiGraph, texts: ReadonlyMap<string, string>): ApiGraph {
  if (texts.size === 0) {
    return graph;
  }
  return Object.fromEntries(
    Object.entries(graph).map(([id, node]) => {
      const inputs = Object.entries(node.inputs).map(([name, value]) => {
        const other = typeof value === 'string' ? texts.get(value) : undefined;
        return [name, other ?? value] as const;
      });
      return [id, { ...node, inputs: Object.fromEntries(inputs) }];
    }),
  );
}
