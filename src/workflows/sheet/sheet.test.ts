import { describe, expect, it } from 'vitest';
import { newJob } from '../../jobs/fixtures/records';
import type { JobRecord, SweptInput } from '../../jobs/state/job';
import { readDarkroom } from '../../jobs/state/records';
import { axesOf, placeTitle, sheetOf, sheetTitle, sweepRecord } from './sheet';

const CFG: SweptInput = { name: 'CFG', labels: ['3', '5', '7'] };
const STEPS: SweptInput = { name: 'Steps', labels: ['10', '20'] };

/** A run as a server tells of it: what was written into its metadata, read again. */
function run(
  x: number,
  y: number,
  more: Partial<JobRecord> & { axes?: SweptInput[]; id?: string } = {},
): JobRecord {
  const { axes = [CFG, STEPS], id = `${x} ${y}`, ...rest } = more;
  const darkroom = readDarkroom({ darkroom: sweepRecord({ id: 's', x, y, axes }) });
  return newJob(id, 'completed', { darkroom, ...rest });
}

const made = (id: string): Pick<JobRecord, 'outputs'> => ({
  outputs: [
    { nodeId: '9', index: 0, ref: { filename: `${id}.png`, subfolder: '', type: 'output' }, media: 'image' },
  ],
});

const ids = (runs: JobRecord[]): (string | null)[][] | undefined =>
  sheetOf(runs)?.jobs.map((row) => row.map((job) => job?.id ?? null));

describe('the sheet of a sweep', () => {
  it('has every place, whichever of its runs are known', () => {
    expect(sheetOf([run(2, 1)])).toMatchObject({ columns: CFG, rows: STEPS });
    expect(ids([run(2, 1), run(0, 0)])).toEqual([
      ['0 0', null, null],
      [null, null, '2 1'],
    ]);
  });

  it('has one row without a label where one input was swept', () => {
    const sheet = sheetOf([run(1, 0, { axes: [CFG] })]);
    expect(sheet?.rows).toBeNull();
    expect(sheet?.jobs.map((row) => row.map((job) => job?.id ?? null))).toEqual([[null, '1 0', null]]);
  });

  it('shows the newest run of a place that made something', () => {
    const failed = run(0, 0, { id: 'first', state: 'failed', endedAt: 1 });
    const good = run(0, 0, { id: 'again', endedAt: 2, ...made('again') });
    const worse = run(0, 0, { id: 'third', state: 'failed', endedAt: 3 });
    expect(ids([failed, good, worse])?.[0]?.[0]).toBe('again');
    expect(ids([failed, worse])?.[0]?.[0]).toBe('third');
    expect(ids([good, run(0, 0, { id: 'newer', endedAt: 4, ...made('newer') })])?.[0]?.[0]).toBe('newer');
  });

  it('is none where no run tells what was swept', () => {
    expect(sheetOf([])).toBeNull();
    expect(sheetOf([newJob('a', 'completed')])).toBeNull();
    expect(sheetOf([run(0, 0, { axes: [] }), run(0, 0, { axes: [{ name: 'CFG', labels: [] }] })])).toBeNull();
  });

  it('keeps to what can be shown, whatever the metadata of a picture say', () => {
    const labels = Array.from({ length: 5000 }, (_, i) => String(i).repeat(300));
    const hostile = run(1e9, 7, {
      axes: [
        { name: 'x'.repeat(1e5), labels },
        { name: 'y', labels },
      ],
    });
    const sheet = sheetOf([hostile]);
    expect(sheet?.jobs.flat().length).toBeLessThanOrEqual(400);
    expect(sheet?.jobs.flat().every((job) => job === null)).toBe(true);
    expect(sheet?.columns.name.length).toBe(200);
    expect(sheet?.columns.labels.every((label) => label.length <= 200)).toBe(true);
  });

  it.each([
    null,
    7,
    'x',
    [],
    { id: 1 },
    { id: 's', x: -1, y: 0, axes: [] },
    { id: 's', x: 0, y: 0, axes: [{}] },
  ])('is not read out of %j, and the rest of the record is', (sweep) => {
    expect(readDarkroom({ darkroom: { recipe: 'inpaint', sweep } })).toEqual({
      ...{ recipe: 'inpaint', parent: null, mask: null },
    });
  });

  it('is called by what was swept, its places by their values', () => {
    const axes = [CFG, STEPS];
    expect(sheetTitle({ axes })).toBe('CFG × Steps');
    const known = axesOf({ axes });
    expect(known && placeTitle(known, 2, 1)).toBe('CFG: 7, Steps: 20');
    expect(placeTitle({ columns: CFG, rows: null }, 1, 0)).toBe('CFG: 5');
  });
});
