import { performance } from 'node:perf_hooks';

import { chromium } from 'playwright';

import { parseExact, stringifyExact } from '../../../src/comfy/exact-json';
import { readGraphText } from '../../../src/workflows/convert/read-source';
import { toApiGraph } from '../../../src/workflows/convert/to-api';
import type { Bench, Measure, Measurement } from '../measurement';
import type {} from '../pages/form';
import { loopbackArgs } from '../../support/browser-args';
import { findWholeBrowser } from '../../support/find-browser';
import { buildPage, serve } from '../support/built-page';
import { drive, median, quantile, times } from '../support/driven-page';
import { recipeInput, type RecipeSource } from '../../../src/workflows/recipe';
import { smallServer } from '../../../src/workflows/surgery/fixtures/small-server';
import { sameSetup } from '../../../src/workflows/surgery/same-setup';
import { bigGraph } from '../support/big-graph';
import { bigWorkflow, bigWorkflowInfos } from '../support/big-workflow';

const NODES = 300;
const RUNS = 30;

/** Keys typed into the form. */
const KEYS = 100;
/** Times the form is opened, in a fresh page each. */
const OPENINGS = 7;

export const measure: Measure = async (bench) => [
  measureConvert(bench),
  measureSurgery(bench),
  ...(await measureForm(bench)),
];

/** From the text of a file to the API graph, as a dropped workflow goes. */
function measureConvert(bench: Bench): Measurement {
  const text = stringifyExact(bigWorkflow(NODES));
  const infos = bigWorkflowInfos(parseExact);
  const took: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const read = readGraphText(text);
    const editor = read.ok ? read.found.editor : null;
    const conversion = editor && toApiGraph(editor, infos);
    took.push(performance.now() - start);
    const nodes = conversion?.ok ? Object.keys(conversion.graph).length : 0;
    if (nodes !== NODES) {
      throw new Error(`The workflow gave ${nodes} of ${NODES} nodes.`);
    }
  }
  bench.say(
    `converted ${NODES} nodes: first ${(took[0] ?? 0).toFixed(1)} ms, then ${median(took).toFixed(1)} ms`,
  );
  return { name: 'workflows.convert.ms@300-nodes', value: median(took), unit: 'ms' };
}

/** From the graph of a picture to the form, and from the form to the inpainting graph. */
function measureSurgery(bench: Bench): Measurement {
  const graph = bigGraph(NODES);
  const infos = smallServer();
  const file = { filename: 'p.png', subfolder: '', type: 'input' } as const;
  const source: RecipeSource = { kind: 'apart', image: file, mask: file };
  const input = recipeInput(source, { width: 800, height: 600 });
  const took: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const setup = sameSetup(graph, infos);
    const made = setup.ok ? setup.recipe.build(input, {}, infos) : {};
    took.push(performance.now() - start);
    const nodes = Object.keys(made).length;
    if (nodes < NODES / 2) {
      throw new Error(`The surgery gave ${nodes} nodes.`);
    }
  }
  bench.say(
    `turned ${NODES} nodes into an inpainting graph: first ${(took[0] ?? 0).toFixed(1)} ms, then ${median(took).toFixed(1)} ms`,
  );
  return { name: 'workflows.surgery.ms@300-nodes', value: median(took), unit: 'ms' };
}

/** The form of a big graph: until it is there, and what a key costs the page. */
async function measureForm(bench: Bench): Promise<Measurement[]> {
  const { server, url } = await serve(await buildPage('e2e/bench/pages/form.ts'));
  const { executablePath, args } = findWholeBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args, ...loopbackArgs()] });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    // What other processes do meanwhile does not count.
    const { cost, frame } = await drive(page);
    const openings: number[] = [];
    for (let run = 0; run < OPENINGS; run++) {
      await page.goto(url);
      await page.waitForFunction(() => 'formBench' in globalThis);
      const nodes = await page.evaluate((count) => formBench.prepare(count), NODES);
      if (nodes !== NODES) {
        throw new Error(`The form has ${nodes} of ${NODES} nodes.`);
      }
      openings.push(await cost(() => page.evaluate(() => formBench.open())));
    }
    await page.locator('textarea').first().focus();
    const keys = await times(KEYS, (i) =>
      cost(async () => {
        await page.keyboard.press(i % 6 === 5 ? 'Space' : 'a');
        await frame();
      }),
    );
    bench.say(
      `form of ${NODES} nodes: open ${openings.map((ms) => ms.toFixed(0)).join(' ')} ms; a key ${median(keys).toFixed(1)} ms`,
    );
    return [
      { name: 'workflows.form.open.ms@300-nodes', value: median(openings), unit: 'ms' },
      { name: 'workflows.keystroke.p95@300-nodes', value: quantile(keys, 0.95), unit: 'ms' },
    ];
  } finally {
    await browser.close();
    server.close();
  }
}
