import { stringifyExact } from '../../../comfy/exact-json';
import { displayPath, type FileRef, parseAnnotated } from '../../../comfy/file-ref';
import type { ApiGraph } from '../../../comfy/graph';
import type { GalleryItem } from '../../../jobs/job-store.svelte';
import { type JobGraph, jobTime } from '../../../jobs/state/job';

/** Nodes that read a file from a folder of the server, and the input that names it. */
const LOADERS: Readonly<Record<string, string>> = {
  LoadImage: 'image',
  LoadImageMask: 'image',
  LoadImageOutput: 'image',
  LoadVideo: 'file',
  LoadAudio: 'audio',
  VHS_LoadVideo: 'video',
};

/** The files a graph reads, each once: pictures, masks, videos. */
export function usedFiles(graph: ApiGraph): FileRef[] {
  const files = new Map<string, FileRef>();
  for (const { class_type, inputs } of Object.values(graph)) {
    const input = Object.hasOwn(LOADERS, class_type) ? LOADERS[class_type] : undefined;
    const value = input === undefined ? undefined : inputs[input];
    if (typeof value === 'string' && value !== '') {
      const ref = parseAnnotated(value, class_type === 'LoadImageOutput' ? 'output' : 'input');
      files.set(`${ref.type} ${displayPath(ref)}`, ref);
    }
  }
  return [...files.values()];
}

/**
 * How a picture was made, as JSON: its summary in words, the graph in API format, which ComfyUI queues as it is, and
 * the workflow, which its editor opens.
 * @param inputs names under which the files that the graph reads lie beside it.
 */
export function sidecarText(item: GalleryItem, made: JobGraph | null, inputs: readonly string[]): string {
  const { job, output } = item;
  const { summary } = job;
  const at = jobTime(job);
  return stringifyExact(
    {
      file: displayPath(output.ref),
      job: job.id,
      ...(at > 0 && { made: new Date(at).toISOString() }),
      ...(summary && { ...summary }),
      ...(inputs.length > 0 && { inputs }),
      ...(made && { graph: made.graph, ...made.pngInfo }),
    },
    2,
  );
}
