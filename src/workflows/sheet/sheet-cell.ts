import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import type { JobRecord, JobState } from '../../jobs/state/job';

/**
 * What there is at a place of a sheet: a picture, or why there is none. `absent`: nobody knows of such a run;
 * `gone`: its file is not there any more; `hidden`: the owner does not want to see it; `empty`: it made no picture.
 */
export type CellState =
  | 'picture'
  | Exclude<JobState, 'completed' | 'submitting'>
  | 'absent'
  | 'unknown'
  | 'gone'
  | 'hidden'
  | 'empty';

/** A place of a sheet as it is shown. */
export interface SheetCell {
  state: CellState;
  job: JobRecord | null;
  /** What it shows, if that is a picture. */
  item: GalleryItem | null;
  /** How many pictures the run made beside that one. */
  more: number;
}

export interface CellOptions {
  jobs: Pick<JobStore, 'items'>;
  /** Whether every job is known: until then one that is missing may still come. */
  loaded: boolean;
  hidden: (item: GalleryItem) => boolean;
}

/** What is shown at the place of a job. Reactive where its files are. */
export function cellOf(job: JobRecord | null, { jobs, loaded, hidden }: CellOptions): SheetCell {
  const cell = (state: CellState): SheetCell => ({ state, job, item: null, more: 0 });
  if (!job) {
    return cell(loaded ? 'absent' : 'unknown');
  }
  const seen = job.outputs.filter(({ media }) => media === 'image' || media === 'video');
  const saved = seen.filter(({ ref }) => ref.type === 'output');
  const outputs = saved.length > 0 ? saved : seen;
  const items = outputs.flatMap((output): GalleryItem[] => {
    const key = `${job.id}/${output.index}`;
    // Previews are in no list, and a saved file that is not on the list has been removed.
    const preview = output.ref.type === 'output' ? [] : [{ key, job, output, repeats: [], replaced: false }];
    return [jobs.items.find(key) ?? preview].flat();
  });
  const shown = items.filter((item) => !hidden(item));
  const [item] = shown;
  if (item) {
    return { state: 'picture', job, item, more: shown.length - 1 };
  }
  if (items.length > 0) {
    return cell('hidden');
  }
  if (job.state === 'completed') {
    return cell(outputs.length > 0 ? 'gone' : 'empty');
  }
  return cell(job.state === 'submitting' ? 'pending' : job.state);
}
