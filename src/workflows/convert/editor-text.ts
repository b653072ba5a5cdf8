/** What became of a text; `isRandom` when the editor would have picked from a choice. */
export interface PromptText {
  text: string;
  isRandom: boolean;
}

/**
 * A prompt as ComfyUI's front end sends it: without C-style comments, with `{a}` and escapes resolved. From
 * a choice `{a|b}` the front end picks at random; here the first option is taken and the choice reported.
 */
export function expandPrompt(prompt: string): PromptText {
  const text = prompt.replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
  let isRandom = false;
  let result = '';
  for (let at = 0; at < text.length;) {
    const char = text[at++] ?? '';
    if (char === '\\') {
      // At the very end there is nothing to escape, and the front end writes "undefined".
      result += char + (text[at++] ?? 'undefined');
    } else if (char === '{') {
      const choice = readChoice(text, at);
      at = choice.end;
      const inner = expandPrompt(choice.options[0] ?? '');
      isRandom ||= choice.options.length > 1 || inner.isRandom;
      result += inner.text;
    } else {
      result += char;
    }
  }
  return { text: result.replace(/\\([{}|])/g, '$1'), isRandom };
}

/** The options of a choice whose brace is just before `start`; one left open ends with the text. */
function readChoice(text: string, start: number): { options: string[]; end: number } {
  const options: string[] = [];
  let option = '';
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const char = text[at++] ?? '';
    if (char === '\\') {
      option += char + (text[at++] ?? 'undefined');
      continue;
    }
    if (char === '{') {
      depth++;
    } else if (char === '}') {
      if (depth === 0) {
        break;
      }
      depth--;
    } else if (char === '|' && depth === 0) {
      options.push(option);
      option = '';
      continue;
    }
    option += char;
  }
  return { options: [...options, option], end: at };
}

/** A reference to another node's value in a file name, `%KSampler.seed%`. */
const REFERENCE = /%([^%]+)%/g;

/** Characters the front end keeps out of file names. */
// eslint-disable-next-line no-control-regex
const NOT_IN_NAMES = /[/?<>\\:*|"\x00-\x1f\x7f]/g;

/** What a reference stands for; `undefined` when no node answers to it, so that it stays as it is. */
export type LookUp = (node: string, input: string) => string | undefined;

/** A file name with references to other nodes filled in; `hasDate` when it holds `%date:…%`. */
export function expandFileName(name: string, lookUp: LookUp): { text: string; hasDate: boolean } {
  let hasDate = false;
  const text = name.replace(REFERENCE, (whole, inner: string) => {
    const parts = inner.split('.');
    if (parts.length !== 2) {
      hasDate ||= inner.startsWith('date:');
      return whole;
    }
    return lookUp(parts[0] ?? '', parts[1] ?? '')?.replace(NOT_IN_NAMES, '_') ?? whole;
  });
  return { text, hasDate };
}
