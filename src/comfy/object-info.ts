import * as v from 'valibot';
import type { ExactInt, ExactJson } from './exact-json';

/** What every input may say of itself, beside its kind. Flags are there only when they are set. */
interface AnyInput {
  name: string;
  required: boolean;
  tooltip: string | null;
  /** What the editor calls it, where that is not its name. */
  displayName?: string;
  /** Folded away until asked for. */
  advanced?: true;
  /** Never shown; its value still travels. */
  hidden?: true;
  /** Takes no link. */
  socketless?: true;
  /** What links it takes, where its kind does not say (`FLOAT,INT`). */
  type?: string;
}

/** How the editor changes a value after each run; `true` where the class leaves it to the editor. */
export type ValueControl = true | 'fixed' | 'increment' | 'decrement' | 'randomize';

/** Where the options of a list come from when object_info does not carry them (API reference 3). */
export interface RemoteOptions {
  /** Path on the server; not under `/api`. */
  route: string;
  hasRefreshButton: boolean;
  /** What is chosen after a refresh. */
  chooses: 'first' | 'last' | null;
}

/** What may be uploaded into a list of files. */
export type UploadKind = 'image' | 'animated-image' | 'video' | 'audio' | 'file';

/** An input of a node class, in one shape for V1 and V3 definitions (API reference 3). */
export type InputSpec = AnyInput &
  (
    | {
        kind: 'combo';
        options: string[];
        default: string | null;
        /** The options as the server compares them, where some are not text. */
        values?: (string | number)[];
        /** Several can be chosen: the value is a list. */
        multiple?: true;
        upload?: UploadKind;
        /** The folder uploads go to and options come from; `input` when absent. */
        folder?: string;
        remote?: RemoteOptions;
        control?: ValueControl;
      }
    | {
        kind: 'int';
        min: ExactInt | null;
        max: ExactInt | null;
        step: number;
        default: ExactInt | null;
        display?: string;
        control?: ValueControl;
      }
    | {
        kind: 'float';
        min: number | null;
        max: number | null;
        step: number;
        default: number | null;
        /** Values are rounded to a multiple of this; `false`: never. Absent: left to the reader. */
        round?: number | false;
        display?: string;
        control?: ValueControl;
      }
    | {
        kind: 'string';
        multiline: boolean;
        default: string | null;
        placeholder?: string;
        /** The editor replaces `{a|b}` in it when it queues. */
        dynamicPrompts?: true;
        upload?: UploadKind;
        /** The editor's own widget for it, `PAINTER` for example. */
        widget?: string;
      }
    | { kind: 'boolean'; default: boolean | null; labelOn?: string; labelOff?: string }
    /** `#rrggbb`. */
    | { kind: 'color'; default: string | null }
    /** A value only a widget of its own can make: a box, a curve, a recording. JSON on the wire. */
    | { kind: 'data'; type: string; default: ExactJson | null }
    /** A list whose choice brings inputs of its own, sent as `name.inner` (API reference 3). */
    | { kind: 'dynamic'; options: { key: string; inputs: InputSpec[] }[] }
    /** Any number of the same inputs, sent as `name.prefix0` or `name.name`; `name` itself is not sent. */
    | {
        kind: 'autogrow';
        inputs: InputSpec[];
        prefix: string;
        /** The name of each, where they are not numbered. */
        names: string[] | null;
        min: number;
        max: number;
      }
    /** Filled by a link, or a type only custom front ends know. */
    | {
        kind: 'link';
        type: string;
        /** A value by its type, which the class wants linked all the same. */
        forced?: true;
        /** Inputs and outputs with the same one have the same type. */
        template?: string;
        /** Set where the class gives a forced value a control widget. */
        control?: ValueControl;
      }
  );

