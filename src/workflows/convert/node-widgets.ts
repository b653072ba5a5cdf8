import { type ExactJson, stringifyExact } from '../../comfy/exact-json';
import type { InputSpec, NodeInfo } from '../../comfy/object-info';
import { defaultOf, mismatch } from '../input-values';
import type { EditorNode } from './editor-graph';

/** A widget of a node in the editor, with its value. */
export interface Widget {
  name: string;
  /** The input it sets; `null` for what only the editor shows: buttons, value controls, filters. */
  spec: InputSpec | null;
  value: ExactJson | undefined;
  /** What belongs here, when the value is of another kind; else `null`. */
  wanted: string | null;
  /** Whether the file says another value by name than by place. */
  isDisputed: boolean;
  /** Whether it belongs to a choice of a dynamic list. */
  isNested: boolean;
}

/** The widgets of a node by name, in order. */
export interface NodeWidgets {
  widgets: Map<string, Widget>;
  /** Set when the number of saved values cannot be right. */
  fault: { expected: number; found: number } | null;
}

/** A place in the list of widgets; most take a place in `widgets_values` too. */
interface Place {
  name: string;
  spec: InputSpec | null;
  isStored: boolean;
  isNested: boolean;
  fallback: ExactJson | undefined;
}

/** Whether the class is ComfyUI's own, so that nothing but object_info and this file decides on its widgets. */
function isCore({ module }: NodeInfo): boolean {
  return module !== null && !module.startsWith('custom_nodes');
}

/**
 * Reads the widgets of a node as ComfyUI's front end creates and fills them: in the order of the class, each
 * with what it brings along (value controls, buttons, the inputs of a chosen option), all of which take
 * places in `widgets_values` though few are sent. Values that were not saved are the class's defaults.
 */
export function readWidgets(info: NodeInfo, node: EditorNode): NodeWidgets {
  const widgets = new Map<string, Widget>();
  const places = [...info.inputs.values()].flatMap((spec) => [
    ...buttonsBefore(spec, info),
    ...placesOf(spec, false),
  ]);
  places.push(...trailingPlaces(info), ...classPlaces(info, node));
  const values = savedValues(info, node, places);
  let fault: NodeWidgets['fault'] = null;
  let at = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i];
    if (!place) {
      break;
    }
    let value = place.fallback;
    if (values.kind === 'by-name') {
      value = Object.hasOwn(values.record, place.name) ? values.record[place.name] : value;
    } else if (place.isStored && at < values.list.length) {
      value = values.list[at++];
    }
    const { spec } = place;
    if (spec?.kind === 'combo' && value === null) {
      // The editor never shows an empty list.
      value = spec.values?.[0] ?? spec.options[0] ?? null;
    }
    const wanted = spec && value !== undefined ? mismatch(spec, value) : null;
    widgets.set(place.name, {
      name: place.name,
      spec,
      value,
      wanted,
      isDisputed: values.kind === 'list' && isDisputed(node, place.name, value),
      isNested: place.isNested,
    });
    if (spec?.kind === 'dynamic') {
      const choice = spec.options.find(({ key }) => key === value);
      places.splice(i + 1, 0, ...(choice?.inputs ?? []).flatMap((inner) => placesOf(inner, true)));
    }
  }
  const expected = places.filter((place) => place.isStored).length;
  // For its own classes ComfyUI fills in what an older file lacks and drops what is left over. What code of
  // custom nodes adds to their widgets is unknown, so there the number must be right.
  if (values.kind === 'list' && values.list.length !== expected && !isCore(info)) {
    fault = { expected, found: values.list.length };
  }
  return { widgets, fault };
}

/** Whether the file says another value by name, where it says one. */
export function isDisputed({ named }: EditorNode, name: string, value: ExactJson | undefined): boolean {
  return Object.hasOwn(named, name) && stringifyExact(named[name]) !== stringifyExact(value);
}

type Saved =
  | { kind: 'list'; list: readonly ExactJson[] }
  | { kind: 'by-name'; record: Readonly<Record<string, ExactJson>> };

function savedValues(info: NodeInfo, node: EditorNode, places: readonly Place[]): Saved {
  const { values } = node;
  if (values === null) {
    return { kind: 'by-name', record: {} };
  }
  if (!Array.isArray(values)) {
    return { kind: 'by-name', record: values as Readonly<Record<string, ExactJson>> };
  }
  const list = values as readonly ExactJson[];
  return { kind: 'list', list: withoutForced(info, list, places) };
}

/**
 * Front ends before 1.16 kept a value for inputs that must be linked. They are taken out when that makes the
 * numbers agree, as newer front ends do.
 */
