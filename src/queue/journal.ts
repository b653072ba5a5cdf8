import { displayPath } from '../comfy/file-ref';
import { dayWords as wordsOf } from '../i18n/day-words';
import { type JobRecord, jobTime } from '../jobs/state/job';
import { jobName } from './job-name';

/** Whether a job is told of under a day other than the one before it in the list; jobs without a time have no day. */
export function beginsDay(job: JobRecord, before: JobRecord | undefined): boolean {
  const time = jobTime(job);
  return time > 0 && (before === undefined || dayOf(time) !== dayOf(jobTime(before)));
}

/** The day of a time, ms since the epoch, where the person is. */
function dayOf(ms: number): string {
  return new Date(ms).toDateString();
}

/** What the day of a time is called, both ms since the epoch. */
export function dayWords(ms: number, now = Date.now()): string {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(ms) === dayOf(now)) {
    return wordsOf({ kind: 'today' });
  }
  if (dayOf(ms) === dayOf(yesterday.getTime())) {
    return wordsOf({ kind: 'yesterday' });
  }
  const year = new Date(ms).getFullYear() !== new Date(now).getFullYear();
  return wordsOf({ kind: 'date', at: ms, year });
}

/** Finds finished jobs while somebody types: what a longer query finds is among what the shorter one found. */
export class JournalSearch {
  #last: { jobs: readonly JobRecord[]; words: readonly string[]; found: readonly JobRecord[] } | null = null;

  /**
   * The jobs whose prompt, recipe, model, files or error hold every word of a query; all of them without one.
   * @param jobs the same list for as long as no job has changed.
   */
  find(jobs: readonly JobRecord[], query: string): readonly JobRecord[] {
    const words = fold(query).split(/\s+/).filter(Boolean);
    const last = this.#last;
    const narrows =
      last?.jobs === jobs && last.words.every((old) => words.some((word) => word.includes(old)));
    const found = searchJobs(narrows ? last.found : jobs, words);
    this.#last = { jobs, words, found };
    return found;
  }
}

function searchJobs(jobs: readonly JobRecord[], words: readonly string[]): readonly JobRecord[] {
  return words.length === 0
    ? jobs
    : jobs.filter((job) => {
        const text = textOf(job);
        return words.every((word) => text.includes(word));
      });
}

/** Records never change: what each says is put together once. */
const texts = new WeakMap<JobRecord, string>();

function textOf(job: JobRecord): string {
  const known = texts.get(job);
  if (known !== undefined) {
    return known;
  }
  const { summary, error, outputs, id } = job;
  const text = fold(
    [
      jobName(job),
      summary?.negative,
      summary?.model,
      summary?.seed == null ? null : String(summary.seed),
      error?.message,
      error?.nodeTitle,
      ...outputs.map(({ ref }) => displayPath(ref)),
      ...(job.texts ?? []).map((one) => one.text),
      id,
    ]
      .filter(Boolean)
      .join('\n'),
  );
  texts.set(job, text);
  return text;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
