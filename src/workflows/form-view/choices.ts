import type { ExactJson } from '../../comfy/exact-json';
import type { InputSpec } from '../../comfy/object-info';

/** A choice of a list. */
export interface Choice {
  /** Unique in its list, and never empty. */
  key: string;
  label: string;
  value: ExactJson;
}

/** The choices of a combo or dynamic list, as its class gives them. */
export function choicesOf(spec: Extract<InputSpec, { kind: 'combo' | 'dynamic' }>): Choice[] {
  return fromList(
    spec.kind === 'dynamic' ? spec.options.map(({ key }) => key) : (spec.values ?? spec.options),
  );
}

/** Choices that are their own labels, without repetitions. Numbers and texts that look alike stay apart. */
export function fromList(values: readonly (string | number)[]): Choice[] {
  const choices = new Map<string, Choice>();
  for (const value of values) {
    const key = `${typeof value} ${value}`;
    // Some lists have an empty text for nothing.
    choices.set(key, { key, label: value === '' ? '–' : String(value), value });
  }
  return [...choices.values()];
}

/** Choices that contain every word of a query, those that begin with it first; and how many more there are. */
export function findChoices(
  choices: readonly Choice[],
  query: string,
  most: number,
): { found: readonly Choice[]; more: number } {
  const typed = query.trim().toLowerCase();
  const words = typed.split(/\s+/).filter(Boolean);
  const matching = words.length
    ? choices.filter(({ label }) => {
        const text = label.toLowerCase();
        return words.every((word) => text.includes(word));
      })
    : choices;
  const begins = ({ label }: Choice): boolean => label.toLowerCase().startsWith(typed);
  const ordered = typed
    ? [...matching.filter(begins), ...matching.filter((choice) => !begins(choice))]
    : matching;
  return { found: ordered.slice(0, most), more: Math.max(ordered.length - most, 0) };
}
