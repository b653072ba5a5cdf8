import type { ExactJson } from '../comfy/exact-json';
import type { ApiInput } from '../comfy/graph';
import type { InputSpec } from '../comfy/object-info';

/** What a widget holds before anything is loaded into it. */
export function defaultOf(spec: InputSpec): ExactJson | undefined {
  switch (spec.kind) {
    case 'combo': {
      if (spec.multiple) {
        return [];
      }
      const preset = spec.values?.find((value) => String(value) === spec.default) ?? spec.default;
      return preset || spec.values?.[0] || spec.options[0] || undefined;
    }
    case 'int':
    case 'float':
      return spec.default ?? 0;
    case 'string':
      return spec.default ?? '';
    case 'boolean':
      return spec.default ?? false;
    case 'color':
      return spec.default ?? '#000000';
    case 'dynamic':
      return spec.options[0]?.key;
    case 'data':
      return spec.default ?? DATA_DEFAULTS[spec.type];
    default:
      return undefined;
  }
}

const DATA_DEFAULTS: Readonly<Record<string, ExactJson>> = {
  BOUNDING_BOX: { x: 0, y: 0, width: 512, height: 512 },
  CURVE: {
    points: [
      [0, 0],
      [1, 1],
    ],
    interpolation: 'monotone_cubic',
  },
  IMAGECOMPARE: ['', ''],
  RANGE: { min: 0, max: 1 },
};

/** What belongs in a widget, when `value` does not; else `null`. */
export function mismatch(spec: InputSpec, value: ExactJson): string | null {
  switch (spec.kind) {
    case 'int':
    case 'float':
      return typeof value === 'number' || typeof value === 'bigint' ? null : 'a number';
    case 'boolean':
      return typeof value === 'boolean' ? null : 'yes or no';
    case 'string':
      return typeof value === 'string' ? null : 'a text';
    case 'color':
      return typeof value === 'string' ? null : 'a colour';
    case 'combo':
      if (spec.multiple) {
        return Array.isArray(value) ? null : 'a list of choices';
      }
      return typeof value === 'object' ? 'a choice' : null;
    case 'dynamic':
      return spec.options.some(({ key }) => key === value) ? null : 'one of its choices';
    default:
      return null;
  }
}

/**
 * A value as it is sent. Lists are wrapped, for the server takes a bare one for a link (API reference 10.27);
 * a curve says what it is, as ComfyUI's front end has it do.
 */
export function wrapValue(value: ExactJson, spec: InputSpec | null): ApiInput {
  if (!Array.isArray(value)) {
    return value;
  }
  return isCurve(spec) ? { __type__: 'CURVE', __value__: value } : { __value__: value };
}

/** The value inside an input that was wrapped by {@link wrapValue}; anything else as it is. */
export function unwrapValue(input: ExactJson, spec: InputSpec | null): ExactJson {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return input;
  }
  const { __value__: value, __type__: type, ...rest } = input;
  const isOurs = isCurve(spec) ? type === 'CURVE' : !('__type__' in input);
  return Array.isArray(value) && isOurs && Object.keys(rest).length === 0 ? value : input;
}

function isCurve(spec: InputSpec | null): boolean {
  return spec?.kind === 'data' && spec.type === 'CURVE';
}
