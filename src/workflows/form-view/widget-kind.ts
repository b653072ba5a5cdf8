import type { InputSpec } from '../../comfy/object-info';
import type { FieldUse } from '../form/graph-form';

/** Which control stands for an input. */
export type WidgetKind =
  | 'media'
  | 'choice'
  | 'choices'
  | 'number'
  | 'slider'
  | 'color'
  | 'text'
  | 'lines'
  | 'prompt'
  | 'switch'
  | 'record'
  | 'json';

/** The control for an input; `null` for those that only take links. */
export function widgetOf(spec: InputSpec): WidgetKind | null {
  switch (spec.kind) {
    case 'combo':
      return spec.upload ? 'media' : spec.multiple ? 'choices' : 'choice';
    case 'dynamic':
      return 'choice';
    case 'int':
    case 'float':
      return spec.display === 'color' ? 'color' : isSlider(spec) ? 'slider' : 'number';
    case 'string':
      return spec.upload ? 'media' : spec.dynamicPrompts ? 'prompt' : spec.multiline ? 'lines' : 'text';
    case 'boolean':
      return 'switch';
    case 'color':
      return 'color';
    case 'data':
      return 'json';
    default:
      return null;
  }
}

/** Whether an input holds a prompt: its class says so, or what uses it does. */
export function isPrompt(spec: InputSpec, use: FieldUse | null): boolean {
  const kind = widgetOf(spec);
  return kind === 'prompt' || (kind === 'lines' && use === 'prompt');
}

/** A share of one reads best on a slider, whatever its class says. */
function isSlider(spec: Extract<InputSpec, { kind: 'int' | 'float' }>): boolean {
  const { min, max } = spec;
  if (min === null || max === null || !Number.isSafeInteger(Math.round(Number(max) - Number(min)))) {
    return false;
  }
  return spec.display?.includes('slider') === true || (spec.kind === 'float' && min === 0 && max === 1);
}

/** How much room a field wants. */
export function widthOf(spec: InputSpec): 'narrow' | 'medium' | 'wide' {
  switch (widgetOf(spec)) {
    case 'number':
    case 'switch':
    case 'color':
      return 'control' in spec || /seed$/i.test(spec.name) ? 'medium' : 'narrow';
    case 'prompt':
    case 'lines':
    case 'media':
    case 'json':
      return 'wide';
    default:
      return 'medium';
  }
}
