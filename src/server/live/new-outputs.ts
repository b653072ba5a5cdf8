import type { HistoryItem } from '../../comfy/client';
import { summarizeGraph } from '../../comfy/graph-summary';
import { asFileRef } from '../../comfy/schemas';
import type { Making, SharedFile } from '../../ports/share-wire';

/** A job that is done, with its files as they are shared. */
export interface Finished {
  id: string;
  /** When it ended, ms since the epoch; `null` where the server does not tell (before its messages had times). */
  at: number | null;
  /** Saved files, newest first; previews and inputs are not outputs. */
  files: SharedFile[];
}

/** What a history entry tells of a job that is done. */
export function finishedJob({ id, outputs, status, prompt }: HistoryItem): Finished {
  const times = (status?.messages ?? [])
    .map(([, data]) => data['timestamp'])
    .filter((time) => typeof time === 'number');
  const at = times.length > 0 ? Math.max(...times) : null;
  const files = Object.entries(outputs).flatMap(([node, output]) => {
    const refs = Object.values(output)
      .flat()
      .flatMap((item) => asFileRef(item) ?? [])
      .filter(({ type }) => type === 'output');
    return refs.map((ref) => ({ ref, making: makingOf(prompt.graph, node), ...(at === null ? {} : { at }) }));
  });
  return { id, at, files: files.reverse() };
}

function makingOf(graph: HistoryItem['prompt']['graph'], node: string): Making {
  const { prompt, negative, model, loras, seed, steps, cfg, sampler, scheduler } = summarizeGraph(
    graph,
    node,
  );
  return {
    ...(prompt === null ? {} : { prompt }),
    ...(negative === null ? {} : { negative }),
    ...(model === null ? {} : { model }),
    ...(loras.length === 0
      ? {}
      : { loras: loras.map(({ name, strength }) => (strength === null ? name : `${name} ${strength}`)) }),
    ...(seed === null ? {} : { seed: String(seed) }),
    ...(steps === null ? {} : { steps }),
    ...(cfg === null ? {} : { cfg }),
    ...(sampler === null ? {} : { sampler }),
    ...(scheduler === null ? {} : { scheduler }),
  };
}
