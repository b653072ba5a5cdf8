import { gzipSync } from 'node:zlib';

import type { Page, Response } from 'playwright';

/** Notes the scripts a page asks for from now on. */
export function scriptsOf(page: Page): {
  /** What they weigh so far, each file gzipped; kB = 1000 bytes. */
  kilobytes: () => Promise<number>;
} {
  const scripts: Response[] = [];
  page.on('response', (response) => {
    if (/\.m?js$/.test(new URL(response.url()).pathname)) {
      scripts.push(response);
    }
  });
  return {
    kilobytes: async () => {
      const bodies = await Promise.all(scripts.map((script) => script.body()));
      return bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0) / 1000;
    },
  };
}