/** A node class as the app needs it. */
export interface NodeInfo {
  name: string;
  displayName: string;
  description: string;
  category: string;
  isOutput: boolean;
  inputs: Map<string, InputSpec>;
  outputs: { name: string; type: string }[];
  /** Where the class comes from: `nodes`, `comfy_extras.…`, `custom_nodes.…`; `null` on servers that do not say. */
  module: string | null;
  deprecated?: true;
  experimental?: true;
  /** What each output's type is tied to; see `template` of an input. */
  outputTemplates?: (string | null)[];
}

const optionsSchema = v.fallback(v.record(v.string(), v.unknown()), {});
const groupSchema = v.fallback(v.nullable(v.record(v.string(), v.unknown())), null);

const groupsSchema = v.fallback(v.object({ required: groupSchema, optional: groupSchema }), {
  required: null,
  optional: null,
});

const nodeInfoSchema = v.object({
  input: v.nullish(v.object({ required: groupSchema, optional: groupSchema })),
  input_order: v.fallback(v.nullable(v.record(v.string(), v.array(v.string()))), null),
  output: v.fallback(v.array(v.unknown()), []),
  output_name: v.fallback(v.array(v.unknown()), []),
  // Custom nodes put anything here; a malformed description must not lose the class.
  display_name: v.fallback(v.nullable(v.string()), null),
  description: v.fallback(v.nullable(v.string()), null),
  category: v.fallback(v.nullable(v.string()), null),
  output_node: v.fallback(v.nullable(v.boolean()), null),
  python_module: v.fallback(v.nullable(v.string()), null),
  deprecated: v.fallback(v.nullable(v.boolean()), null),
  experimental: v.fallback(v.nullable(v.boolean()), null),
  output_matchtypes: v.fallback(v.nullable(v.array(v.nullable(v.string()))), null),
});

/** Reads one value of GET /object_info; `null` when its shape is unknown. */
export function parseNodeInfo(name: string, value: unknown): NodeInfo | null {
  const parsed = v.safeParse(nodeInfoSchema, value);
  if (!parsed.success) {
    return null;
  }
  const info = parsed.output;
  const inputs = new Map(parseGroups(info.input, info.input_order).map((spec) => [spec.name, spec] as const));
  return {
    name,
    displayName: info.display_name || name,
    description: info.description ?? '',
    category: info.category ?? '',
    isOutput: info.output_node ?? false,
    inputs,
    outputs: info.output.map((type, i) => ({
      type: typeof type === 'string' ? type : 'COMBO',
      name: outputName(info.output_name[i], type),
    })),
    module: info.python_module,
    ...(info.deprecated ? { deprecated: true } : {}),
    ...(info.experimental ? { experimental: true } : {}),
    ...(info.output_matchtypes ? { outputTemplates: info.output_matchtypes } : {}),
  };
}

/** The inputs of a class, or of a choice inside it: first the required ones. */
function parseGroups(input: unknown, order: Record<string, string[]> | null, prefix = ''): InputSpec[] {
  const groups = v.parse(groupsSchema, input);
  return (['required', 'optional'] as const).flatMap((group) => {
    const specs = groups[group] ?? {};
    // Key order is lost by some JSON layers; input_order is authoritative where it is sent.
    const ordered = order?.[group]?.filter((key) => Object.hasOwn(specs, key)) ?? [];
    return [...new Set([...ordered, ...Object.keys(specs)])].flatMap(
      (key) => parseInput(prefix + key, specs[key], group === 'required') ?? [],
    );
  });
}

function parseInput(name: string, spec: unknown, required: boolean): InputSpec | null {
  if (!Array.isArray(spec) || spec.length === 0) {
    return null;
  }
  const declared: unknown = spec[0];
  const options = v.parse(optionsSchema, spec[1]);
  const base: AnyInput = { name, required, tooltip: text(options['tooltip']), ...flags(options) };
  if (Array.isArray(declared)) {
    return options['forceInput'] === true
      ? { ...base, kind: 'link', type: 'COMBO', forced: true }
      : parseCombo(base, declared, options);
  }
  if (typeof declared !== 'string') {
    return null;
  }
  if (options['forceInput'] === true) {
    return { ...base, kind: 'link', type: declared, forced: true, ...control(options) };
  }
  const widget = text(options['widgetType']) ?? declared;
  // A union names the widget beside the types it takes.
  const typed = declared === widget || declared === 'STRING' ? base : { ...base, type: declared };
  return parseWidget(typed, widget, declared, options);
}

