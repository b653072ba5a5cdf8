import { deviceFolderOf } from '../../comfy/device-ref';
import { folderPath } from '../../comfy/folder-path';
import type { GraphSummary } from '../../comfy/graph-summary';
import { shownPath } from '../../comfy/tree-ref';
import { formatBytes, formatDuration, formatNumber, formatTime, t } from '../../i18n/index.svelte';
import { type JobRecord, jobTime } from '../../jobs/state/job';
import type { GalleryItem } from '../../jobs/job-store.svelte';
import type { TypedPrompt } from '../../workflows/prompt/typed-prompts';
import { recipeTitle } from '../../workflows/recipe-title';

/** One line of the details. `copy` is what the copy button takes, exact where `text` is for the eye. */
export interface Fact {
  label: string;
  text: string;
  copy: string;
  /** Takes the whole width, below its label. */
  long?: boolean;
}

/** What is known of the file itself. Sizes in px and bytes. */
export function fileFacts(
  { job, output, repeats }: GalleryItem,
  size: { width: number; height: number } | null,
  bytes: number | null,
): Fact[] {
  const at = jobTime(job);
  const took = job.startedAt !== null && job.endedAt !== null ? job.endedAt - job.startedAt : null;
  const folder = job.device ? deviceFolderOf(output.ref) : shownPath(folderPath(output.ref));
  return facts([
    [t('gallery.details.name'), output.ref.filename],
    [t(`gallery.details.${job.device ? 'deviceFolder' : 'folder'}`), folder || null],
    [
      t('gallery.details.dimensions'),
      size &&
        t('gallery.details.pixels', { width: formatNumber(size.width), height: formatNumber(size.height) }),
      size && `${size.width}x${size.height}`,
    ],
    [t('gallery.details.bytes'), bytes === null ? null : bytesWords(bytes), String(bytes)],
    [
      t('gallery.details.date'),
      at > 0 ? formatTime(at, { dateStyle: 'medium', timeStyle: 'short' }) : null,
      at > 0 ? new Date(at).toISOString() : null,
    ],
    [
      t('gallery.details.duration'),
      took === null || took < 0 ? null : formatDuration(took),
      String((took ?? 0) / 1000),
    ],
    [
      t('gallery.details.jobs'),
      repeats.length > 0 ? t('gallery.details.jobsCount', { count: repeats.length + 1 }) : null,
      [job.id, ...repeats.map((repeat) => repeat.job.id)].join('\n'),
    ],
  ]);
}

/**
 * How the picture was made. Numbers as the graph has them: seeds to the last digit.
 * @param original the prompt of the picture that was edited.
 * @param prompts what was sent otherwise than it was typed.
 */
export function makingFacts(
  summary: GraphSummary | null,
  recipe: string | null,
  original: string | null = null,
  prompts: readonly TypedPrompt[] = [],
): Fact[] {
  const typed = (sent: string | null | undefined): string | undefined =>
    prompts.find((prompt) => prompt.sent === sent)?.typed;
  const list = facts([
    [t('gallery.details.recipe'), recipe && (recipeTitle(recipe) ?? recipe)],
    [t('gallery.details.model'), summary?.model],
    ...(summary?.loras ?? []).map(({ name, strength }): Line => [
      t('gallery.details.loras'),
      strength === null ? name : t('gallery.details.lora', { name, strength }),
      name,
    ]),
    [t('gallery.details.seed'), summary?.seed?.toString()],
    [t('gallery.details.steps'), summary?.steps?.toString()],
    [t('gallery.details.cfg'), summary?.cfg?.toString()],
    [t('gallery.details.sampler'), summary?.sampler],
    [t('gallery.details.scheduler'), summary?.scheduler],
    [t('gallery.details.denoise'), summary?.denoise?.toString()],
  ]);
  const words = facts([
    [t('gallery.details.prompt'), summary?.prompt],
    [t('gallery.details.typed'), typed(summary?.prompt)],
    [t('gallery.details.originalPrompt'), original === summary?.prompt ? null : original],
    [t('gallery.details.negative'), summary?.negative],
    [t('gallery.details.typedNegative'), typed(summary?.negative)],
  ]);
  return [...words.map((fact) => ({ ...fact, long: true })), ...list];
}

/** The words the job made. */
export function textFacts({ texts = [] }: JobRecord): Fact[] {
  return texts.map(({ text }) => ({ label: t('gallery.details.text'), text, copy: text, long: true }));
}

/** Label, text for the eye, and what to copy when that is another. */
type Line = [label: string, text: string | null | undefined, copy?: string | null];

function facts(lines: readonly Line[]): Fact[] {
  return lines.flatMap(([label, text, copy]) => (text ? [{ label, text, copy: copy ?? text }] : []));
}

const MEGABYTE = 1_000_000;

function bytesWords(bytes: number): string {
  return bytes < MEGABYTE
    ? t('gallery.details.kilobytes', { value: formatNumber(Math.max(1, Math.round(bytes / 1000))) })
    : formatBytes(bytes);
}
