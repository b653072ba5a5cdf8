import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { format } from 'node:util';
import {
  afterAll,
  expect,
  inject,
  test as anyTest,
  type TestAPI,
  type TestOptions,
  TestRunner,
} from 'vitest';
import { type Era, ERAS } from '../../src/demo/era';

/**
 * Since when the statements of each file hold, by their part of it and their titles; those not named hold in every era. Each was found by
 * running it against real servers of the five dates.
 */
type Ranges = Record<string, Record<string, Era>>;
/** How many statements each file makes about each era. */
type Counts = Record<string, Partial<Record<Era, number>>>;

const RANGES = new URL('./since.json', import.meta.url);
const COUNTS = new URL('./counts.json', import.meta.url);

function read<T>(file: URL): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

const ranges = read<Ranges>(RANGES);

/** What a file says about the server at hand. */
interface Account {
  era: Era;
  /** Statements made. */
  made: number;
  /** Those that since.json names, and that the file has not made yet. */
  unused: Set<string>;
  /** Parts of the file that say anything; some are about classes that not every server has. */
  parts: Set<string>;
}

/** By file: one process may read several. */
const accounts = new Map<string, Account>();

/** The name of the calling test file, without its ending. */
function fileName(): string {
  return basename(TestRunner.getCurrentSuite().file?.filepath ?? '', '.test.ts');
}

/**
 * Says which era the statements of the calling file are about; before that, none may be made.
 * @param pinned whether their number must be the one on record.
 */
export function stateAbout(era: Era, pinned: boolean): void {
  const name = fileName();
  const account = {
    era,
    made: 0,
    unused: new Set(Object.keys(ranges[name] ?? {})),
    parts: new Set<string>(),
  };
  accounts.set(name, account);
  afterAll(() => {
    const lost = [...account.unused].filter((key) => account.parts.has(partOf(key)));
    expect(lost, `statements that since.json names and ${name} does not make`).toEqual([]);
    if (pinned) {
      pinCount(name, account);
    }
    writeFileSync(
      join(inject('tally'), `${name}.json`),
      JSON.stringify({ name, era, made: account.made } satisfies Tally),
    );
  });
}

/** What one file has stated, for the last lines of the run. */
export interface Tally {
  name: string;
  era: Era;
  made: number;
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder in which each file leaves its tally. */
    tally: string;
  }
}

/** `PIN_STATEMENTS=1` records the number, so that none is lost unnoticed. */
function pinCount(name: string, { era, made }: Account): void {
  const counts = read<Counts>(COUNTS);
  if (process.env.PIN_STATEMENTS === '1') {
    const own = { ...counts[name], [era]: made };
    const sorted = Object.fromEntries(
      ERAS.flatMap((each) => (own[each] === undefined ? [] : [[each, own[each]]])),
    );
    const all = Object.entries({ ...counts, [name]: sorted }).sort(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(COUNTS, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
    return;
  }
  expect(made, `statements of ${name} about ${era} (counts.json; PIN_STATEMENTS=1 records them)`).toBe(
    counts[name]?.[era] ?? 0,
  );
}

/** The statements on record about an era, by file. */
export function statementsAbout(era: Era): Map<string, number> {
  return new Map(Object.entries(read<Counts>(COUNTS)).map(([name, counts]) => [name, counts[era] ?? 0]));
}

/** What names a statement in its file: several parts of one may make the same about their own things. */
function keyOf(title: string): string {
  const { name } = TestRunner.getCurrentSuite();
  return name ? `${name} > ${title}` : title;
}

function partOf(key: string): string {
  return key.split(' > ', 1)[0] ?? '';
}

/** Whether a statement is to be made about the server at hand. */
function holds(title: string): boolean {
  const name = fileName();
  const account = accounts.get(name);
  if (!account) {
    throw new Error('connect() first: it must be known which era the statements are about');
  }
  const key = keyOf(title);
  account.unused.delete(key);
  account.parts.add(partOf(key));
  const since = ranges[name]?.[key];
  const isHeld = since === undefined || ERAS.indexOf(account.era) >= ERAS.indexOf(since);
  account.made += isHeld ? 1 : 0;
  return isHeld;
}

type Run = (...args: unknown[]) => unknown;

/** `test.each` with a title for each case, so that cases may hold since different times. */
function each(cases: readonly unknown[]) {
  return (title: string, second: Run | TestOptions, third?: Run | number): void => {
    const run = typeof second === 'function' ? second : (third as Run);
    const options = typeof second === 'function' ? { timeout: third as number | undefined } : second;
    const places = title.match(/%[sdifjoO]/g)?.length ?? 0;
    for (const one of cases) {
      const args: unknown[] = Array.isArray(one) ? one : [one];
      const name = format(title, ...args.slice(0, places));
      if (holds(name)) {
        anyTest(name, options, () => run(...args));
      }
    }
  };
}

/** A statement about a server: a test that is made only where it holds. */
export const test = new Proxy(anyTest, {
  apply: (target, self, args: Parameters<TestAPI>) =>
    holds(String(args[0])) ? (Reflect.apply(target, self, args) as unknown) : undefined,
  get: (target, key) => (key === 'each' ? each : (Reflect.get(target, key) as unknown)),
});

export const it = test;
