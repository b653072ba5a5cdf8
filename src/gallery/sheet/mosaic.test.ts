import { describe, expect, it } from 'vitest';
import { newJob } from '../../jobs/fixtures/records';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { SweepMark } from '../../jobs/state/job';
import { mosaicOf } from './mosaic';

const labels = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

/** What a tile shows of a sheet of this size, of which some pictures are there. */
function shown(columns: number, rows: number, isThere: (x: number, y: number) => boolean = () => true) {
  const axes = [
    { name: 'x', labels: labels(columns) },
    ...(rows > 1 ? [{ name: 'y', labels: labels(rows) }] : []),
  ];
  const sheet = (x: number, y: number): SweepMark => ({ id: 's', x, y, axes });
  const items = labels(columns * rows).flatMap((_, i): GalleryItem[] => {
    const [x, y] = [i % columns, Math.floor(i / columns)];
    const job = newJob(`${x} ${y}`, 'completed', {
      darkroom: { recipe: '', parent: null, mask: null, sweep: sheet(x, y) },
    });
    const ref = { filename: 'a.png', subfolder: '', type: 'output' as const };
    const output = { nodeId: '9', index: 0, ref, media: 'image' as const };
    return isThere(x, y) ? [{ key: job.id, job, output, repeats: [], replaced: false }] : [];
  });
  const mosaic = mosaicOf(sheet(0, 0), items);
  return { ...mosaic, items: mosaic.items.map((item) => item?.key ?? null) };
}

describe('the tile of a sheet', () => {
  it('has all of a small one', () => {
    expect(shown(2, 3)).toEqual({ columns: 2, rows: 3, items: ['0 0', '1 0', '0 1', '1 1', '0 2', '1 2'] });
  });

  it('has corners and middle of a large one', () => {
    const { items } = shown(9, 5);
    expect(items).toEqual(['0 0', '4 0', '8 0', '0 2', '4 2', '8 2', '0 4', '4 4', '8 4']);
  });

  it('wraps a single row', () => {
    expect(shown(4, 1)).toEqual({ columns: 2, rows: 2, items: ['0 0', '1 0', '2 0', '3 0'] });
    expect(shown(100, 1)).toMatchObject({ columns: 3, rows: 3 });
    expect(shown(100, 1).items.at(-1)).toBe('99 0');
  });

  it('leaves the places empty that have no picture', () => {
    expect(shown(2, 2, (x, y) => x === y).items).toEqual(['0 0', null, null, '1 1']);
  });
});
