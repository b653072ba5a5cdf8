import { basename } from 'node:path';

/** Numbers of tests of one stage, or of all. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a runner reports of its tests. */
export interface Report {
  counts: Counts;
  /** Failed tests, each as `file › title`. */
  failures: string[];
  /** Tests that failed at first and passed when tried again, named likewise. */
  flaky: string[];
}

/** What became of one stage of `npm test`. */
export interface StageResult {
  name: string;
  exitCode: number;
  /** `null` for a stage that holds no tests (lint, build). */
  counts: Counts | null;
  failures?: readonly string[];
  flaky?: readonly string[];
  seconds: number;
}

function number(value: unknown, key: string): number {
  const field =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof field === 'number' ? field : 0;
}

interface VitestReport {
  testResults?: {
    name?: string;
    status?: string;
    assertionResults?: { status?: string; fullName?: string; failureMessages?: string[] }[];
  }[];
}

/** Reads Vitest's JSON report, in which a test that passed at a second try still holds why the first failed. */
export function readVitestReport(text: string): Report {
  const report = JSON.parse(text) as VitestReport;
  const counts = {
    passed: number(report, 'numPassedTests'),
    failed: number(report, 'numFailedTests'),
    skipped: number(report, 'numPendingTests') + number(report, 'numTodoTests'),
  };
  const files = report.testResults ?? [];
  const failures = files.flatMap(({ name = '', status, assertionResults = [] }) => {
    const file = basename(name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    // A file that cannot be loaded has failed without a test.
    return failed.length === 0 && status === 'failed'
      ? [file]
      : failed.map(({ fullName = '' }) => `${file} › ${fullName}`);
  });
  const flaky = files.flatMap(({ name = '', assertionResults = [] }) =>
    assertionResults
      .filter(({ status, failureMessages = [] }) => status === 'passed' && failureMessages.length > 0)
      .map(({ fullName = '' }) => `${basename(name)} › ${fullName}`),
  );
  return { counts, failures, flaky };
}

interface PlaywrightSuite {
  suites?: PlaywrightSuite[];
  specs?: { title: string; file: string; tests: { projectName: string; status: string }[] }[];
}

/** Reads Playwright's JSON report. A test that passed at a second try has passed. */
export function readPlaywrightReport(text: string): Report {
  const report = JSON.parse(text) as PlaywrightSuite & { stats?: unknown };
  const counts = {
    passed: number(report.stats, 'expected') + number(report.stats, 'flaky'),
    failed: number(report.stats, 'unexpected'),
    skipped: number(report.stats, 'skipped'),
  };
  return { counts, failures: testsIn(report, 'unexpected'), flaky: testsIn(report, 'flaky') };
}

function testsIn({ suites = [], specs = [] }: PlaywrightSuite, wanted: 'unexpected' | 'flaky'): string[] {
  const here = specs.flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status === wanted)
      .map(({ projectName }) => `${basename(file)} › ${title} [${projectName}]`),
  );
  return [...here, ...suites.flatMap((suite) => testsIn(suite, wanted))];
}

/**
 * Adds the stages up. A stage that failed without a failing test (it did not compile, its linter complained,
 * it ran no test) counts as one failure, so that the total never looks green when something is wrong.
 */
export function addUp(stages: readonly StageResult[]): Counts {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of stages) {
    const { passed, failed, skipped } = stage.counts ?? { passed: 0, failed: 0, skipped: 0 };
    total.passed += passed;
    total.skipped += skipped;
    total.failed += failed === 0 && hasFailed(stage) ? 1 : failed;
  }
  return total;
}

/** Whether a stage failed: its exit code, a failing test, or no test at all where there should be some. */
export function hasFailed({ exitCode, counts }: StageResult): boolean {
  return exitCode !== 0 || (counts !== null && (counts.failed > 0 || counts.passed + counts.failed === 0));
}

/** `N passed, N failed`, with skipped ones when there are any: the last line of `npm test`. */
export function totalLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** One line about a stage. */
export function stageLine(stage: StageResult): string {
  const verdict = hasFailed(stage) ? 'FAILED' : 'ok';
  const { counts } = stage;
  const isEmpty = counts !== null && counts.passed + counts.failed === 0;
  const detail = counts === null ? '' : isEmpty ? 'ran no test' : totalLine(counts);
  const time = `${stage.seconds.toFixed(0)} s`;
  return `  ${stage.name.padEnd(10)} ${verdict.padEnd(7)} ${time.padStart(6)}  ${detail}`.trimEnd();
}

/** One line for each failed test, so that they stand at the end of thousands of lines. */
export function failureLines(stages: readonly StageResult[]): string[] {
  return stages.flatMap(({ name, failures = [] }) =>
    failures.map((failure) => `  ${name.padEnd(10)} ✘ ${failure}`),
  );
}

/** One line for each test that passed only when tried again: green, but a fault of the test or of the code. */
export function flakyLines(stages: readonly StageResult[]): string[] {
  return stages.flatMap(({ name, flaky = [] }) =>
    flaky.map((test) => `  ${name.padEnd(10)} ↻ ${test} (passed at the second try)`),
  );
}
