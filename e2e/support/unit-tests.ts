import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What outlives the test that does it, or has to happen before the code under test is loaded: module mocks,
 * globals, the clock, a database in memory.
 */
const KEEPS_TO_ITSELF =
  /\bvi\.(mock|doMock|hoisted|resetModules|stubGlobal|stubEnv|useFakeTimers|spyOn)\b|fake-indexeddb|\bglobalThis\.|\bprocess\.env\b/;

/**
 * Unit tests that need modules of their own; all others share them, for loading the code anew for each file takes
 * as long as running the tests.
 * @param folders where to look, relative to the working directory.
 * @returns paths with `/`, relative to the working directory.
 */
export function lonelyTests(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && !file.endsWith('.browser.test.ts'))
      .map((file) => join(folder, file))
      .filter((path) => KEEPS_TO_ITSELF.test(readFileSync(path, 'utf8')))
      .map((path) => path.replaceAll('\\', '/')),
  );
}
