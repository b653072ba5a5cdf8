import { expect, it } from 'vitest';
import type { FileRef } from '../comfy/file-ref';
import type { GalleryItem } from '../jobs/job-store.svelte';
import type { JobRecord } from '../jobs/state/job';
import { newRecord } from '../jobs/state/records';
import { jobPicture } from './job-picture';

const upload = (filename: string): FileRef => ({ filename, subfolder: '', type: 'input' });
const nothing = { find: () => undefined, byFile: () => undefined };

function loading(id: string, image: string): JobRecord {
  const graph = {
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
  };
  return newRecord(id, { graph, pngInfo: {} }, 1);
}

it('is the uploaded picture that a waiting job loads, the same for all jobs that do', () => {
  const first = jobPicture(loading('a', 'street.png'), nothing);
  expect(first?.output.ref).toEqual(upload('street.png'));
  expect(jobPicture(loading('b', 'street.png'), nothing)).toBe(first);
  expect(jobPicture(loading('c', 'door.png'), nothing)).not.toBe(first);
});

it('is the picture of the gallery where a job made it', () => {
  const item = { key: 'made' } as GalleryItem;
  expect(jobPicture(loading('a', 'street.png'), { ...nothing, byFile: () => item })).toBe(item);
});

it('is nothing where none can be shown', () => {
  expect(jobPicture(loading('a', 'scene.glb'), nothing)).toBeUndefined();
  expect(jobPicture({ ...loading('a', 'x.png'), sources: [] }, nothing)).toBeUndefined();
});
