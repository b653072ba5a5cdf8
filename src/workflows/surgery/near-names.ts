import { distance } from 'fastest-levenshtein';

/** Names that share less than this with the wanted one help nobody. */
const LEAST_LIKENESS = 0.5;

/** The names most like the wanted one, best first: the same file in another folder, another precision of it. */
export function nearNames(wanted: string, names: readonly string[], most = 3): string[] {
  const rated = [...new Set(names)].map((name) => ({ name, likeness: likeness(bare(wanted), bare(name)) }));
  return rated
    .filter((one) => one.likeness >= LEAST_LIKENESS)
    .sort((a, b) => b.likeness - a.likeness || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** Share of what two names have in common: 1 for the same. */
function likeness(a: string, b: string): number {
  return 1 - distance(a, b) / Math.max(a.length, b.length, 1);
}

/** Without folder, ending and the ways in which the same file is written. */
function bare(name: string): string {
  const file = name.split(/[\\/]/).at(-1) ?? name;
  return file
    .toLowerCase()
    .replace(/\.(safetensors|sft|ckpt|pth?|bin|gguf)$/, '')
    .replaceAll(/[\s_.-]+/g, '-');
}
