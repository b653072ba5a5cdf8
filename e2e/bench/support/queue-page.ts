import type { BrowserContext, CDPSession, Page } from 'playwright';

import { type EngineProcess, startEngineProcess } from './engine-process';
import { allowTsx } from './driven-page';
import { visit } from './gallery-visit';
import { SMALL } from './seeded-gallery';
import { serveApp } from '../../support/stage';
import { type Owner, post, queueJob, steppedGraph, waitingOrder } from '../../support/queued-jobs';
import type { DemoFaults } from '../../../src/demo/index';

/** Steps of a job that does not end by itself. */
const ENDLESS = 10_000;
/** Jobs sent at once. */
const AT_ONCE = 8;
/** A panel that is wrong for longer fails, ms. */
const LIMIT = 60_000;
/** Rows that have to be right: more are not in view. */
const ROWS = 12;

export const OWNER: Owner = {
  clientId: 'b0000000-0000-4000-8000-000000000002',
  browser: 'b0000000-0000-4000-8000-000000000001',
};

/** An engine in a process of its own, and a Darkroom before it. */
export interface QueueStage {
  engine: EngineProcess;
  url: string;
  stop: () => Promise<void>;
}

export async function openQueueStage(
  stepDelayMs: number,
  faults: Partial<DemoFaults> = {},
): Promise<QueueStage> {
  const engine = await startEngineProcess(
    { jobs: 0, sizes: SMALL, untoldEvery: 0, noise: 0 },
    { stepDelayMs, faults, control: true },
  );
  const darkroom = await serveApp(engine.url);
  return {
    engine,
    url: darkroom.url,
    stop: async () => {
      await darkroom.stop();
      await engine.stop();
    },
  };
}

/** Queues one job that runs until it is interrupted, and so many others, each a row of its own; resolves with these. */
export async function fillQueue({ engine }: QueueStage, count: number): Promise<string[]> {
  await queueJob(engine.url, steppedGraph('the one that runs', 0, ENDLESS), OWNER, true);
  for (let from = 0; from < count; from += AT_ONCE) {
    const part = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) =>
      queueJob(engine.url, steppedGraph(`job ${from + index}`, from + index, ENDLESS), OWNER, true),
    );
    await Promise.all(part);
  }
  return waitingOrder(engine.url);
}

export interface QueueVisit {
  page: Page;
  context: BrowserContext;
  cdp: CDPSession;
  /** Full reads of the queue so far. */
  fullReads: () => number;
  close: () => Promise<void>;
}

/** Opens the queue's room as the tab that sent the jobs. */
export async function visitQueue({ url }: QueueStage): Promise<QueueVisit> {
  const { page, context, cdp, close } = await visit();
  await allowTsx(page);
  await page.addInitScript(({ browser, clientId }) => {
    localStorage.setItem('darkroom.sender', JSON.stringify({ browser, name: '' }));
    sessionStorage.setItem('darkroom.clientId', clientId);
    sessionStorage.setItem('darkroom.clientIdReleased', 'yes');
    globalThis.queueBench = { statusAt: NaN, messages: 0, watches: false };
    const Plain = WebSocket;
    globalThis.WebSocket = class extends Plain {
      constructor(address: string | URL, protocols?: string | string[]) {
        super(address, protocols);
        this.addEventListener('message', ({ data }) => {
          const bench = globalThis.queueBench;
          if (typeof data !== 'string') {
            return;
          }
          if (data.startsWith('{"type": "progress') || data.startsWith('{"type":"progress')) {
            bench.messages += 1;
          } else if (Number.isNaN(bench.statusAt) && /^\{"type": ?"status"/.test(data)) {
            bench.statusAt = performance.now();
          }
        });
      }
    };
  }, OWNER);
  let reads = 0;
  page.on('request', (request) => {
    reads += request.method() === 'GET' && new URL(request.url()).pathname.endsWith('/queue') ? 1 : 0;
  });
  await page.goto(`${url}/#/queue`, { waitUntil: 'commit' });
  return { page, context, cdp, fullReads: () => reads, close };
}

declare global {
  var queueBench: {
    /** When the first status event since it was set to NaN came, `performance.now()`. */
    statusAt: number;
    /** Progress events so far. */
    messages: number;
    /** Whether `untilShown` has begun and is not done. */
    watches: boolean;
  };
}

/**
 * Begins to watch for a panel that lists these jobs first, of so many; the returned promise resolves with the ms from
 * the next status event, or from `from` where that is given, until it does.
 */
export function untilShown(page: Page, waiting: readonly string[], from?: number): Promise<number> {
  return page.evaluate(
    ([ids, count, since, limit]) => {
      globalThis.queueBench.statusAt = since ?? NaN;
      globalThis.queueBench.watches = true;
      const heading = (): string => {
        const headings = [...document.querySelectorAll('h2')];
        return headings.find((one) => one.textContent.trim().startsWith('Pending'))?.textContent ?? '';
      };
      const isRight = (): boolean => {
        const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].slice(0, ids.length);
        return (
          Number(heading().replace(/\D/g, '')) === count &&
          rows.length === ids.length &&
          rows.every((row, index) => row.dataset['row'] === ids[index])
        );
      };
      return new Promise<number>((resolve, reject) => {
        setTimeout(
          () => reject(new Error(`after ${limit} ms the panel shows ${heading()}, not ${count}`)),
          limit,
        );
        const done = (): void => {
          const { statusAt } = globalThis.queueBench;
          if (!Number.isNaN(statusAt) && isRight()) {
            observer.disconnect();
            globalThis.queueBench.watches = false;
            resolve(performance.now() - statusAt);
          }
        };
        const observer = new MutationObserver(done);
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        done();
      });
    },
    [waiting.slice(0, ROWS), waiting.length, from, LIMIT] as const,
  );
}

/** Resolves once `untilShown` watches: a status event that came before would be waited for in vain. */
export async function untilWatched(page: Page): Promise<void> {
  await page.waitForFunction(() => globalThis.queueBench.watches);
}

/** Has somebody else's program queue a job. */
export function queueElsewhere({ engine }: QueueStage, text: string): Promise<string> {
  const stranger = { clientId: 'another-program', browser: '' };
  return queueJob(engine.url, steppedGraph(text, 1, ENDLESS), stranger, true);
}

/** Takes waiting jobs out, as another program would. */
export function removeElsewhere({ engine }: QueueStage, ids: readonly string[]): Promise<void> {
  return post(engine.url, '/queue', { delete: ids });
}

export function interrupt({ engine }: QueueStage): Promise<void> {
  return post(engine.url, '/interrupt', {});
}
