import { performance } from 'node:perf_hooks';

import { parseExact, stringifyExact } from '../../../src/comfy/exact-json';
import { readGraphText } from '../../../src/workflows/convert/read-source';
import { toApiGraph } from '../../../src/workflows/convert/to-api';
import type { Bench, Measure, Measurement } from '../measurement';
import { median } from '../support/driven-page';
import { bigWorkflow, bigWorkflowInfos } from '../support/big-workflow';

const NODES = 300;
const RUNS = 30;

export const measure: Measure = (bench) => Promise.resolve([measureConvert(bench)]);

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
