import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { parseEra } from '../../src/demo/era';
import { statementsAbout, type Tally } from './statement';

/** Says which ComfyUI the run is about, and in the end how much was stated of it and what could not be. */
export default function sayEra(project: TestProject): () => void {
  const { COMFYUI_URL: url } = process.env;
  const era = parseEra(project.config.env.CONTRACT_ERA ?? '');
  if (url !== undefined) {
    console.log(`Contract of the server at ${url}: the era is found by its routes.`);
  } else if (era !== null) {
    const all = sum([...statementsAbout(era).values()]);
    console.log(`Contract of ${era}, as the demo engine speaks it: ${all} statements.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-contract-'));
  project.provide('tally', folder);
  return () => {
    if (url !== undefined) {
      console.log(summary(url, readTallies(folder)));
    }
    rmSync(folder, { recursive: true });
  };
}

function readTallies(folder: string): Tally[] {
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Tally);
}

/** Files with fewer statements than are on record are named: they need a model or a package. */
function summary(url: string, tallies: readonly Tally[]): string {
  const [first] = tallies;
  if (!first) {
    return `Nothing was stated of the server at ${url}.`;
  }
  const known = statementsAbout(first.era);
  const made = sum(tallies.map((tally) => tally.made));
  const all = sum(tallies.map(({ name }) => known.get(name) ?? 0));
  const other = tallies.flatMap((tally) => {
    const recorded = known.get(tally.name) ?? 0;
    return tally.made === recorded ? [] : [`${tally.name} ${tally.made} of ${recorded}`];
  });
  const apart = other.length === 0 ? '' : ` Not as many as of the engine: ${other.sort().join(', ')}.`;
  return `Contract of ${first.era}, as the server at ${url} speaks it: ${made} statements, ${all} on record.${apart}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
