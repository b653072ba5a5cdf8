/** A workflow as a form in a page of its own, for the bench to drive. */
import '../../../src/app.css';

import { flushSync, mount, unmount } from 'svelte';

import { parseExact, stringifyExact } from '../../../src/comfy/exact-json';
import type { ApiGraph } from '../../../src/comfy/graph';
import { serverPictures } from '../../../src/comfy/picture-source';
import { loadWords } from '../../../src/i18n/index.svelte';
import { readGraphText } from '../../../src/workflows/convert/read-source';
import { toApiGraph } from '../../../src/workflows/convert/to-api';
import { FormState } from '../../../src/workflows/form-view/form-state.svelte';
import WorkflowForm from '../../../src/workflows/form-view/WorkflowForm.svelte';
import { bigWorkflow, bigWorkflowInfos } from '../support/big-workflow';
import { watch } from './watch.svelte';

const ports = {
  pictures: serverPictures({
    viewUrl: () => 'data:,',
    view: () => Promise.resolve(new Blob()),
    viewUpTo: () => Promise.resolve(null),
    stat: () => Promise.resolve(null),
  }),
  upload: () => Promise.reject(new Error('nothing is uploaded here')),
};

const infos = bigWorkflowInfos(parseExact);
let graph: ApiGraph = {};
let close: () => void = () => undefined;

const bench = {
  /** Gets a graph of so many nodes ready; returns how many it has. */
  async prepare(nodes: number): Promise<number> {
    await loadWords('form');
    graph = graphOf(nodes);
    return Object.keys(graph).length;
  },

  /** Opens the graph that was prepared, laid out at once. */
  open(): void {
    close();
    const form = new FormState(graph, infos);
    const component = mount(WorkflowForm, { target: document.body, props: { form, ports } });
    flushSync();
    void document.body.offsetHeight;
    // A room keeps what is filled in, and so reads the graph each time.
    const stop = watch(() => void form.graph);
    close = () => {
      stop();
      void unmount(component);
    };
  },
};

function graphOf(nodes: number): ApiGraph {
  const read = readGraphText(stringifyExact(bigWorkflow(nodes)));
  const editor = read.ok ? read.found.editor : null;
  const conversion = editor && toApiGraph(editor, infos);
  return conversion?.ok ? conversion.graph : {};
}

declare global {
  var formBench: typeof bench;
}
globalThis.formBench = bench;
