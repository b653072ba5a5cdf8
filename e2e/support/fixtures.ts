import { test as base } from '@playwright/test';

import { REPORT_EVENT } from '../../src/base/report';
import type { DemoEngine, DemoEngineOptions } from '../../src/demo/index';
import type { Darkroom } from '../../src/server/index';
import { LAN_HOST } from './browser-args';
import { openStage, type Stage } from './stage';

export { expect } from '@playwright/test';
export { LAN_HOST } from './browser-args';
export { openStage, serveApp, type Stage } from './stage';

interface WorkerFixtures {
  /** Host name in the address of the page; the `lan` project uses a name that is no secure context. */
  hostName: string;
  /** Options of the worker's engine; `test.use({ engineOptions })` gives a file a worker of its own. */
  engineOptions: DemoEngineOptions;
  stage: Stage;
}

interface TestFixtures {
  /** The worker's engine, its faults all off at the start of a test. */
  engine: DemoEngine;
  darkroom: Darkroom;
  /** What the page did that no page of ours may do; checked after every test. */
  misdeeds: string[];
  /** Errors the app took note of itself; printed when the test fails. */
  reports: string[];
}

/**
 * Playwright's `test` with a demo engine and a Darkroom server for each worker. `page.goto('/#/gallery')`
 * opens the app. A test fails when its page threw, broke its content security policy, or asked another host.
 */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  hostName: ['127.0.0.1', { option: true, scope: 'worker' }],
  engineOptions: [{}, { option: true, scope: 'worker' }],
  stage: [
    async ({ engineOptions }, use) => {
      const stage = await openStage(engineOptions);
      await use(stage);
      await stage.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  engine: async ({ stage, engineOptions }, use) => {
    const calm = structuredClone(stage.engine.faults);
    await use(stage.engine);
    Object.assign(stage.engine.faults, calm, engineOptions.faults);
  },
  darkroom: async ({ stage }, use) => {
    await use(stage.darkroom);
  },
  baseURL: async ({ stage, hostName }, use) => {
    await use(`http://${hostName}:${stage.darkroom.port}`);
  },
  misdeeds: [
    async ({ context }, use) => {
      const misdeeds: string[] = [];
      context.on('weberror', (error) => {
        misdeeds.push(`uncaught error: ${error.error().stack ?? error.error().message}`);
      });
      context.on('console', (message) => {
        if (/content security policy/i.test(message.text())) {
          misdeeds.push(message.text());
        }
      });
      context.on('request', (request) => {
        if (!isOwnRequest(request.url())) {
          misdeeds.push(`request to another host: ${request.url()}`);
        }
      });
      await use(misdeeds);
      base.expect(misdeeds).toEqual([]);
    },
    { auto: true },
  ],
  reports: [
    async ({ context }, use, testInfo) => {
      const reports: string[] = [];
      await context.addInitScript((event) => {
        addEventListener(event, ({ detail }: CustomEventInit) =>
          console.debug(event, JSON.stringify(detail)),
        );
      }, REPORT_EVENT);
      context.on('console', (message) => {
        if (message.text().startsWith(REPORT_EVENT)) {
          reports.push(`${new Date().toISOString()} ${message.text()}`);
        }
      });
      await use(reports);
      if (testInfo.status !== testInfo.expectedStatus) {
        console.log(
          [`${testInfo.title}: the app reported ${reports.length} errors`, ...reports.slice(-30)].join('\n'),
        );
      }
    },
    { auto: true },
  ],
});

const OWN_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]', LAN_HOST]);

function isOwnRequest(address: string): boolean {
  const url = new URL(address);
  return !/^(?:https?|wss?):$/.test(url.protocol) || OWN_HOSTS.has(url.hostname);
}
