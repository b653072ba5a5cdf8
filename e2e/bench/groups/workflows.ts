import { performance } from 'node:perf_hooks';

import { parseExact, stringifyExact } from '../../../src/comfy/exact-json';
import { readGraphText } from '../../../src/workflows/convert/read-source';
import { toApiGraph } from '../../../src/workflows/convert/to-api';
import type { Bench, Measure, Measurement } from '../measurement';
import { median } from '../support/driven-page';
import { recipeInput, type RecipeSource } from '../../../src/workflows/recipe';
import { smallServer } from '../../../src/workflows/surgery/fixtures/small-server';
import { sameSetup } from '../../../src/workflows/surgery/same-setup';
import { bigGraph } from '../support/big-graph';
import { bigWorkflow, bigWorkflowInfos } from '../support/big-workflow';

const NODES = 300;
const RUNS = 30;

export const measure: Measure = (bench) => Promise.resolve([measureConvert(bench), measureSurgery(bench)]);

/** From the text of a file to the API graph, as a dropped workflow goes. */
function measureConvert(bench: Bench): Measurement {
  const text = stringifyExact(bigWorkflow(NODES));
  const infos = bigWorkflowInfos(parseExact);
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const read = readGraphText(text);
    const editor = read.ok ? read.found.editor : null;
    const conversion = editor && toApiGraph(editor, infos);
    times.push(performance.now() - start);
    const nodes = conversion?.ok ? Object.keys(conversion.graph).length : 0;
    if (nodes !== NODES) {
      throw new Error(`The workflow gave ${nodes} of ${NODES} nodes.`);
    }
  }
  bench.say(
    `converted ${NODES} nodes: first ${(times[0] ?? 0).toFixed(1)} ms, then ${median(times).toFixed(1)} ms`,
  );
  return { name: 'workflows.convert.ms@300-nodes', value: median(times), unit: 'ms' };
}

/** From the graph of a picture to the form, and from the form to the inpainting graph. */
function measureSurgery(bench: Bench): Measurement {
  const graph = bigGraph(NODES);
  const infos = smallServer();
  const file = { filename: 'p.png', subfolder: '', type: 'input' } as const;
  const source: RecipeSource = { kind: 'apart', image: file, mask: file };
  const input = recipeInput(source, { width: 800, height: 600 });
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const setup = sameSetup(graph, infos);
    const made = setup.ok ? setup.recipe.build(input, {}, infos) : {};
    times.push(performance.now() - start);
    const nodes = Object.keys(made).length;
    if (nodes < NODES / 2) {
      throw new Error(`The surgery gave ${nodes} nodes.`);
    }
  }
  bench.say(
    `turned ${NODES} nodes into an inpainting graph: first ${(times[0] ?? 0).toFixed(1)} ms, then ${median(times).toFixed(1)} ms`,
  );
  return { name: 'workflows.surgery.ms@300-nodes', value: median(times), unit: 'ms' };
}
