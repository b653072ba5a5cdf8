import { type ApiGraph, isLink } from '../../comfy/graph';

/** Texts and names that make another picture, not another amount of work. */
const FREE =
  /(^|[._])(seed|text|prompt|filename_prefix|image|images|mask|audio|video|control_after_generate)$/i;
/** A longer text is a prompt, whatever it is called. */
const LONGEST_CHOICE = 120;

/** Graphs are never altered, and a list asks for the same ones again and again. */
const known = new WeakMap<ApiGraph, string>();

/**
 * Names the kind of work a graph is: its nodes, how they are linked, its models, sizes and steps. Jobs of one
 * signature take about as long as each other.
 */
export function signatureOf(graph: ApiGraph): string {
  const cached = known.get(graph);
  if (cached !== undefined) {
    return cached;
  }
  const lines = Object.entries(graph)
    .map(([id, { class_type, inputs }]) => {
      const settings = Object.entries(inputs)
        .filter(([name, value]) => isLink(value) || (!FREE.test(name) && isChoice(value)))
        .map(([name, value]) => `${name}=${isLink(value) ? value.join(':') : String(value as string)}`)
        .sort();
      return `${id} ${class_type} ${settings.join(' ')}`;
    })
    .sort();
  const signature = hash(lines.join('\n'));
  known.set(graph, signature);
  return signature;
}

function isChoice(value: unknown): boolean {
  return typeof value === 'string'
    ? value.length <= LONGEST_CHOICE
    : typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
}

/** Fifty-odd bits, as short text (cyrb53): enough to tell a few hundred kinds of jobs apart. */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
