/**
 * Text as Python's `json.dumps` prints it with its defaults: `", "` and `": "` between items, everything
 * outside ASCII escaped, bare `NaN` and `Infinity`, integers of any size as digits (API notes §1.3).
 * `undefined` members are left out. With `indent` the layout of `json.dumps(value, indent=n)`.
 */
export function pythonJson(value: unknown, indent?: number): string {
  return write(value, indent, '');
}

function write(value: unknown, indent: number | undefined, margin: string): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return numberText(value);
    case 'bigint':
      return value.toString();
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : writeContainer(value, indent, margin);
    default:
      return 'null';
  }
}

function writeContainer(value: object, indent: number | undefined, margin: string): string {
  const inner = indent === undefined ? '' : margin + ' '.repeat(indent);
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map((item) => write(item, indent, inner))]
    : [
        '{',
        '}',
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([key, member]) => `${quote(key)}: ${write(member, indent, inner)}`),
      ];
  if (items.length === 0) {
    return open + close;
  }
  return indent === undefined
    ? open + items.join(', ') + close
    : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? 'Infinity' : '-Infinity';
  }
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
