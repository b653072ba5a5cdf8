import type { FileRef } from '../comfy/file-ref';
import type { JobRecord, Output } from '../jobs/state/job';
import { routes } from '../ui/routes';

/** The picture the editor opens for a job: what it made, or, when it made none, what it was made from; `null`: neither. */
export function editorPicture({ outputs, darkroom }: JobRecord): FileRef | null {
  return madePicture(outputs) ?? darkroom?.parent ?? null;
}

/** The editor on that picture, with the job's form where it made none. */
export function editorRoute(job: JobRecord): string | null {
  const picture = editorPicture(job);
  return picture && (madePicture(job.outputs) ? routes.edit(picture) : routes.editJob(picture, job.id));
}

function madePicture(outputs: readonly Output[]): FileRef | undefined {
  const pictures = outputs.filter(({ media }) => media === 'image');
  return (pictures.find(({ ref }) => ref.type === 'output') ?? pictures[0])?.ref;
}
