/** Numbers of tests of one stage, or of all. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What became of one stage of `npm test`. */
export interface StageResult {
  name: string;
  exitCode: number;
  /** `null` for a stage that holds no tests (lint, build). */
  counts: Counts | null;
  seconds: number;
}

function number(value: unknown, key: string): number {
  const field =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof field === 'number' ? field : 0;
}

/** Reads Vitest's JSON report. */
export function readVitestReport(text: string): Counts {
  const report: unknown = JSON.parse(text);
  return {
    passed: number(report, 'numPassedTests'),
    failed: number(report, 'numFailedTests'),
    skipped: number(report, 'numPendingTests') + number(report, 'numTodoTests'),
  };
}

/** Reads Playwright's JSON report. A test that passed at a second try has passed. */
export function readPlaywrightReport(text: string): Counts {
  const report = JSON.parse(text) as { stats?: unknown };
  return {
    passed: number(report.stats, 'expected') + number(report.stats, 'flaky'),
    failed: number(report.stats, 'unexpected'),
    skipped: number(report.stats, 'skipped'),
  };
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
