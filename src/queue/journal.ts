import { displayPath } from '../comfy/file-ref';
import { formatTime, t } from '../i18n/index.svelte';
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

/** What a day is called: today, yesterday, or its date with the year where that is another one. */
export function dayWords(ms: number, now = Date.now()): string {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(ms) === dayOf(now)) {
    return t('gallery.day.today');
  }
  if (dayOf(ms) === dayOf(yesterday.getTime())) {
    return t('gallery.day.yesterday');
  }
  const isThisYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return formatTime(ms, {
    ...{ weekday: 'long', day: 'numeric', month: 'long' },
    ...(isThisYear ? {} : { year: 'numeric' }),
  });
}

/** The jobs whose prompt, recipe, model, files or error hold every word of a query; all of them without one. */
export function searchJobs(jobs: readonly JobRecord[], query: string): readonly JobRecord[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
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