function withoutForced(
  info: NodeInfo,
  list: readonly ExactJson[],
  places: readonly Place[],
): readonly ExactJson[] {
  const names = new Set(places.map(({ name }) => name));
  const isForced = [...info.inputs.values()].flatMap((spec) => {
    const forced = spec.kind === 'link' && spec.forced === true;
    if (!forced && !names.has(spec.name)) {
      return [];
    }
    return 'control' in spec && spec.control ? [forced, false] : [forced];
  });
  return isForced.length === list.length ? list.filter((_, i) => !isForced[i]) : list;
}

/** The widget of an input and the ones that come with it. */
function placesOf(spec: InputSpec, isNested: boolean): Place[] {
  const { name } = spec;
  const extra = (extraName: string, isStored = true): Place => ({
    name: extraName,
    spec: null,
    isStored,
    isNested,
    fallback: undefined,
  });
  const own: Place = { name, spec, isStored: true, isNested, fallback: defaultOf(spec) };
  switch (spec.kind) {
    case 'link':
    case 'autogrow':
      return [];
    case 'int': {
      const isControlled = spec.control !== undefined || SEEDS.has(name);
      return isControlled ? [own, extra(CONTROL)] : [own];
    }
    case 'float':
      return spec.control === undefined ? [own] : [own, extra(CONTROL)];
    case 'combo':
      return [
        own,
        ...(spec.remote && !spec.multiple ? [extra('Auto-refresh after generation')] : []),
        // A button, which the front end sends along all the same.
        ...(spec.remote?.hasRefreshButton && !spec.multiple
          ? [{ ...extra('refresh'), spec: REFRESH, fallback: 'refresh' }]
          : []),
        ...(spec.control === undefined ? [] : [extra(CONTROL), extra('control_filter_list')]),
      ];
    case 'data':
      if (spec.type === 'BOUNDING_BOX') {
        return [own, ...['x', 'y', 'width', 'height'].map((field) => extra(field))];
      }
      return [{ ...own, isStored: spec.type !== 'IMAGECOMPARE' }];
    default:
      return [own];
  }
}

/** A 3D view over a model file has its buttons before it. */
function buttonsBefore(spec: InputSpec, info: NodeInfo): Place[] {
  const hasButtons = spec.kind === 'data' && spec.type.startsWith('LOAD_3D') && info.inputs.has('model_file');
  const names = ['upload 3d model', 'upload extra resources', 'clear'];
  return (hasButtons ? names : []).map((name) => ({
    name,
    spec: null,
    isStored: true,
    isNested: false,
    fallback: undefined,
  }));
}

const CONTROL = 'control_after_generate';
/** Whole numbers of these names have a value control even where the class does not ask for one. */
const SEEDS: ReadonlySet<string> = new Set(['seed', 'noise_seed']);
const REFRESH: InputSpec = {
  kind: 'string',
  name: 'refresh',
  required: false,
  tooltip: null,
  multiline: false,
  default: 'refresh',
};

/** The upload button, behind everything else. */
function trailingPlaces(info: NodeInfo): Place[] {
  const specs = [...info.inputs.values()];
  const media = specs.some(
    (spec) => spec.kind === 'combo' && spec.required && spec.upload !== undefined && MEDIA.has(spec.upload),
  );
  const audio = info.inputs.get('audio');
  const hasButton = media || (audio?.kind === 'combo' && audio.upload === 'audio');
  return hasButton
    ? [{ name: 'upload', spec: null, isStored: true, isNested: false, fallback: undefined }]
    : [];
}

/** What ComfyUI's front end adds to single classes of its own (front end 1.49). */
function classPlaces({ name }: NodeInfo, node: EditorNode): Place[] {
  const sent = (input: string, fallback: ExactJson): Place => ({
    name: input,
    spec: {
      kind: 'data',
      name: input,
      required: false,
      tooltip: null,
      type: '*',
      default: null,
      socketless: true,
    },
    isStored: true,
    isNested: false,
    fallback,
  });
  if (PREVIEWS_3D.has(name)) {
    return [sent('image', '')];
  }
  if (name === 'CustomCombo') {
    const saved = Array.isArray(node.values) ? (node.values as readonly ExactJson[]) : [];
    const options = saved.length > 2 ? saved.slice(2) : [''];
    return [
      { ...sent('index', options.indexOf(saved[0] ?? '')), isStored: false },
      { ...sent('index', 0), spec: null, name: 'saved index' },
      ...options.map((_, i) => sent(`option${i + 1}`, '')),
    ];
  }
  return [];
}

const PREVIEWS_3D: ReadonlySet<string> = new Set(['Preview3D', 'SaveGLB']);

const MEDIA: ReadonlySet<string> = new Set(['image', 'animated-image', 'video']);
