import { type ExactInt, parseExactInt } from '../../comfy/exact-json';
import { type ApiInput, isLink } from '../../comfy/graph';
import {
  chosenInput,
  isSwitch,
  settle,
  type TextSide,
  textPlaces,
  wholeText,
  widgetValue,
} from '../../comfy/graph-walk';
import type { InputSpec } from '../../comfy/object-info';
import { type FieldValue, type RecipeField, type RecipeValues } from '../recipe';
import { displayName } from '../recipe-data';
import type { Wording } from '../wording';
import type { GraphReader } from './graph-reader';
import { nearNames } from './near-names';
import type { Override, Overrides, Plan } from './plan';
import type { Note } from './problems';

/** A field of the form, and the inputs of the graph that it stands for. */
export interface Setting {
  field: RecipeField;
  places: { node: string; input: string; row?: Record<string, ApiInput> }[];
  /** Written even when it is as in the graph, because what the graph has cannot be used here. */
  always: boolean;
}

/** Everything in a graph that a form can change. */
export interface Settings {
  settings: Setting[];
  notes: Note[];
}

/** Nodes a text is followed through. */
const MAX_HOPS = 8;
const LARGEST_SEED = 2n ** 64n - 1n;
const MODEL_NAMES = ['ckpt_name', 'unet_name', 'model_name', 'gguf_name', 'diffusion_model_name'];
const CFG_NAMES = ['cfg', 'cfg_conds', 'cfg_cond2_negative'];
const SEED_NAMES = ['seed', 'noise_seed'];

/** Reads what can be changed out of the nodes that are kept. */
export function findSettings(reader: GraphReader, plan: Plan, kept: readonly string[]): Settings {
  const made = new SettingsFinder(reader, plan, kept);
  return { settings: made.all(), notes: made.notes };
}

/** The inputs that a form's values change, by node. */
export function changesOf(settings: readonly Setting[], values: RecipeValues): Overrides {
  const changes: Overrides = new Map();
  for (const { field, places, always } of settings) {
    const value = values[field.key] ?? field.preset;
    if (!always && value === field.preset) {
      continue;
    }
    for (const { node, input, row } of places) {
      const inputs = changes.get(node) ?? new Map<string, Override>();
      const written = row ? { ...row, strength: value } : value;
      changes.set(node, inputs.set(input, { kind: 'value', value: written }));
    }
  }
  return changes;
}

class SettingsFinder {
  readonly notes: Note[] = [];
  readonly #reader: GraphReader;
  readonly #plan: Plan;
  readonly #kept: readonly string[];

  constructor(reader: GraphReader, plan: Plan, kept: readonly string[]) {
    this.#reader = reader;
    this.#plan = plan;
    this.#kept = kept;
  }

  all(): Setting[] {
    const { settings } = this.#plan.parts;
    const positive = this.#texts('positive', []);
    const taken = positive.flatMap(({ places }) => places.map(({ node, input }) => `${node} ${input}`));
    return [
      ...positive,
      ...this.#texts('negative', taken),
      ...this.#models(),
      ...this.#loras(),
      ...this.#strength(),
      ...this.#numbers('steps', 'recipes.field.steps', ['steps'], settings, 1),
      ...this.#numbers('cfg', 'recipes.field.cfg', CFG_NAMES, settings),
      ...this.#choices('sampler_name', 'recipes.field.sampler', settings),
      ...this.#choices('scheduler', 'recipes.field.scheduler', settings),
      ...this.#numbers('guidance', 'surgery.field.guidance', ['guidance'], this.#kept),
      ...this.#seed(),
    ];
  }

  #value(id: string, input: string): unknown {
    const node = this.#reader.node(id);
    return node ? widgetValue(this.#reader.graph, node, input) : undefined;
  }

