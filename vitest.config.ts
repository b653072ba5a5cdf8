import { availableParallelism } from 'node:os';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

import { loopbackArgs } from './e2e/support/browser-args';
import { findBrowser } from './e2e/support/find-browser';
import { lonelyTests } from './e2e/support/unit-tests';
import { type Era, ERAS, NEWEST_ERA } from './src/demo/era';

/** What nodes make of pixels, which no era changed: told of the oldest and the newest, it holds between them. */
const NODE_RESULTS = ['crop-and-stitch', 'families', 'model-free', 'sampler'].map(
  (name) => `e2e/contract/${name}.test.ts`,
);

/** The contract suite, which tells how ComfyUI behaves, against the engine as it was at some time. */
function contract(name: string, era: Era): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: ['e2e/contract/**/*.test.ts'],
      exclude: era === ERAS[0] || era === NEWEST_ERA ? [] : NODE_RESULTS,
      globalSetup: ['e2e/contract/say-era.ts'],
      env: { CONTRACT_ERA: era },
      environment: 'node',
      testTimeout: 120_000,
      hookTimeout: 60_000,
      fileParallelism: false,
      // Each file has an engine of its own, and loading its code for each took a third of the time.
      isolate: false,
    },
  };
}

const IN_BROWSER = 'src/**/*.browser.test.ts';
const UNIT_FOLDERS = ['src', 'lint', 'e2e/support'];
const UNIT = UNIT_FOLDERS.map((folder) => `${folder}/**/*.test.ts`);
const LONELY = lonelyTests(UNIT_FOLDERS);

function unit(
  name: string,
  include: string[],
  how: { exclude?: string[]; isolate: boolean },
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include,
      ...how,
      environment: 'node',
      // Many are searches through random cases: a busy machine must not decide them.
      testTimeout: 60_000,
    },
  };
}

export default defineConfig({
  plugins: [svelte()],
  test: {
    // One fewer is Vitest's own choice, which leaves half of a machine with two cores idle.
    maxWorkers: availableParallelism(),
    projects: [
      // In modules that all share, but for those that would disturb the others.
      unit('unit', UNIT, { exclude: [IN_BROWSER, ...LONELY], isolate: false }),
      unit('unit alone', LONELY, { isolate: true }),
      {
        extends: true,
        plugins: [tailwindcss()],
        // All packages are found beforehand: one found while a test runs would reload the page.
        optimizeDeps: { entries: ['src/**/*.svelte', 'src/**/*.svelte.ts', IN_BROWSER] },
        test: {
          name: 'browser',
          include: [IN_BROWSER],
          setupFiles: ['src/app.css'],
          // As with Playwright; `npm test` names what needed it.
          retry: 1,
          // Generous, both: a busy machine must not decide a test.
          testTimeout: 60_000,
          expect: { poll: { timeout: 10_000 } },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            viewport: { width: 1280, height: 720 },
            provider: playwright({
              launchOptions: {
                // Looked for when the browser is started: the other projects need none.
                get executablePath() {
                  return findBrowser().executablePath;
                },
                get args() {
                  return [...findBrowser().args, ...loopbackArgs()];
                },
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      contract('contract', NEWEST_ERA),
      ...ERAS.filter((era) => era !== NEWEST_ERA).map((era) => contract(`era ${era}`, era)),
      {
        extends: true,
        test: {
          name: 'browsers',
          include: ['e2e/browsers/**/*.test.ts'],
          environment: 'node',
          // As Playwright does with the other browser tests.
          retry: 1,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'attack',
          include: ['e2e/attack/**/*.test.ts'],
          environment: 'node',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
