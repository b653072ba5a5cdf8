import { expect, it, vi } from 'vitest';
import { emptyRecord, writeRecord } from '../../../workflows/darkroom-record';
import { JobAreas } from './job-areas.svelte';

const record = {
  ...emptyRecord('inpaint-checkpoint'),
  area: { x: 120, y: 40, width: 512, height: 512 },
  extend: { left: 100, top: 0, right: 0, bottom: 0, overlap: 48 },
  box: { mask: { x0: 30, y0: 60, x1: 90, y1: 100 } },
};

it('tells in px of the picture what a job samples and what it repaints', async () => {
  const graph = vi.fn(() => Promise.resolve({ graph: {}, pngInfo: { darkroom: writeRecord(record) } }));
  const areas = new JobAreas({ graph });
  expect(areas.of('a')).toBeNull();
  await vi.waitFor(() => expect(areas.of('a')).not.toBeNull());
  expect(areas.of('a')).toEqual({
    sampled: { x: 20, y: 40, width: 512, height: 512 },
    mask: { x: 30, y: 60, width: 60, height: 40 },
    apart: false,
    extend: record.extend,
  });
  expect(graph).toHaveBeenCalledTimes(1);
});

it('knows nothing of a job whose record says nothing, or something else', async () => {
  const box = { mask: { x0: 'left', y0: 0, x1: 1, y1: 1 }, apart: true };
  const graph = (id: string): Promise<never> =>
    Promise.resolve({
      graph: {},
      pngInfo: id === 'odd' ? { darkroom: writeRecord({ ...emptyRecord('blur'), box }) } : {},
    } as never);
  const areas = new JobAreas({ graph });
  areas.of('bare');
  areas.of('odd');
  await vi.waitFor(() =>
    expect(areas.of('odd')).toEqual({ sampled: null, mask: null, apart: true, extend: null }),
  );
  expect(areas.of('bare')).toBeNull();
});
