import { type FileRef, fileRefKey } from '../../comfy/file-ref';
import type { GalleryItem, JobStore } from '../../jobs/job-store.svelte';
import { type Family, familyOf } from '../../jobs/library/family';
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

  /** @param known the graph of the picture that is looked at: jobs remembered by earlier versions lack their sources. */
  constructor(items: JobStore['items'], known: () => KnownGraph | null = () => null) {
    this.#items = items;
    this.#known = known;
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

  /** The tree a picture belongs to. */
  familyOf(ref: FileRef): Family {
    return familyOf(ref, {
      parentOf: (of) => this.parentOf(of),
      childrenOf: (of) => this.childrenOf(of),
    });
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
