/**
 * Breaks a text into lines that fit a width: between words where it can, inside a word that is too long for a line,
 * as file names and Chinese sentences are. What exceeds the last line ends in an ellipsis.
 * @param measure how wide a part of it is, in the unit of `width`.
 */
export function wrapText(
  text: string,
  width: number,
  mostLines: number,
  measure: (part: string) => number,
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=[\s\-_/\\,，、。])/u)) {
    let rest = word;
    if (line !== '' && measure((line + rest).trimEnd()) > width) {
      lines.push(line);
      line = '';
    }
    while (measure(rest.trimEnd()) > width) {
      const fits = longestFit(rest, width, measure);
      lines.push(rest.slice(0, fits));
      rest = rest.slice(fits);
    }
    line += rest;
  }
  lines.push(line);
  const whole = lines.map((each) => each.trim()).filter((each, i) => each !== '' || i === 0);
  const shown = whole.slice(0, mostLines);
  const last = shown.at(-1);
  if (whole.length > shown.length && last !== undefined) {
    shown[shown.length - 1] = withEllipsis(last, width, measure);
  }
  return shown;
}

/** How many characters fit, at least one. */
function longestFit(text: string, width: number, measure: (part: string) => number): number {
  const ends = [...text].reduce<number[]>((found, char) => [...found, (found.at(-1) ?? 0) + char.length], []);
  return ends.findLast((end) => measure(text.slice(0, end)) <= width) ?? ends[0] ?? text.length;
}

function withEllipsis(line: string, width: number, measure: (part: string) => number): string {
  const characters = [...line];
  while (characters.length > 1 && measure(`${characters.join('')}…`) > width) {
    characters.pop();
  }
  return `${characters.join('').trimEnd()}…`;
}
