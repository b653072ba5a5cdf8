import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import { type Family, familyOf, without } from '../../jobs/library/family';
import { parentsOf, sourcesOf } from '../../jobs/library/lineage';
import type { JobGraph } from '../../jobs/state/job';
import { readRecord } from '../../workflows/darkroom-record';

/** The graph of a picture, where its job's record does not tell what it was made from. */
export interface KnownGraph {
  ref: FileRef;
  nodeId: string;
  job: JobGraph;
}

/** Who was made from whom, as far as the list of jobs and the graph at hand tell. Reactive. */
export class Kin {
  readonly #items: JobStore['items'];
  readonly #known: () => KnownGraph | null;
  readonly #isHidden: (ref: FileRef) => boolean;

  /**
   * @param known the graph of the picture that is looked at: jobs remembered by earlier versions lack their sources.
   * @param isHidden the files that are not to be seen; reactive.
   */
  constructor(
    items: JobStore['items'],
    known: () => KnownGraph | null = () => null,
    isHidden: (ref: FileRef) => boolean = () => false,
  ) {
    this.#items = items;
    this.#known = known;
    this.#isHidden = isHidden;
  }

  /** The picture of the list whose file this is. */
  itemOf(ref: FileRef): GalleryItem | undefined {
    return this.#items.byFile(ref);
  }

  /** What a file was made from, the most important only; `null` when nobody knows. */
  parentOf(ref: FileRef): FileRef | null {
    const job = this.#items.byFile(ref)?.job;
    return (job && parentsOf(job)[0]) ?? this.#fromGraph(ref);
  }

  /** The saved files made from a file, oldest first. */
  childrenOf(ref: FileRef): FileRef[] {
    const key = fileRefKey(ref);
    return this.#items
      .madeFrom(ref)
      .filter((job) => {
        const [first] = parentsOf(job);
        return first !== undefined && fileRefKey(first) === key;
      })
      .flatMap(({ outputs }) => outputs.map((output) => output.ref).filter(({ type }) => type === 'output'));
  }

  /** The tree a picture belongs to, without those that are hidden. */
  familyOf(ref: FileRef): Family {
    const all = {
      parentOf: (of: FileRef) => this.parentOf(of),
      childrenOf: (of: FileRef) => this.childrenOf(of),
    };
    const own = fileRefKey(ref);
    return familyOf(
      ref,
      without(all, (of) => fileRefKey(of) !== own && this.#isHidden(of)),
    );
  }

  #fromGraph(ref: FileRef): FileRef | null {
    const known = this.#known();
    if (!known || fileRefKey(known.ref) !== fileRefKey(ref)) {
      return null;
    }
    const { graph, pngInfo } = known.job;
    return readRecord(pngInfo['darkroom'])?.parent ?? sourcesOf(graph, known.nodeId)[0] ?? null;
  }
}
