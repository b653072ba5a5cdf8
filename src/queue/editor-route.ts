import type { JobRecord } from '../jobs/state/job';
import { routes } from '../ui/routes';

/** The editor on the picture a job made, or, when it made none, on what it was made from with its form; `null`: neither. */
export function editorRoute({ id, outputs, darkroom }: JobRecord): string | null {
  const pictures = outputs.filter(({ media }) => media === 'image');
  const made = pictures.find(({ ref }) => ref.type === 'output') ?? pictures[0];
  if (made) {
    return routes.edit(made.ref);
  }
  return darkroom?.parent ? routes.editJob(darkroom.parent, id) : null;
}
