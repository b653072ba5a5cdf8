import type { FileRef } from '../comfy/file-ref';
import type { LibraryMoved, LibraryStatus } from './library-wire';

/** What can be done with the files of a library. */
export interface LibraryVerbs {
  /** Moves files to the trash; they leave the gallery at once. Tells what became of each, in the order asked. */
  delete(files: readonly FileRef[]): Promise<LibraryMoved['results']>;
  /** Brings files back that `delete` took away, by the names they got in the trash. */
  restore(files: readonly { file: FileRef; trash: string }[]): Promise<LibraryMoved['results']>;
}

/** Where rooms learn of the folders that Darkroom's server indexes, if it does. */
class LibraryPort {
  #status = $state.raw<LibraryStatus | null>(null);
  #verbs = $state.raw<LibraryVerbs | null>(null);

  /** `null` while it is not known, and for ever where something else serves the page. Reactive. */
  get status(): LibraryStatus | null {
    return this.#status;
  }

  /** What can be done with files; `null` where they can only be looked at. Reactive. */
  get verbs(): LibraryVerbs | null {
    return this.#status?.on === true && this.#status.canDelete ? this.#verbs : null;
  }

  /** For whoever talks to the server. */
  set(status: LibraryStatus | null, verbs: LibraryVerbs | null = this.#verbs): void {
    this.#status = status;
    this.#verbs = verbs;
  }
}

export const libraryPort = new LibraryPort();
