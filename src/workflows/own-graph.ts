import { type ApiGraph, type ApiInput, type ApiNode, isLink, type NodeLink } from '../comfy/graph';
import { randomSeed, seedPlaces } from '../comfy/graph-seeds';
import type { InputSpec } from '../comfy/object-info';
import { AREA_NODES, cutOut, pasteBack } from './area-graph';
import { GraphBuilder } from './graph-builder';
import { ownRecipeId } from './recipe-title';
import type { FieldValue, NodeInfos, PixelSize, Recipe, RecipeField } from './recipe';
import { GraphReader } from './surgery/graph-reader';
import { nearNames } from './surgery/near-names';
import { type NodeName, type Problem, problemSentence, type Sentence } from './surgery/problems';

/** A graph that somebody saved, in the API format. */
export interface SavedGraph {
  /** What it is called; no other has the same. */
  name: string;
  graph: ApiGraph;
}

/** Why a graph cannot be applied to the masked part of a picture. */
export type OwnProblem = Problem | { kind: 'no-input'; saver: NodeName };

/** A graph as a recipe, or what stands in the way. */
export type OwnGraph = { ok: true; recipe: Recipe } | { ok: false; problem: OwnProblem };

/** Prompts beyond these are rarely what anybody changes for one picture. */
const MOST_TEXTS = 4;
const LARGEST_SEED = 2n ** 64n - 1n;
/** What people call the picture that is worked on, where a graph loads several. */
const MAIN_TITLE = /^(input|source|original|main|base|原图|输入)/i;

/** What is missing and what to do about it. */
export function ownProblemSentence(problem: OwnProblem): Sentence {
  return problem.kind === 'no-input'
    ? { key: 'edits.own.noInput', values: { node: problem.saver.title } }
    : problemSentence(problem);
}

/**
 * Makes a recipe of any graph that turns one picture into another: the picture it loads becomes the cut-out part,
 * the mask it loads ours, and what it saves is put back inside the mask. Never throws, whatever the graph is.
 */
export function ownGraph({ name, graph }: SavedGraph, infos: NodeInfos): OwnGraph {
  const reader = new GraphReader(withInputs(graph), infos);
  if (Object.keys(graph).length === 0) {
    return { ok: false, problem: { kind: 'empty' } };
  }
  const savers = findSavers(reader);
  const best = savers.find(({ loaders }) => loaders.length > 0);
  const saver = best ?? savers[0];
  if (!saver) {
    return { ok: false, problem: { kind: 'no-picture', output: null } };
  }
  const walk = walkBack(reader, saver.image);
  if (walk.problem) {
    return { ok: false, problem: walk.problem };
  }
  return best
    ? { ok: true, recipe: makeRecipe(name, reader, best, walk.kept) }
    : { ok: false, problem: { kind: 'no-input', saver: reader.name(saver.id) } };
}

/** Graphs come from files, in which nodes can lack what every node has. */
function withInputs(graph: ApiGraph): ApiGraph {
  const nodes = Object.entries(graph as Record<string, Partial<ApiNode> | null>);
  return Object.fromEntries(
    nodes.map(([id, node]) => [
      id,
      { ...node, class_type: node?.class_type ?? '', inputs: node?.inputs ?? {} },
    ]),
  );
}

interface Saver {
  id: string;
  /** What it saves. */
  image: NodeLink;
  /** Nodes that load a picture for it, the one that is most likely meant first. */
  loaders: string[];
}

/** Nodes that save or show pictures, those that save first; the last of equals, which had the most done to it. */
function findSavers(reader: GraphReader): Saver[] {
  const rank = (id: string): number => {
    const name = reader.classOf(id);
    return /^SaveImage/.test(name) ? 2 : /preview/i.test(name) ? 0 : 1;
  };
  return Object.keys(reader.graph)
    .filter((id) => /^SaveImage|^PreviewImage$/.test(reader.classOf(id)) || savesOtherwise(reader, id))
    .toReversed()
    .toSorted((a, b) => rank(b) - rank(a))
    .flatMap((id) => {
      const image = Object.values(reader.node(id)?.inputs ?? {}).find(
        (input): input is NodeLink => isLink(input) && (reader.outputType(input) ?? 'IMAGE') === 'IMAGE',
      );
      return image ? [{ id, image, loaders: findLoaders(reader, image) }] : [];
    });
}

