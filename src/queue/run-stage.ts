import { type ApiGraph, nodeOf } from '../comfy/graph';
import { t } from '../i18n/index.svelte';
import type { JobProgress } from '../jobs/state/progress';

/** What kinds of nodes do, by their class; the first that fits. */
const STAGES = [
  ['loading', /Loader|LoadModel|LoadDiffusion|LoadCheckpoint/i],
  ['reading', /TextEncode|CLIPText/i],
  ['decoding', /VAEDecode|Decode$/i],
  ['encoding', /VAEEncode|InpaintModelConditioning|Encode$/i],
  ['saving', /^(Save|Preview)/],
  ['upscaling', /Upscale/i],
  ['opening', /^Load(Image|Video|Audio|Mask)/],
] as const;

/** What a running job does, in words: `Sampling 14 of 30`, `Loading the model`. */
export function stageWords(progress: JobProgress, graph: ApiGraph | null): string {
  const { nodeId, nodeTitle, value, max, activity } = progress;
  const className = (graph && nodeId !== null && nodeOf(graph, nodeId)?.class_type) || '';
  // A sampler that waits for a model looks like one that samples, unless the server says so.
  if (activity === 'loading') {
    return t('steering.stage.loading');
  }
  if (max > 1 && value > 0) {
    return /Sampler/i.test(className)
      ? t('steering.stage.sampling', { value, max })
      : t('steering.stage.steps', { node: nodeTitle ?? className, value, max });
  }
  // Before its first step a sampler brings the model into memory.
  if (/Sampler/i.test(className)) {
    return t('steering.stage.preparing');
  }
  const stage = STAGES.find(([, pattern]) => pattern.test(className))?.[0];
  return stage ? t(`steering.stage.${stage}`) : (nodeTitle ?? t('queue.state.running'));
}

/** Which node of the graph is at work, counted by those that are done, as in `node 3 of 7`; `null` without a graph. */
export function nodeWords({ done }: JobProgress, graph: ApiGraph | null): string | null {
  const total = graph ? Object.keys(graph).length : 0;
  // The parts of expanded nodes are told of, too.
  const before = graph ? [...done].filter((id) => nodeOf(graph, id)).length : 0;
  return total > 1 ? t('steering.nodeOf', { place: Math.min(before + 1, total), total }) : null;
}
