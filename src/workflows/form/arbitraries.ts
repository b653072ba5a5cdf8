import fc from 'fast-check';

import type { ExactJson } from '../../comfy/exact-json';
import type { InputSpec } from '../../comfy/object-info';
import type { FieldContent } from './node-form';

const value = (content: ExactJson): FieldContent => ({ kind: 'value', value: content });
/** Anything JSON can say. */
export const json = fc.jsonValue().map((any) => any as ExactJson);
/** Of any node, there or not. */
export const link = fc.tuple(fc.constantFrom('1', '57:30'), fc.nat(5));

/** Something a field of that kind can hold. */
function valueFor(spec: InputSpec): fc.Arbitrary<ExactJson> {
  switch (spec.kind) {
    case 'combo': {
      const one = fc.oneof(fc.constantFrom<ExactJson>(...(spec.values ?? spec.options), 'gone'), fc.string());
      return spec.multiple ? fc.array(one) : one;
    }
    case 'int':
      return fc.oneof(fc.integer(), fc.bigInt({ min: 2n ** 60n, max: 2n ** 64n - 1n }));
    case 'float':
      return fc.double({ noNaN: true });
    case 'string':
    case 'color':
      return fc.string();
    case 'boolean':
      return fc.boolean();
    case 'dynamic':
      return fc.constantFrom(...spec.options.map(({ key }) => key));
    case 'data':
      return fc.oneof(json, fc.array(json));
    default:
      return fc.constant(null);
  }
}

/** Something an input of that kind can hold in a form. */
export function contentFor(spec: InputSpec): fc.Arbitrary<FieldContent> {
  const linked = link.map((target): FieldContent => ({ kind: 'link', link: target }));
  const unset = fc.constant<FieldContent>({ kind: 'unset' });
  return spec.kind === 'link' ? fc.oneof(linked, unset) : fc.oneof(valueFor(spec).map(value), linked, unset);
}