function savesOtherwise(reader: GraphReader, id: string): boolean {
  const info = reader.infos.get(reader.classOf(id));
  return info?.isOutput === true && reader.fedBy(id, 'IMAGE') !== undefined;
}

function findLoaders(reader: GraphReader, image: NodeLink): string[] {
  const kept = reader.behind([image]);
  const masks = new Set(kept.flatMap((id) => reader.fed(id).map(({ link }) => link.join())));
  const rank = (id: string): number =>
    (masks.has(`${id},1`) ? 2 : 0) + (MAIN_TITLE.test(reader.name(id).title) ? 1 : 0);
  return Object.keys(reader.graph)
    .filter((id) => kept.includes(id) && loads(reader, id, 'IMAGE'))
    .toSorted((a, b) => rank(b) - rank(a));
}

/** Whether a node loads a file of the server that people put there. */
function loads(reader: GraphReader, id: string, type: 'IMAGE' | 'MASK'): boolean {
  const info = reader.infos.get(reader.classOf(id));
  const uploads =
    /^LoadImage/.test(reader.classOf(id)) ||
    [...(info?.inputs.values() ?? [])].some((spec) => spec.kind === 'combo' && spec.upload === 'image');
  return uploads && info?.outputs[0]?.type === type;
}

/** Every node that a picture needs, inputs before what they feed, as far as all of them can run here. */
function walkBack(reader: GraphReader, start: NodeLink): { kept: string[]; problem: OwnProblem | null } {
  const kept: string[] = [];
  const done = new Map<string, 'open' | 'done'>();
  const visit = ([id]: NodeLink): OwnProblem | null => {
    const state = done.get(id);
    if (state) {
      return state === 'open' ? { kind: 'loop', node: reader.name(id) } : null;
    }
    const className = reader.classOf(id);
    if (className === '') {
      return { kind: 'no-class', node: reader.name(id) };
    }
    if (!reader.infos.has(className)) {
      const near = nearNames(className, [...reader.infos.keys()]);
      return { kind: 'missing-class', node: reader.name(id), className, near };
    }
    done.set(id, 'open');
    for (const [input, value] of Object.entries(reader.node(id)?.inputs ?? {})) {
      if (!isLink(value)) {
        continue;
      }
      const problem: OwnProblem | null = reader.node(value[0])
        ? visit(value)
        : { kind: 'dangling-link', node: reader.name(id), input, to: value[0] };
      if (problem) {
        return problem;
      }
    }
    done.set(id, 'done');
    kept.push(id);
    return null;
  };
  return { kept, problem: visit(start) };
}

/** A setting of the graph that the form shows. */
interface OwnField {
  field: RecipeField;
  node: string;
  input: string;
}

function makeRecipe(name: string, reader: GraphReader, saver: Saver, kept: readonly string[]): Recipe {
  const settings = findSettings(reader, kept);
  return {
    id: ownRecipeId(name),
    title: { text: name },
    about: 'edits.own.about',
    needs: [...new Set([...AREA_NODES, ...kept.map((id) => reader.classOf(id))])],
    supports: { area: true, working: true, denoiseMask: true, compositeMask: true, extend: true },
    fields: () => [...whichPicture(reader, saver), ...settings.map(({ field }) => field)],
    build(input, values) {
      const builder = new GraphBuilder();
      const cut = cutOut(builder, input);
      const working = input.working ?? cut.area;
      const pixels = builder.scale(cut.pixels, cut.area, working, 'lanczos');
      const mask = scaleMask(builder, cut.denoise, cut.area, working);
      const wanted = values[PICTURE];
      const source = saver.loaders.find((id) => id === wanted) ?? saver.loaders[0] ?? '';
      const changed = new Map(
        settings.map(({ field, node, input: at }) => [`${node} ${at}`, values[field.key]]),
      );
      const standIn = standIns(reader, source, kept, pixels, mask);
      const made = new Map<string, string>();
      const copied = (link: NodeLink): NodeLink => standIn(link) ?? [made.get(link[0]) ?? link[0], link[1]];
      for (const id of kept) {
        const inputs = Object.entries(reader.node(id)?.inputs ?? {}).map(
          ([at, value]): [string, ApiInput] => [
            at,
            isLink(value) ? copied(value) : (changed.get(`${id} ${at}`) ?? value),
          ],
        );
        // What only loads the picture or the mask has no place any more.
        if (!standIn([id, 0])) {
          made.set(id, builder.add(reader.classOf(id), Object.fromEntries(inputs))[0]);
        }
      }
      const { width, height } = cut.area;
      // Only the graph knows what size it makes.
      const result = builder.add('ImageScale', {
        image: copied(saver.image),
        upscale_method: 'lanczos',
        width,
        height,
        crop: 'disabled',
      });
      builder.add('SaveImage', { images: pasteBack(builder, cut, result), filename_prefix: 'Darkroom/own' });
      return builder.graph;
    },
  };
}

