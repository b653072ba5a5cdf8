/**
 * Runs the benchmarks: `npm run bench`, one group with `npm run bench -- app`, results as JSON with
 * `--json FILE`. A missed budget is reported; only a benchmark that could not be measured fails the run.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { type Budget, formatTable, judge, type Measure, type Result, yardstick } from './measurement';

const budgets = JSON.parse(readFileSync(new URL('budgets.json', import.meta.url), 'utf8')) as Record<
  string,
  Budget
>;
const groups = readdirSync(new URL('groups', import.meta.url))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length))
  .sort();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' } },
});
const unknown = positionals.filter((name) => !groups.includes(name));
if (unknown.length > 0) {
  console.error(`There is no group ${unknown.join(', ')}. Groups: ${groups.join(', ')}.`);
  process.exit(2);
}

const measureMachine = (): void => {
  console.log(`The machine: ${yardstick().toFixed(0)} ms for a fixed piece of arithmetic.`);
};

const results: Result[] = [];
measureMachine();
for (const group of positionals.length > 0 ? positionals : groups) {
  console.log(`Measuring ${group}…`);
  try {
    const { measure } = (await import(`./groups/${group}.ts`)) as { measure: Measure };
    let whole = true;
    const measured = await measure({
      say: (line) => {
        console.log(`  ${line}`);
      },
      leaveOut: () => (whole = false),
    });
    results.push(...judge(group, measured, budgets, whole));
  } catch (error) {
    console.error(`${group} could not be measured:`, error);
    process.exitCode = 1;
  }
}

measureMachine();
console.log(`\n${formatTable(results, budgets)}`);
const missed = results.filter(({ ok }) => !ok).length;
if (process.exitCode) {
  console.log('\nNot everything could be measured.');
}
console.log(
  missed === 0 ? '\nEvery budget measured is kept.' : `\n${missed} of ${results.length} budgets missed.`,
);
if (values.json !== undefined) {
  const file = resolve(process.env.INIT_CWD ?? '.', values.json);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`Written to ${file}.`);
}
