/**
 * `npm test`: every stage, also after a failure. The last lines name the tests that failed or passed only when
 * tried again, and say how many tests passed and failed; the exit code is 0 only when every stage was green
 * and ran its tests. `npm test -- unit e2e` runs the named stages alone.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findBrowser } from './find-browser';
import {
  addUp,
  failureLines,
  flakyLines,
  hasFailed,
  readPlaywrightReport,
  readVitestReport,
  type Report,
  stageLine,
  type StageResult,
  totalLine,
} from './test-report';

interface Stage {
  name: string;
  /** Script of package.json. */
  script: string;
  /** Whose report tells the number of tests; stages without one hold no tests. */
  runner?: 'vitest' | 'playwright';
  /** Waits for this one, where both run. */
  after?: Stage;
}

const LINT: Stage = { name: 'lint', script: 'lint' };
const FORMAT: Stage = { name: 'format', script: 'format:check' };
const CHECK: Stage = { name: 'check', script: 'check' };
const UNIT: Stage = { name: 'unit', script: 'test:unit', runner: 'vitest' };
const BROWSER: Stage = { name: 'browser', script: 'test:browser', runner: 'vitest' };
const CONTRACT: Stage = { name: 'contract', script: 'test:contract', runner: 'vitest' };
const ERAS: Stage = { name: 'eras', script: 'test:eras', runner: 'vitest' };
const BUILD: Stage = { name: 'build', script: 'build' };
const ATTACK: Stage = { name: 'attack', script: 'test:attack', runner: 'vitest', after: BUILD };
const E2E: Stage = { name: 'e2e', script: 'test:e2e', runner: 'playwright' };

/**
 * Steps run one after the other. Most stages keep about one core busy: those of a step share two lanes, and whichever
 * lane is free takes the next. The longest come first, and last the unit tests, which use what the other lane leaves
 * over. The tests of whole pages (e2e) go by the clock, and have the machine to themselves.
 */
const STEPS: Stage[][] = [[ERAS, LINT, BROWSER, CONTRACT, BUILD, CHECK, ATTACK, FORMAT, UNIT], [E2E]];
const LANES = 2;

/** In the order of the last lines. */
const STAGES = [LINT, FORMAT, CHECK, BUILD, CONTRACT, ERAS, UNIT, ATTACK, BROWSER, E2E];

const reports = mkdtempSync(join(tmpdir(), 'darkroom-tests-'));

/**
 * @param heading printed above what the script prints.
 * @param aloud prints as it goes; otherwise all at once at the end, for what runs beside others.
 */
function runNpm(args: string[], env: NodeJS.ProcessEnv, heading: string, aloud: boolean): Promise<number> {
  // Started by npm, its own script is known and needs no shell; `npm` itself is a batch file on Windows.
  const npm = process.env.npm_execpath;
  const [command, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
  const child = spawn(command, [...first, ...args], {
    stdio: ['ignore', aloud ? 'inherit' : 'pipe', aloud ? 'inherit' : 'pipe'],
    env: { ...process.env, ...env },
    shell: npm === undefined && process.platform === 'win32',
  });
  const said: Buffer[] = [];
  if (aloud) {
    console.log(heading);
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece: Buffer) => said.push(piece));
  }
  return new Promise((resolve) => {
    child.once('close', () => {
      if (!aloud) {
        console.log(heading);
        process.stdout.write(Buffer.concat(said));
      }
    });
    child.once('error', () => {
      resolve(1);
    });
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

async function runStage({ name, script, runner }: Stage, aloud: boolean): Promise<StageResult> {
  const report = join(reports, `${name}.json`);
  const env: NodeJS.ProcessEnv = {};
  const args: string[] = [];
  if (runner === 'vitest') {
    args.push('--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
  } else if (runner === 'playwright') {
    args.push('--', '--reporter=list,json');
    env.PLAYWRIGHT_JSON_OUTPUT_NAME = report;
  }
  const startedAt = Date.now();
  const exitCode = await runNpm(['run', '--silent', script, ...args], env, `\n=== ${name} ===`, aloud);
  const tests = runner === undefined ? { counts: null } : readReport(report, runner);
  return { name, exitCode, ...tests, seconds: (Date.now() - startedAt) / 1000 };
}

function order({ name }: StageResult): number {
  return STAGES.findIndex((stage) => stage.name === name);
}

/** No report means that the runner did not get as far as a test. */
function readReport(report: string, runner: 'vitest' | 'playwright'): Report {
  if (!existsSync(report)) {
    return { counts: { passed: 0, failed: 0, skipped: 0 }, failures: [], flaky: [] };
  }
  const text = readFileSync(report, 'utf8');
  return runner === 'vitest' ? readVitestReport(text) : readPlaywrightReport(text);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STAGES.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no stage ${unknown.join(', ')}. Stages: ${STAGES.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

try {
  // Found (or installed) once, before several processes look for it at the same time.
  const { executablePath } = findBrowser();
  console.log(`Browser: ${executablePath}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}

const results: StageResult[] = [];
const begun = new Map<Stage, Promise<void>>();

async function run(stage: Stage, aloud: boolean): Promise<void> {
  await (stage.after && begun.get(stage.after));
  results.push(await runStage(stage, aloud));
}

for (const step of STEPS) {
  const waiting = step.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  const aloud = waiting.length === 1;
  const lane = async (): Promise<void> => {
    for (let stage = waiting.shift(); stage; stage = waiting.shift()) {
      const ran = run(stage, aloud);
      begun.set(stage, ran);
      await ran;
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
rmSync(reports, { recursive: true, force: true });
results.sort((a, b) => order(a) - order(b));

const lines = [...results.map(stageLine), '', ...flakyLines(results), ...failureLines(results)];
console.log(`\n${lines.join('\n')}\n`);
console.log(totalLine(addUp(results)));
process.exitCode = results.some(hasFailed) ? 1 : 0;