const PICTURE = 'own.picture';

/** Which of several pictures is the one that is worked on. */
function whichPicture(reader: GraphReader, { loaders }: Saver): RecipeField[] {
  const options = loaders.map((id) => ({ value: id, label: { text: `${reader.name(id).title} (${id})` } }));
  return loaders.length > 1
    ? [{ kind: 'choice', key: PICTURE, label: 'edits.own.picture', options, preset: loaders[0] ?? '' }]
    : [];
}

/** What takes the place of an output of the saved graph: picture or mask of the part; `null` for all others. */
function standIns(
  reader: GraphReader,
  source: string,
  kept: readonly string[],
  pixels: NodeLink,
  mask: NodeLink,
): (link: NodeLink) => NodeLink | null {
  const file = reader.node(source)?.inputs['image'];
  const own = kept.some((id) =>
    Object.values(reader.node(id)?.inputs ?? {}).some(
      (value) => isLink(value) && value[0] === source && value[1] === 1,
    ),
  );
  // A graph that takes the mask from the picture's own file may still load others, for other things.
  const masks = new Set(
    kept.filter((id) => loads(reader, id, 'MASK') && (!own || reader.node(id)?.inputs['image'] === file)),
  );
  return ([id, slot]) => {
    if (id === source) {
      return slot === 1 ? mask : pixels;
    }
    return masks.has(id) ? mask : null;
  };
}

function scaleMask(builder: GraphBuilder, mask: NodeLink, from: PixelSize, to: PixelSize): NodeLink {
  if (from.width === to.width && from.height === to.height) {
    return mask;
  }
  const image = builder.scale(builder.add('MaskToImage', { mask }), from, to, 'bilinear');
  return builder.add('ImageToMask', { image, channel: 'red' });
}

/** Prompts, strength and seed, with what the graph was saved with. */
function findSettings(reader: GraphReader, kept: readonly string[]): OwnField[] {
  const found: OwnField[] = [];
  const written = kept.flatMap((node) =>
    [...(reader.infos.get(reader.classOf(node))?.inputs.values() ?? [])].flatMap((spec) => {
      const value = reader.node(node)?.inputs[spec.name];
      return value === undefined || isLink(value) ? [] : [{ node, spec, value: value as FieldValue }];
    }),
  );
  const texts = written.filter(({ spec, value }) => isProse(spec) && typeof value === 'string');
  for (const { node, spec, value } of texts.slice(0, MOST_TEXTS)) {
    const key = `text.${node}.${spec.name}`;
    const label = { text: reader.name(node).title };
    const field = { kind: 'text', key, label, rows: 3, preset: String(value) } as const;
    found.push({ node, input: spec.name, field });
  }
  const strength = written.find(
    ({ spec, value }) => spec.kind === 'float' && spec.name === 'denoise' && typeof value === 'number',
  );
  if (strength) {
    const field = {
      kind: 'number',
      key: 'denoise',
      label: 'recipes.field.denoise',
      min: 0,
      max: 1,
      step: 0.01,
      preset: Number(strength.value),
    } as const;
    found.push({ node: strength.node, input: strength.spec.name, field });
  }
  const graph = Object.fromEntries(Object.entries(reader.graph).filter(([id]) => kept.includes(id)));
  const [seed] = seedPlaces(graph);
  if (seed) {
    const spec = reader.infos.get(seed.usedBy.className)?.inputs.get(seed.usedBy.input);
    const max = (spec?.kind === 'int' && spec.max) || LARGEST_SEED;
    const field = {
      kind: 'seed',
      key: 'seed',
      label: 'recipes.field.seed',
      max,
      preset: randomSeed(),
    } as const;
    found.push({ node: seed.nodeId, input: seed.input, field });
  }
  return found;
}

function isProse(spec: InputSpec): boolean {
  return spec.kind === 'string' && spec.multiline;
}
