import type { ExactJson } from '../../comfy/exact-json';
import type { ApiGraph } from '../../comfy/graph';
import { seedPlaces } from '../../comfy/graph-seeds';
import { PromptRounds } from './expand';
import { diceKey, type Expansion, type TypedPrompt } from './typed-prompts';

/** An input of a graph that holds a prompt. */
export interface PromptPlace {
  node: string;
  input: string;
}

/** A graph, and what goes into its pictures beside it. */
interface Job {
  graph: ApiGraph;
  pngInfo: Record<string, ExactJson>;
}

/** The name by which a place has dice of its own. */
export function placeName({ node, input }: PromptPlace): string {
  return `${node} ${input}`;
}

/** Expands the prompts of any graph that is run several times. */
export class GraphPrompts {
  readonly #places: readonly PromptPlace[];
  readonly #rounds: readonly PromptRounds[];
  readonly #expansion: Expansion;
  readonly #roll: number;

  /** @param book lists as they are now, and how often the dice were thrown anew. */
  constructor(
    places: readonly PromptPlace[],
    book: { readonly expansion: Expansion; readonly roll: number },
  ) {
    this.#places = places;
    this.#rounds = places.map(() => new PromptRounds());
    this.#expansion = book.expansion;
    this.#roll = book.roll;
  }

  /**
   * The job as it is sent, with what was typed in its record; the given one is left as it is.
   * @param index of the run. It decides the throw where the graph has no seed.
   */
  next<J extends Job>(job: J, index: number): J {
    const seed = seedPlaces(job.graph)[0]?.value ?? (index === 0 ? '' : String(index));
    const graph = { ...job.graph };
    const prompts: TypedPrompt[] = [];
    this.#places.forEach((place, at) => {
      const node = graph[place.node];
      const typed = node?.inputs[place.input];
      if (node && typeof typed === 'string') {
        const key = diceKey(seed, placeName(place), this.#roll);
        const sent = this.#rounds[at]?.next(typed, key, this.#expansion).text ?? typed;
        if (sent !== typed) {
          prompts.push({ typed, sent });
          graph[place.node] = { ...node, inputs: { ...node.inputs, [place.input]: sent } };
        }
      }
    });
    return { ...job, graph, pngInfo: withPrompts(job.pngInfo, prompts) };
  }
}

/** What belongs to the run this one was made of is no longer true of it. */
function withPrompts(pngInfo: Job['pngInfo'], prompts: readonly TypedPrompt[]): Job['pngInfo'] {
  const { darkroom, ...others } = pngInfo;
  const known =
    typeof darkroom === 'object' && darkroom !== null && !Array.isArray(darkroom) ? darkroom : null;
  if (prompts.length === 0 && !(known && 'prompts' in known)) {
    return pngInfo;
  }
  const { prompts: _, ...rest } = known ?? { recipe: '' };
  const record = prompts.length > 0 ? { ...rest, prompts: prompts.map((prompt) => ({ ...prompt })) } : rest;
  return { ...others, darkroom: record };
}
