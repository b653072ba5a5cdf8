import { defineConfig } from '@playwright/test';

import { LAN_HOST, loopbackArgs } from './e2e/support/browser-args';
import { findBrowser } from './e2e/support/find-browser';

const browser = findBrowser();

/**
 * Tests run on the desktop unless tagged `@only-lan` or `@only-touch`. Those tagged `@lan` run again on a
 * page without a secure context, those tagged `@touch` again on a phone.
 */
export default defineConfig<{ hostName: string }, { hostName: string }>({
  testDir: 'e2e/specs',
  outputDir: 'test-results',
  globalSetup: './e2e/support/global-setup.ts',
  reporter: 'list',
  // Tests wait about as long as they compute: a third keeps two cores busy.
  workers: 3,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  // Generous: a busy machine must not decide a test.
  timeout: 150_000,
  // Test machines are busy, and strokes go by the clock: what passes at the second try is listed as flaky.
  retries: 1,
  expect: { timeout: 20_000 },
  use: {
    browserName: 'chromium',
    // Keeping one of every test made them take half as long again.
    trace: 'on-first-retry',
    locale: 'en-US',
    // Without a graphics card, tiles that pulse while they load cost more than everything else of a test.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: browser.executablePath,
      args: [...browser.args, ...loopbackArgs([LAN_HOST])],
    },
  },
  projects: [
    {
      name: 'desktop',
      grepInvert: /@only-/,
      use: { viewport: { width: 1440, height: 900 } },
    },
    {
      name: 'lan',
      grep: /@(?:only-)?lan\b/,
      use: { viewport: { width: 1440, height: 900 }, hostName: LAN_HOST },
    },
    {
      name: 'touch',
      grep: /@(?:only-)?touch\b/,
      use: {
        viewport: { width: 390, height: 844 },
        deviceScaleFactor: 3,
        hasTouch: true,
        isMobile: true,
      },
    },
  ],
});
