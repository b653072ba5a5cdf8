import type { ApiGraph } from '../../src/comfy/graph';
import { randomUuid } from '../../src/comfy/uuid';
import { DEMO_CHECKPOINTS } from '../../src/demo/checkpoints';

/** What makes a job of the queue the page's own, as far as its server can tell. */
export interface Owner {
  /** Of the page's socket. */
  clientId: string;
  /** The browser's mark. */
  browser: string;
}

/** As large as people's, bytes: with it a job has some 50 kB. */
const WORKFLOW_SIZE = 48_500;

/** Nodes as the editor of ComfyUI saves them, so many bytes of them. */
function nodesOf(bytes: number): object[] {
  const one = (id: number): object => ({
    ...{ id, type: 'PrimitiveFloat', pos: [id * 40, 120.5], size: [210, 58], flags: {}, order: id, mode: 0 },
    ...{ inputs: [{ name: 'value', type: 'FLOAT', widget: { name: 'value' }, link: null }] },
    ...{ outputs: [{ name: 'FLOAT', type: 'FLOAT', links: [id * 3] }], properties: {}, widgets_values: [id] },
  });
  return Array.from({ length: Math.ceil(bytes / JSON.stringify(one(100)).length) }, (_, id) => one(id));
}

const WORKFLOW = { nodes: nodesOf(WORKFLOW_SIZE) };

/** A small picture in so many steps, each as long as the engine lets them be. */
export function steppedGraph(text: string, seed: number, steps: number): ApiGraph {
  return {
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: DEMO_CHECKPOINTS[0] ?? '' } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['4', 1] } },
    '3': {
      class_type: 'KSampler',
      inputs: {
        ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
        ...{ seed, steps, cfg: 7, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
      },
    },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'queue' } },
  };
}

/** Queues a graph; resolves with its id. `large` sends a workflow along, as big as people's are. */
export async function queueJob(
  url: string,
  prompt: ApiGraph,
  { clientId, browser }: Owner,
  large = false,
): Promise<string> {
  const workflow = large ? WORKFLOW : {};
  const extra_data = { extra_pnginfo: { workflow }, darkroom: { browser } };
  const prompt_id = randomUuid();
  const body = JSON.stringify({ prompt, prompt_id, client_id: clientId, extra_data });
  const answer = await fetch(`${url}/prompt`, { method: 'POST', body });
  if (!answer.ok) {
    throw new Error(`POST /prompt: ${answer.status} ${await answer.text()}`);
  }
  return prompt_id;
}

/** Waiting jobs by id, the next one first. */
export async function waitingOrder(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/jobs?status=pending`);
  const { jobs } = (await answer.json()) as { jobs: { id: string; priority: number }[] };
  return jobs.toSorted((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
}

/** The job that runs, if any. */
export async function runningJob(url: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/api/jobs?status=in_progress`);
  return ((await answer.json()) as { jobs: { id: string }[] }).jobs[0]?.id;
}

export async function post(url: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) {
    throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  }
}
