import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CONFIG = resolve('.oxlintrc.json');
const OXLINT = resolve('node_modules/oxlint/bin/oxlint');
const TSGOLINT = resolve('node_modules/.bin/tsgolint');

/** For each rule that needs types, what it is there to find; each stands in a file of its own. */
const BREACHES: Record<string, string> = {
  'await-thenable': 'await (3 as number);',
  'no-array-delete': 'delete ([1, 2] as number[])[0];',
  'no-base-to-string': 'String({} as { a: 1 });',
  'no-duplicate-type-constituents': 'export type Twice = string | number | string;',
  'no-floating-promises': 'Promise.resolve(1);',
  'no-for-in-array': 'for (const key in [1, 2]) { String(key); }',
  'no-implied-eval': "setTimeout('1 + 1', 1);",
  'no-misused-promises': '[1].forEach(async () => { await Promise.resolve(); });',
  'no-redundant-type-constituents': 'export type All = string | unknown;',
  'no-unnecessary-type-assertion': 'const one = 1 as number; export const same = one as number;',
  'no-unsafe-argument': "parseInt(JSON.parse('1'));",
  'no-unsafe-assignment': "export const value = JSON.parse('1');",
  'no-unsafe-call': "JSON.parse('1')();",
  'no-unsafe-enum-comparison': 'enum Fruit { Fig } export const is = (fruit: Fruit) => fruit === 0;',
  'no-unsafe-member-access': "JSON.parse('1').name;",
  'no-unsafe-return': "export const read = (): string => JSON.parse('1');",
  'no-unsafe-unary-minus': "export const minus = -('a' as string);",
  'only-throw-error': "throw 'words' as string;",
  'prefer-promise-reject-errors': "export const failed = Promise.reject('words');",
  'require-await': 'export async function now() { return 1; }',
  'restrict-plus-operands': 'export const sum = (1 as number) + ([] as string[]);',
  'restrict-template-expressions': 'export const text = `${[1] as number[]}`;',
  'unbound-method': 'class A { b() { return this; } } export const loose = new A().b;',
};

interface Report {
  diagnostics: { code: string; filename: string }[];
}

/** Rules and settings as the project has them. */
const { rules } = JSON.parse(readFileSync(CONFIG, 'utf8')) as { rules: Record<string, unknown> };

let folder: string;
let found: Report['diagnostics'];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-lint-'));
  const { compilerOptions } = JSON.parse(readFileSync('tsconfig.json', 'utf8')) as {
    compilerOptions: object;
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, types: [] }, include: ['*.ts'] }),
  );
  for (const [rule, code] of Object.entries(BREACHES)) {
    writeFileSync(join(folder, `${rule}.ts`), `${code}\nexport {};\n`);
  }
  writeFileSync(join(folder, 'faultless.ts'), 'export const sum = (a: number) => `${a + 1}${true}`;\n');
  found = (JSON.parse(lint(folder)) as Report).diagnostics;
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What oxlint prints; it ends with 1 when it found something. */
function lint(where: string): string {
  try {
    return execFileSync(process.execPath, [OXLINT, '--config', CONFIG, '--format', 'json', '.'], {
      cwd: where,
      encoding: 'utf8',
      // Which it looks for in the working directory.
      env: { ...process.env, OXLINT_TSGOLINT_PATH: TSGOLINT },
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe('rules that need types', () => {
  it('are all tried here', () => {
    expect(Object.keys(BREACHES).map((rule) => `typescript/${rule}`)).toEqual(Object.keys(rules));
  });

  it.each(Object.keys(BREACHES))('%s is found in a script', (rule) => {
    const codes = found.filter(({ filename }) => filename.endsWith(`${rule}.ts`)).map(({ code }) => code);
    expect(codes).toContain(`typescript(${rule})`);
  });

  it('let through what is right', () => {
    expect(found.filter(({ filename }) => filename.endsWith('faultless.ts'))).toEqual([]);
  });
});
