import { report, reportingAs } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { parseExact } from '../../comfy/exact-json';
import type { FileRef } from '../../comfy/file-ref';
import { readPngText } from '../../comfy/png';
import type { ComfyContext } from '../../jobs/context';
import { type DarkroomRecord, isOrigin, type Origin, readRecord } from '../../workflows/darkroom-record';

/** Text precedes the pixels (API reference 8); a workflow may come first and be long. Bytes. */
const HEAD = 1_000_000;

/**
 * How a picture was made, if it was made here: from its job, else from the file itself. Null when unknown; a
 * server that does not answer knows nothing.
 */
export async function readOrigin(comfy: ComfyContext, ref: FileRef): Promise<Origin | null> {
  const record = (await fromJob(comfy, ref)) ?? (await fromFile(comfy.client, ref));
  return isOrigin(record) ? record : null;
}

async function fromJob({ jobs }: ComfyContext, ref: FileRef): Promise<DarkroomRecord | null> {
  const item = jobs.items.byFile(ref);
  const graph = item?.job.darkroom
    ? await jobs.graph(item.job.id).catch(reportingAs('origin.graph', null))
    : null;
  return graph && readRecord(graph.pngInfo['darkroom']);
}

async function fromFile(client: ComfyClient, ref: FileRef): Promise<DarkroomRecord | null> {
  if (!/\.png$/i.test(ref.filename)) {
    return null;
  }
  try {
    const head = await client.view(ref, { range: [0, HEAD - 1] });
    const text = await readPngText(new Uint8Array(await head.arrayBuffer()));
    return text['darkroom'] === undefined ? null : readRecord(parseExact(text['darkroom']));
  } catch (error) {
    report(error, 'origin.read-file');
    return null;
  }
}
