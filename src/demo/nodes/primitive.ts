import type { InputSpec, NodeClass } from '../exec/node-types';
import { pythonJson } from '../python/json';
import { floatText, str } from '../python/text';

/** Python's sys.maxsize, beyond what a double holds. */
const MAXSIZE = 9223372036854775807n;

function primitive(name: string, displayName: string, type: string, options: InputSpec[1] = {}): NodeClass {
  return {
    name,
    pythonModule: 'comfy_extras.nodes_primitive',
    v3: 2025,
    displayName,
    category: 'utilities/primitive',
    inputs: () => ({ required: { value: [type, options] } }),
    returns: [type],
    run: (values) => ({ outputs: [values.value] }),
  };
}

export const primitiveInt = primitive('PrimitiveInt', 'Int', 'INT', {
  min: -MAXSIZE,
  max: MAXSIZE,
  control_after_generate: 'fixed',
});

export const primitiveFloat = primitive('PrimitiveFloat', 'Float', 'FLOAT', {
  min: -MAXSIZE,
  max: MAXSIZE,
  step: 0.1,
});

export const primitiveString = primitive('PrimitiveString', 'Text', 'STRING', { multiline: false });

export const primitiveBoolean = primitive('PrimitiveBoolean', 'Boolean', 'BOOLEAN');

/** Any value as readable text; `type` is that of the output it came from. */
function describe(value: unknown, type: string | undefined): string {
  if (typeof value === 'number' && type === 'FLOAT') {
    return floatText(value);
  }
  if (typeof value !== 'object' || value === null) {
    return str(value);
  }
  if ('kind' in value) {
    const shape = ['batch', 'height', 'width', 'channels'].flatMap((side) => {
      const size = (value as Record<string, unknown>)[side];
      return typeof size === 'number' ? [size] : [];
    });
    return shape.length > 0 ? `${String(value.kind)} [${shape.join(', ')}]` : String(value.kind);
  }
  return pythonJson(value, 4);
}

export const previewAny: NodeClass = {
  name: 'PreviewAny',
  pythonModule: 'comfy_extras.nodes_preview_any',
  v3: false,
  displayName: 'Preview as Text',
  description: 'Preview any input value as text.',
  category: 'utilities',
  searchAliases: ['show output', 'inspect', 'debug', 'print value', 'show text'],
  inputs: () => ({ required: { source: ['*', {}] } }),
  returns: ['STRING'],
  outputNode: true,
  run(values, context) {
    const text = describe(values.source, context.linkTypes.source);
    return { outputs: context.era.saveReturnsImages ? [text] : [], ui: { text: [text] } };
  },
};
