import { DEVICE_ID, deviceRef } from '../../comfy/device-ref';
import type { PictureSize } from '../../comfy/picture-size';
import { hashOf, foundRecord, withGraph } from '../sources/found-record';
import type { JobGraph, JobRecord } from '../state/job';

/**
 * A file of a folder on this device as a picture of the gallery: the same one when the folder is opened again, so that
 * its thumbnail is still known.
 * @param folder `/` between names.
 */
export function deviceRecord(folder: string, file: File): JobRecord {
  const ref = deviceRef(folder, file.name);
  const { sketch, outputs, ...record } = foundRecord(ref, file.lastModified || null);
  void sketch;
  const id = DEVICE_ID + hashOf([folder, file.name, file.size, file.lastModified].join('\n'));
  return {
    ...record,
    id,
    device: true,
    outputs: outputs.map((output) => ({
      ...output,
      file: { key: '', bytes: file.size, width: 0, height: 0 },
    })),
  };
}

/** What was read of the file is known. @param size of the picture, px; `null`: unknown. */
export function withContent(record: JobRecord, size: PictureSize | null, job: JobGraph | null): JobRecord {
  const outputs = record.outputs.map((output) =>
    output.file && size ? { ...output, file: { ...output.file, ...size } } : output,
  );
  return withGraph({ ...record, outputs }, job);
}