  #spec(id: string, input: string): InputSpec | undefined {
    return this.#reader.infos.get(this.#reader.classOf(id))?.inputs.get(input);
  }

  /** A field for every different text of a side; encoders that say the same share one. */
  #texts(side: TextSide, taken: readonly string[]): Setting[] {
    const { graph } = this.#reader;
    const places = this.#plan.parts[side].flatMap((link) =>
      textPlaces(graph, link, side, {
        leads: (node, name, to) => this.#leadsToText(node.inputs[name], to),
        sideOf: (node, index) => this.#sideOf(node.class_type, index),
      }),
    );
    const inputs = places.flatMap(({ node, inputs: names }) => names.map((input) => ({ node, input })));
    const byText = new Map<string, Setting>();
    for (const place of inputs) {
      const key = `${place.node} ${place.input}`;
      if (taken.includes(key) || !this.#kept.includes(place.node)) {
        continue;
      }
      const { text, lost } = this.#text(place.node, place.input);
      const known = byText.get(`${lost} ${text}`);
      if (known?.places.some(({ node, input }) => node === place.node && input === place.input)) {
        continue;
      }
      const setting = known ?? textSetting(side, byText.size, place.input, text, lost);
      setting.places.push(place);
      byText.set(`${lost} ${text}`, setting);
    }
    return [...byText.values()];
  }

  #leadsToText(value: ApiInput | undefined, to: unknown): boolean {
    if (!isLink(value)) {
      return false;
    }
    const type = this.#reader.outputType(settle(this.#reader.graph, value));
    return to !== undefined && (type === null || type === 'CONDITIONING' || type === 'GUIDER');
  }

  #sideOf(className: string, index: number): TextSide | null {
    const name = this.#reader.infos.get(className)?.outputs[index]?.name.toLowerCase();
    return name === 'positive' || name === 'negative' ? name : null;
  }

  /** What a text input says; `lost` where a node that makes it does not exist here. */
  #text(id: string, input: string): { text: string; lost: boolean } {
    const value = this.#reader.node(id)?.inputs[input];
    if (!isLink(value)) {
      return { text: typeof value === 'string' ? value : '', lost: false };
    }
    const makers = this.#reader.behind([settle(this.#reader.graph, value)]);
    const lost = makers.some((one) => !this.#reader.infos.has(this.#reader.classOf(one)));
    const node = this.#reader.node(id);
    const whole = node ? wholeText(this.#reader.graph, node, input) : null;
    if (whole !== null && !lost) {
      return { text: whole, lost };
    }
    this.#note({ kind: 'text-at-run-time', node: this.#reader.name(id) });
    const known = this.#value(id, input);
    const guess = this.#written(value[0], 0) || (typeof known === 'string' ? known : '');
    return { text: guess, lost };
  }

  /** The text that a person wrote and a language model goes on with, where a switch could do without the model. */
  #written(id: string, hops: number): string {
    const node = this.#reader.node(id);
    if (!node || hops > MAX_HOPS) {
      return '';
    }
    const chosen = isSwitch(node) ? chosenInput(this.#reader.graph, node) : null;
    const names = isSwitch(node)
      ? ['on_false', 'on_true'].sort((a, b) => Number(b === chosen) - Number(a === chosen))
      : ['value', 'text', 'string', 'source'];
    for (const name of names.filter((one) => one in node.inputs)) {
      const input = node.inputs[name];
      const whole = wholeText(this.#reader.graph, node, name);
      const text = whole ?? (isLink(input) ? this.#written(input[0], hops + 1) : '');
      if (text !== '') {
        return text;
      }
    }
    return '';
  }

  #note(note: Note): void {
    if (!this.notes.some((known) => JSON.stringify(known) === JSON.stringify(note))) {
      this.notes.push(note);
    }
  }

  /** The model's own file; text encoders and VAE belong to it. */
  #models(): Setting[] {
    const { models } = this.#plan.parts;
    const links = models.flatMap(({ node, input }) =>
      this.#reader.fed(node).filter(({ name }) => name === input),
    );
    const chain = this.#reader.behind(
      links.map(({ link }) => link),
      ({ type }) => type === 'MODEL',
    );
    const found = chain.flatMap((node) =>
      MODEL_NAMES.filter((input) => this.#spec(node, input)?.kind === 'combo').map((input) => ({
        node,
        input,
      })),
    );
    return found
      .filter(({ node }) => this.#kept.includes(node))
      .flatMap(({ node, input }, index) =>
        this.#choice(
          index === 0 ? 'model' : `model.${node}`,
          'surgery.field.model',
          [{ node, input }],
          false,
        ),
      );
  }

  #loras(): Setting[] {
    return this.#kept.flatMap((node) => {
      const inputs = this.#reader.node(node)?.inputs ?? {};
      const name = this.#value(node, 'lora_name');
      const rows = Object.entries(inputs).flatMap(([input, row]) =>
        /^lora_\d+$/.test(input) && isRow(row) && row['on'] === true && typeof row['lora'] === 'string'
          ? [loraSetting(`${node}.${input}`, row['lora'], Number(row['strength']), [{ node, input, row }])]
          : [],
      );
      if (typeof name !== 'string' || name === 'None') {
        return rows;
      }
      const strength = this.#value(node, 'strength_model');
      // Loaders for both keep model and text encoder apart only where somebody set them apart.
      const both = ['strength_model', 'strength_clip'].filter(
        (input) => this.#value(node, input) === strength,
      );
      const places = both.map((input) => ({ node, input }));
      return typeof strength === 'number' ? [...rows, loraSetting(node, name, strength, places)] : rows;
    });
  }

  #strength(): Setting[] {
    const { plan, sampler } = { plan: this.#plan, sampler: this.#plan.parts.sampler };
    if (!plan.adjustable) {
      return [];
    }
    const own = this.#value(sampler, 'denoise');
    const scheduled = plan.parts.settings
      .map((id) => this.#value(id, 'denoise'))
      .find((value) => typeof value === 'number');
    const set = typeof own === 'number' ? own : scheduled;
    // A graph that starts from nothing has 1, which would leave nothing of the picture.
    const preset = typeof set === 'number' && set > 0 && set < 1 ? set : plan.roles.edits ? 1 : 0.75;
    const field: RecipeField = {
      kind: 'number',
      key: 'denoise',
      label: 'recipes.field.denoise',
      min: 0,
      max: 1,
      step: 0.01,
      preset,
    };
    return [{ field, places: [], always: false }];
  }

  #numbers(
    key: string,
    label: Wording,
    names: readonly string[],
    nodes: readonly string[],
    least = 0,
  ): Setting[] {
    const found = nodes.flatMap((node) => {
      const inputs = names.filter((input) => typeof this.#value(node, input) === 'number');
      return inputs.map((input) => ({ node, input, preset: this.#value(node, input) as number }));
    });
    const own = found.filter(({ node }) => this.#kept.includes(node));
    const groups = new Map<string, typeof own>();
    for (const one of own) {
      const like = `${one.input} ${one.preset}`;
      groups.set(like, [...(groups.get(like) ?? []), one]);
    }
    return [...groups.values()].map((places, index) => {
      const [{ node, input, preset }] = places as [(typeof places)[number]];
      const spec = this.#spec(node, input);
      const bounds = spec?.kind === 'int' || spec?.kind === 'float' ? spec : null;
      const usual = key === 'steps' ? 150 : key === 'cfg' ? 30 : 100;
      const field: RecipeField = {
        kind: 'number',
        key: index === 0 ? key : `${key}.${node}.${input}`,
        label: index === 0 ? label : { text: input },
        min: Math.min(preset, Math.max(least, Number(bounds?.min ?? least))),
        max: Math.max(preset, Math.min(usual, Number(bounds?.max ?? usual))),
        step: key === 'steps' ? 1 : bounds?.step || 0.1,
        preset,
      };
      return {
        field,
        places: places.map(({ node: id, input: name }) => ({ node: id, input: name })),
        always: false,
      };
    });
  }

  #choices(input: string, label: Wording, nodes: readonly string[]): Setting[] {
    const places = nodes.filter((id) => this.#kept.includes(id) && this.#spec(id, input)?.kind === 'combo');
    const [first] = places;
    return first === undefined ? [] : this.#choice(input, label, [{ node: first, input }], true);
  }

  /** @param similar take the most similar one where the server does not have it. */
  #choice(key: string, label: Wording, places: Setting['places'], similar: boolean): Setting[] {
    const [{ node, input }] = places as [Setting['places'][number]];
    const wanted = this.#value(node, input);
    const spec = this.#spec(node, input);
    if (typeof wanted !== 'string' || spec?.kind !== 'combo' || spec.options.length === 0) {
      return [];
    }
    if (!similar && !spec.options.includes(wanted)) {
      return [];
    }
    const used = spec.options.includes(wanted)
      ? wanted
      : (nearNames(wanted, spec.options, 1)[0] ?? spec.options[0] ?? '');
    if (used !== wanted) {
      this.#note({ kind: 'replaced-choice', node: this.#reader.name(node), input, wanted, used });
    }
    const field: RecipeField = {
      kind: 'choice',
      key,
      label,
      options: spec.options.map((value) => ({ value, label: { text: displayName(value) } })),
      preset: used,
    };
    return [{ field, places, always: used !== wanted }];
  }

  #seed(): Setting[] {
    const places = this.#plan.parts.settings.flatMap((node) =>
      SEED_NAMES.filter((input) => input in (this.#reader.node(node)?.inputs ?? {})).map((input) => ({
        node,
        input,
      })),
    );
    const [first] = places;
    if (!first) {
      return [];
    }
    const spec = this.#spec(first.node, first.input);
    const seed = asSeed(this.#value(first.node, first.input));
    const field: RecipeField = {
      kind: 'seed',
      key: 'seed',
      label: 'recipes.field.seed',
      max: (spec?.kind === 'int' ? spec.max : null) ?? LARGEST_SEED,
      preset: seed ?? 0,
    };
    return [{ field, places, always: seed === null }];
  }
}

function textSetting(side: TextSide, index: number, input: string, text: string, always: boolean): Setting {
  const [key, label, rows]: [string, Wording, number] =
    side === 'positive' ? ['prompt', 'recipes.field.prompt', 4] : ['negative', 'recipes.field.negative', 2];
  return {
    field: {
      kind: 'text',
      key: index === 0 ? key : `${key}.${index + 1}`,
      // A second text has the name of the encoder's input, which tells it from the first.
      label: index === 0 ? label : { text: `${index + 1}: ${input}` },
      rows,
      preset: text,
    },
    places: [],
    always,
  };
}

function loraSetting(key: string, name: string, strength: number, places: Setting['places']): Setting {
  const preset = Number.isFinite(strength) ? strength : 1;
  const field: RecipeField = {
    kind: 'number',
    key: `lora.${key}`,
    label: { text: `LoRA ${displayName(name)}` },
    min: Math.min(-2, preset),
    max: Math.max(2, preset),
    step: 0.05,
    preset,
  };
  return { field, places, always: false };
}

function isRow(value: unknown): value is Record<string, ApiInput> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asSeed(value: unknown): ExactInt | null {
  const seed = typeof value === 'string' ? parseExactInt(value) : value;
  return (typeof seed === 'number' && Number.isInteger(seed)) || typeof seed === 'bigint' ? seed : null;
}

/** Reads the strength out of a form; 1 where it cannot be chosen. */
export function strengthOf(values: RecipeValues, settings: readonly Setting[]): number {
  const preset: FieldValue | undefined = settings.find(({ field }) => field.key === 'denoise')?.field.preset;
  const value = values['denoise'] ?? preset ?? 1;
  return Math.min(1, Math.max(0, Number(value)));
}
