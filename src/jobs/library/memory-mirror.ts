import { byNewest, type JobGraph, type JobRecord, jobTime } from '../state/job';
import { isBefore, placeOf } from './job-blocks';
import { graphIn, type GraphPack } from './graph-pack';
import { factsOf, type JobFacts } from './job-facts';
import { isWorthSaving, type JobMirror, type Unsaved } from './job-mirror';

type Graph = () => Promise<JobGraph | null>;

/** A mirror that lasts as long as the page. */
export function memoryMirror(): JobMirror {
  const jobs = new Map<string, { record: JobRecord; graph: Graph }>();
  const unsaved = new Map<string, Unsaved>();
  const seen = new Map<string, string>();
  const making = new Map<string, JobFacts>();
  let isComplete = false;
  const before = (id: string): Graph => jobs.get(id)?.graph ?? (() => Promise.resolve(null));
  return {
    page(from, outputs) {
      const sorted = [...jobs.values()]
        .map(({ record }) => record)
        .filter((record) => from === null || isBefore(from, placeOf(record)))
        .sort(byNewest);
      let count = 0;
      const end = sorted.findIndex((record) => (count += Math.max(1, record.outputs.length)) >= outputs);
      const last = sorted[end];
      return Promise.resolve({
        jobs: end < 0 ? sorted : sorted.slice(0, end + 1),
        next: last ? placeOf(last) : null,
      });
    },
    jobs: (ids) => Promise.resolve(ids.flatMap((id) => jobs.get(id)?.record ?? [])),
    graph: (id) => jobs.get(id)?.graph() ?? Promise.resolve(null),
    facts: (ids) =>
      Promise.resolve(
        new Map(
          ids.flatMap((id) => {
            const facts = making.get(id);
            return facts ? [[id, facts] as const] : [];
          }),
        ),
      ),
    factsPage(from, count) {
      const rest = [...making]
        .filter(([id]) => from === null || id > from)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const facts = rest.slice(0, count);
      return Promise.resolve({ facts, next: rest.length > count ? (facts.at(-1)?.[0] ?? null) : null });
    },
    putFacts(facts) {
      facts.forEach((made, id) => jobs.has(id) && making.set(id, made));
      return Promise.resolve();
    },
    put(entries) {
      for (const entry of entries) {
        const { record, graph, pack, facts, saved } = entry;
        jobs.set(record.id, { record, graph: graphOf(graph, pack, record.id) ?? before(record.id) });
        const made = graph ? factsOf(record, graph) : facts;
        if (made) {
          making.set(record.id, made);
        }
        if (isWorthSaving(entry)) {
          unsaved.set(record.id, { id: record.id, gone: false, time: jobTime(record) });
        } else if (saved) {
          unsaved.delete(record.id);
        }
      }
      return Promise.resolve();
    },
    forget(ids, quietly = false) {
      for (const id of ids) {
        const known = jobs.get(id);
        if (known && !quietly) {
          unsaved.set(id, { id, gone: true, time: jobTime(known.record) });
        }
        jobs.delete(id);
        making.delete(id);
      }
      return Promise.resolve();
    },
    isComplete: () => Promise.resolve(isComplete),
    setComplete(complete) {
      isComplete = complete;
      return Promise.resolve();
    },
    unsaved: () => Promise.resolve([...unsaved.values()]),
    setSaved(ids) {
      ids.forEach((id) => unsaved.delete(id));
      return Promise.resolve();
    },
    seenDays: () => Promise.resolve(seen),
    setSeenDay(path, state) {
      seen.set(path, state);
      return Promise.resolve();
    },
  };
}

function graphOf(graph: JobGraph | null, pack: GraphPack | null | undefined, id: string): Graph | null {
  return graph ? () => Promise.resolve(graph) : pack ? () => graphIn(pack, id) : null;
}
