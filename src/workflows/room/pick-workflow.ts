import { pickPicture } from '../../ui/pick-picture';

/** Files that may hold a workflow. */
const ACCEPT = '.json,application/json,image/png,image/webp,image/jpeg,video/mp4,video/webm';

/** Lets the person choose a file that may hold a workflow; see `pickPicture`. */
export function pickWorkflow(take: (file: File) => void): void {
  pickPicture(take, ACCEPT);
}