type Options = Record<string, unknown>;

function parseWidget(base: AnyInput, widget: string, declared: string, options: Options): InputSpec {
  const { name } = base;
  switch (widget) {
    case 'COMBO':
      return parseCombo(base, listOf(options['options']), options);
    case 'INT':
      return {
        ...base,
        kind: 'int',
        min: exact(options['min']),
        max: exact(options['max']),
        step: real(options['step']) ?? 1,
        default: exact(options['default']),
        ...display(options),
        ...control(options),
      };
    case 'FLOAT':
      return {
        ...base,
        kind: 'float',
        min: real(options['min']),
        max: real(options['max']),
        step: real(options['step']) ?? 0.01,
        default: real(options['default']),
        ...rounding(options['round']),
        ...display(options),
        ...control(options),
      };
    case 'STRING':
      return parseString(base, options);
    case 'BOOLEAN':
      return {
        ...base,
        kind: 'boolean',
        default: typeof options['default'] === 'boolean' ? options['default'] : null,
        ...named('labelOn', text(options['label_on'])),
        ...named('labelOff', text(options['label_off'])),
      };
    case 'COLOR':
      return { ...base, kind: 'color', default: text(options['default']) };
    case 'COMFY_DYNAMICCOMBO_V3':
      return {
        ...base,
        kind: 'dynamic',
        options: listOf(options['options']).flatMap((option) => {
          const { key, inputs } = v.parse(choiceSchema, option);
          return key === null ? [] : [{ key, inputs: parseGroups(inputs, null, `${name}.`) }];
        }),
      };
    case 'COMFY_AUTOGROW_V3':
      return parseAutogrow(base, v.parse(templateSchema, options['template']));
    case 'COMFY_MATCHTYPE_V3': {
      const template = v.parse(templateSchema, options['template']);
      return {
        ...base,
        kind: 'link',
        type: template.allowed_types ?? '*',
        ...named('template', template.template_id),
      };
    }
    case 'PAINTER':
    case 'MARKDOWN':
    case 'TEXTAREA':
      return { ...parseString(base, options), widget };
  }
  return DATA_WIDGETS.has(widget)
    ? { ...base, kind: 'data', type: declared, default: (options['default'] ?? null) as ExactJson | null }
    : { ...base, kind: 'link', type: declared };
}

/** Types with a widget of their own in ComfyUI's front end (API reference 3). */
const DATA_WIDGETS: ReadonlySet<string> = new Set([
  'AUDIO_RECORD',
  'BOUNDING_BOX',
  'BOUNDING_BOXES',
  'COLORS',
  'COMPOSITOR',
  'CURVE',
  'IMAGECOMPARE',
  'LOAD_3D',
  'LOAD_3D_ANIMATION',
  'RANGE',
  'VIDEO_EDIT',
  'WEBCAM',
]);

const choiceSchema = v.fallback(v.object({ key: v.nullable(v.string()), inputs: v.unknown() }), {
  key: null,
  inputs: null,
});

const templateSchema = v.fallback(
  v.object({
    input: v.optional(v.unknown()),
    prefix: v.fallback(v.nullish(v.string()), null),
    names: v.fallback(v.nullish(v.array(v.string())), null),
    min: v.fallback(v.nullish(v.number()), null),
    max: v.fallback(v.nullish(v.number()), null),
    template_id: v.fallback(v.nullish(v.string(), null), null),
    allowed_types: v.fallback(v.nullish(v.string(), null), null),
  }),
  {
    input: null,
    prefix: null,
    names: null,
    min: null,
    max: null,
    template_id: null,
    allowed_types: null,
  },
);

