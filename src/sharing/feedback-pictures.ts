import type { FileRef } from '../comfy/file-ref';
import type { Comment, Feedback } from '../ports/share-wire';

/** Nobody said anything yet. */
export const NO_FEEDBACK: Feedback = { files: {}, favourites: {}, votes: {}, voters: 0, comments: [] };

/** What guests said of one picture. */
export interface SaidOfPicture {
  item: string;
  ref: FileRef;
  favourites: number;
  votes: number;
  /** Oldest first. */
  comments: readonly Comment[];
}

/** The pictures guests said something of: most votes first, then most favourites, then most comments. */
export function picturesOf({ files, favourites, votes, comments }: Feedback): SaidOfPicture[] {
  return Object.entries(files)
    .map(([item, ref]) => ({
      item,
      ref,
      favourites: favourites[item] ?? 0,
      votes: votes[item] ?? 0,
      comments: comments.filter((comment) => comment.item === item).sort((a, b) => a.at - b.at),
    }))
    .filter((said) => said.favourites + said.votes + said.comments.length > 0)
    .sort(
      (a, b) => b.votes - a.votes || b.favourites - a.favourites || b.comments.length - a.comments.length,
    );
}
