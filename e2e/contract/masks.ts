import type { FileRef } from '../../src/comfy/file-ref';
import type { ApiGraph } from '../../src/comfy/graph';
import type { ComfyClient } from '../../src/comfy/client';
import { randomUuid } from '../../src/comfy/uuid';
import type { EditorPicture, MaskExport } from '../../src/editor/model/editor-types';
import { maskHash } from '../../src/editor/mask/hash';
import { MaskRows } from '../../src/editor/mask/mask-tiles';
import { encodeMaskPng } from '../../src/editor/mask/png-write';
import type { MaskExporter } from '../../src/editor/upload/mask-upload';
import { collectOutputs } from '../../src/jobs/state/outputs';
import { decodePng, encodePng, type Picture } from './pictures';
import { finished } from './support';

/** A mask as the editor holds it (values row by row, 0 = keep, 255 = repaint), and its files. */
export interface PaintedMask {
  width: number;
  height: number;
  values: Uint8Array;
  exportMask: MaskExporter;
}

/** A mask computed from a function of the position. */
export function paintMask(width: number, height: number, at: (x: number, y: number) => number): PaintedMask {
  const rows = new MaskRows(width, height);
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Uint8Array.from({ length: width }, (_, x) => at(x, y));
    values.set(row, y * width);
    rows.add(y, row);
  }
  const tiles = rows.finish();
  const exportMask = async (variant: 'indexed' | 'rgba'): Promise<MaskExport> => {
    const blob = new Blob([await encodeMaskPng(tiles, variant)], { type: 'image/png' });
    const empty = !values.some(Boolean);
    const bounds = empty ? null : { x0: 0, y0: 0, x1: width, y1: height };
    return { blob, hash: maskHash(tiles), width, height, empty, bounds, rev: 1 };
  };
  return { width, height, values, exportMask };
}

/** Stores a picture as an RGB PNG in the input folder, as the editor would open it. */
export async function storePicture(client: ComfyClient, image: Picture): Promise<EditorPicture> {
  const source = new Blob([encodePng(image, 'rgb').slice()], { type: 'image/png' });
  const ref = await client.uploadImage(source, { filename: `${randomUuid()}.png`, subfolder: 'darkroom' });
  return { ref, source, width: image.width, height: image.height, readable: true };
}

/** Runs a graph to its end and returns the picture of its only output. */
export async function pictureFrom(client: ComfyClient, graph: ApiGraph, ms = 30_000): Promise<Picture> {
  const { promptId, problems } = await client.queuePrompt({ graph, promptId: randomUuid() });
  if (problems.length > 0) {
    throw new Error(`the server left out ${JSON.stringify(problems)}`);
  }
  const item = await finished(promptId, ms);
  if (item.status.status_str !== 'success') {
    throw new Error(`the run failed: ${JSON.stringify(item.status.messages.at(-1))}`);
  }
  const [output] = collectOutputs((await client.historyItem(promptId))?.outputs ?? {});
  return decodePng(new Uint8Array(await (await client.view(output?.ref as FileRef)).arrayBuffer()));
}