/** The editor's limits where a class leaves them out: at least one, at most a hundred. */
function parseAutogrow(base: AnyInput, template: v.InferOutput<typeof templateSchema>): InputSpec {
  const names = template.names ?? null;
  return {
    ...base,
    kind: 'autogrow',
    inputs: parseGroups(template.input, null),
    prefix: template.prefix ?? '',
    names,
    min: template.min ?? 1,
    max: names?.length ?? template.max ?? 100,
  };
}

function parseCombo(base: AnyInput, list: readonly unknown[], options: Options): InputSpec {
  const values = list.filter((item) => typeof item === 'string' || typeof item === 'number');
  const preset = options['default'];
  const isChoice = typeof preset === 'string' || typeof preset === 'number';
  const upload = uploadKind(options);
  return {
    ...base,
    kind: 'combo',
    options: values.map(String),
    default: isChoice ? String(preset) : null,
    ...(values.every((item) => typeof item === 'string') ? {} : { values }),
    ...(options['multiselect'] === true || isRecord(options['multi_select']) ? { multiple: true } : {}),
    ...(upload ? { upload } : {}),
    ...named('folder', text(options['image_folder'])),
    ...remote(options['remote']),
    ...control(options),
  };
}

function parseString(base: AnyInput, options: Options): Extract<InputSpec, { kind: 'string' }> {
  const upload = uploadKind(options);
  return {
    ...base,
    kind: 'string',
    multiline: options['multiline'] === true,
    default: text(options['default']),
    ...named('placeholder', text(options['placeholder'])),
    ...(options['dynamicPrompts'] === true ? { dynamicPrompts: true } : {}),
    ...(upload ? { upload } : {}),
  };
}

function flags(options: Options): Partial<AnyInput> {
  return {
    ...named('displayName', text(options['display_name'])),
    ...(options['advanced'] === true ? { advanced: true } : {}),
    ...(options['hidden'] === true ? { hidden: true } : {}),
    ...(options['socketless'] === true ? { socketless: true } : {}),
  };
}

const UPLOADS: readonly [string, UploadKind][] = [
  ['image_upload', 'image'],
  ['animated_image_upload', 'animated-image'],
  ['video_upload', 'video'],
  ['audio_upload', 'audio'],
  ['file_upload', 'file'],
];

function uploadKind(options: Options): UploadKind | undefined {
  return UPLOADS.find(([flag]) => options[flag] === true)?.[1];
}

function remote(value: unknown): { remote?: RemoteOptions } {
  const route = isRecord(value) ? text(value['route']) : null;
  if (!isRecord(value) || route === null) {
    return {};
  }
  const chooses = value['control_after_refresh'];
  return {
    remote: {
      route,
      hasRefreshButton: value['refresh_button'] === true,
      chooses: chooses === 'first' || chooses === 'last' ? chooses : null,
    },
  };
}

const CONTROLS: ReadonlySet<unknown> = new Set([true, 'fixed', 'increment', 'decrement', 'randomize']);

function control(options: Options): { control?: ValueControl } {
  const value = options['control_after_generate'];
  return CONTROLS.has(value) ? { control: value as ValueControl } : {};
}

function display(options: Options): { display?: string } {
  return named('display', text(options['display']));
}

function rounding(value: unknown): { round?: number | false } {
  return value === false || typeof value === 'number' ? { round: value } : {};
}

function named<K extends string>(key: K, value: string | null | undefined): Partial<Record<K, string>> {
  return value == null ? {} : ({ [key]: value } as Record<K, string>);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function outputName(name: unknown, type: unknown): string {
  return [name, type].find((text) => typeof text === 'string') ?? 'COMBO';
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function exact(value: unknown): ExactInt | null {
  return typeof value === 'number' || typeof value === 'bigint' ? value : null;
}

function real(value: unknown): number | null {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
}
