import { describe, expect, it } from 'vitest';

import {
  addUp,
  type Counts,
  failureLines,
  flakyLines,
  hasFailed,
  readPlaywrightReport,
  readVitestReport,
  stageLine,
  type StageResult,
  totalLine,
} from './test-report';

function stage(exitCode: number, counts: Counts | null): StageResult {
  return { name: 'unit', exitCode, counts, seconds: 12.3 };
}
const GREEN: Counts = { passed: 5, failed: 0, skipped: 0 };
const EMPTY: Counts = { passed: 0, failed: 0, skipped: 3 };

describe('reports', () => {
  it('reads those of Vitest and Playwright', () => {
    expect(
      readVitestReport('{"numPassedTests":3,"numFailedTests":2,"numPendingTests":1,"numTodoTests":1}').counts,
    ).toEqual({ passed: 3, failed: 2, skipped: 2 });
    expect(
      readPlaywrightReport('{"stats":{"expected":3,"flaky":1,"unexpected":2,"skipped":4}}').counts,
    ).toEqual({ passed: 4, failed: 2, skipped: 4 });
    expect(readPlaywrightReport('{"errors":[]}').counts).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });

  it('name the tests that failed, and those that passed at a second try', () => {
    const vitest = {
      testResults: [
        {
          name: '/x/a.test.ts',
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'is fine', failureMessages: [] },
            { status: 'passed', fullName: 'a brush is slow', failureMessages: ['AssertionError: 1'] },
            { status: 'failed', fullName: 'a mask is kept', failureMessages: ['AssertionError: 2'] },
          ],
        },
        { name: '/x/broken.test.ts', status: 'failed', assertionResults: [] },
      ],
    };
    expect(readVitestReport(JSON.stringify(vitest))).toMatchObject({
      failures: ['a.test.ts › a mask is kept', 'broken.test.ts'],
      flaky: ['a.test.ts › a brush is slow'],
    });
    const spec = (title: string, status: string): object => ({
      ...{ title, file: 'specs/queue.spec.ts' },
      tests: [{ projectName: 'lan', status }],
    });
    const playwright = {
      suites: [
        { specs: [spec('waits', 'flaky')], suites: [{ specs: [spec('runs', 'unexpected')] }] },
        { specs: [spec('stops', 'expected')] },
      ],
    };
    expect(readPlaywrightReport(JSON.stringify(playwright))).toMatchObject({
      failures: ['queue.spec.ts › runs [lan]'],
      flaky: ['queue.spec.ts › waits [lan]'],
    });
  });
});

describe('hasFailed', () => {
  it('goes by exit code, failing tests, and tests that are not there', () => {
    expect(hasFailed(stage(0, GREEN))).toBe(false);
    expect(hasFailed(stage(0, null))).toBe(false);
    expect(hasFailed(stage(1, GREEN))).toBe(true);
    expect(hasFailed(stage(1, null))).toBe(true);
    expect(hasFailed(stage(0, EMPTY))).toBe(true);
    expect(hasFailed(stage(0, { passed: 5, failed: 1, skipped: 0 }))).toBe(true);
  });
});

describe('addUp', () => {
  it('counts tests, and one failure for a stage that failed without any', () => {
    expect(addUp([stage(0, GREEN), stage(0, null)])).toEqual(GREEN);
    expect(addUp([stage(1, GREEN), stage(1, null), stage(0, EMPTY)])).toEqual({
      passed: 5,
      failed: 3,
      skipped: 3,
    });
    expect(addUp([stage(1, { passed: 4, failed: 2, skipped: 0 })])).toEqual({
      passed: 4,
      failed: 2,
      skipped: 0,
    });
  });
});

it('says it in plain lines', () => {
  expect(totalLine(GREEN)).toBe('5 passed, 0 failed');
  expect(totalLine({ passed: 5, failed: 1, skipped: 2 })).toBe('5 passed, 1 failed, 2 skipped');
  expect(stageLine(stage(0, GREEN))).toBe('  unit       ok        12 s  5 passed, 0 failed');
  expect(stageLine(stage(0, EMPTY))).toBe('  unit       FAILED    12 s  ran no test');
  expect(stageLine(stage(1, null))).toBe('  unit       FAILED    12 s');
  const told: StageResult = { ...stage(1, GREEN), failures: ['a › b'], flaky: ['c › d'] };
  expect(failureLines([told, stage(0, null)])).toEqual(['  unit       ✘ a › b']);
  expect(flakyLines([told, stage(0, null)])).toEqual(['  unit       ↻ c › d (passed at the second try)']);
});
