import type { ExactJson } from '../../comfy/exact-json';
import { type JobRecord, jobTime, type SweepMark, type SweptInput } from '../../jobs/state/job';

/** The table of a sweep: its values, and the job at each pair of them. */
export interface Sheet {
  columns: SweptInput;
  /** `null` where one input was swept: then there is one row. */
  rows: SweptInput | null;
  /** Row by row. `null`: nobody knows of such a run, because it was never queued or was taken out of the queue. */
  jobs: readonly (readonly (JobRecord | null)[])[];
}

/** A sweep has at most a hundred runs; metadata from elsewhere may say anything. */
const MOST_CELLS = 400;
const LONGEST_LABEL = 200;

/** What stands along a sheet, kept to a size that can be shown; `null` where it says nothing. */
export function axesOf({ axes }: Pick<SweepMark, 'axes'>): Pick<Sheet, 'columns' | 'rows'> | null {
  const [across, down] = axes.map(({ name, labels }) => ({
    name: name.slice(0, LONGEST_LABEL),
    labels: labels.map((label) => label.slice(0, LONGEST_LABEL)),
  }));
  if (!across || across.labels.length === 0) {
    return null;
  }
  const columns = { ...across, labels: across.labels.slice(0, MOST_CELLS) };
  const most = Math.max(1, Math.floor(MOST_CELLS / columns.labels.length));
  return { columns, rows: down?.labels.length ? { ...down, labels: down.labels.slice(0, most) } : null };
}

/**
 * The sheet of a sweep, out of the runs of it that are known; `null` when none tells what was swept. Where several
 * stand at one place, as after a run that failed was tried again, the newest that made something counts.
 */
export function sheetOf(runs: readonly JobRecord[]): Sheet | null {
  const axes = runs
    .flatMap(({ darkroom }) => (darkroom?.sweep ? [axesOf(darkroom.sweep)] : []))
    .find((found) => found !== null);
  if (!axes) {
    return null;
  }
  const width = axes.columns.labels.length;
  const height = axes.rows?.labels.length ?? 1;
  const jobs = Array.from({ length: height }, () => new Array<JobRecord | null>(width).fill(null));
  for (const run of runs) {
    const { x = -1, y = -1 } = run.darkroom?.sweep ?? {};
    const row = jobs[y];
    if (row && x in row && isBetter(run, row[x] ?? null)) {
      row[x] = run;
    }
  }
  return { ...axes, jobs };
}

/** What a run of a sweep tells of it, as it goes into `pngInfo.darkroom`. */
export function sweepRecord({ axes, ...place }: SweepMark): { [key: string]: ExactJson } {
  const copies = axes.map(({ name, labels }) => ({ name, labels: [...labels] }));
  return { recipe: '', sweep: { ...place, axes: copies } };
}

/** What the sheet is called: the names of what was swept. */
export function sheetTitle({ axes }: Pick<SweepMark, 'axes'>): string {
  return axes.map(({ name }) => name).join(' × ');
}

/** The values at a place of the sheet, such as `CFG: 5, Steps: 20`. */
export function placeTitle({ columns, rows }: Pick<Sheet, 'columns' | 'rows'>, x: number, y: number): string {
  return [columns, rows]
    .flatMap((axis, i) => (axis ? [`${axis.name}: ${axis.labels[i === 0 ? x : y] ?? ''}`] : []))
    .join(', ');
}

function isBetter(run: JobRecord, other: JobRecord | null): boolean {
  if (!other) {
    return true;
  }
  const [mine, theirs] = [run, other].map(({ outputs }) => outputs.length > 0);
  return mine === theirs ? jobTime(run) > jobTime(other) : mine === true;
}
