/**
 * Text as Python's `json.dumps` prints it with its defaults: `", "` and `": "` between items, everything
 * outside ASCII escaped, bare `NaN` and `Infinity`, integers of any size as digits (API notes §1.3).
 * `undefined` members are left out. With `indent` the layout of `json.dumps(value, indent=n)`.
 */
export function pythonJson(value: unknown, indent?: number): string {
  return indent === undefined ? compact(value) : write(value, indent, '');
}

/** Keys as they are printed: a list of ten thousand jobs has the same dozen of them, ten thousand times. */
const quotedKeys = new Map<string, string>();
const MOST_KEYS = 1000;

function quotedKey(key: string): string {
  let quoted = quotedKeys.get(key);
  if (quoted === undefined) {
    quoted = `${quote(key)}: `;
    if (quotedKeys.size < MOST_KEYS) {
      quotedKeys.set(key, quoted);
    }
  }
  return quoted;
}

/** On one line, without a list of its parts for each container: long lists take a server's time. */
function compact(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return write(value, 0, '');
  }
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      text += (text === '' ? '' : ', ') + compact(item);
    }
    return `[${text}]`;
  }
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) {
      text += (text === '' ? '' : ', ') + quotedKey(key) + compact(member);
    }
  }
  return `{${text}}`;
}

function write(value: unknown, indent: number, margin: string): string {
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

function writeContainer(value: object, indent: number, margin: string): string {
  const inner = margin + ' '.repeat(indent);
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map((item) => write(item, indent, inner))]
    : [
        '{',
        '}',
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([key, member]) => `${quote(key)}: ${write(member, indent, inner)}`),
      ];
  return items.length === 0
    ? open + close
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

/** Printed as it is between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quote(text: string): string {
  return PLAIN.test(text)
    ? `"${text}"`
    : JSON.stringify(text).replace(
        /[\u007f-\uffff]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
}
