import { byNewest, type JobGraph, type JobRecord, jobTime } from '../state/job';
import { isBefore, placeOf } from './job-blocks';
import { factsOf, type JobFacts } from './job-facts';
import { isWorthSaving, type JobMirror, type Unsaved } from './job-mirror';

/** A mirror that lasts as long as the page. */
export function memoryMirror(): JobMirror {
  const jobs = new Map<string, { record: JobRecord; graph: JobGraph | null }>();
  const unsaved = new Map<string, Unsaved>();
  const seen = new Map<string, string>();
  const making = new Map<string, JobFacts>();
  let isComplete = false;
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
    graph: (id) => Promise.resolve(jobs.get(id)?.graph ?? null),
    facts: (ids) =>
      Promise.resolve(
        new Map(
          ids.flatMap((id) => {
            const facts = making.get(id);
            return facts ? [[id, facts] as const] : [];
          }),
        ),
      ),
    factsPage: (after, count) =>
      Promise.resolve(
        [...making]
          .filter(([id]) => after === null || id > after)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .slice(0, count),
      ),
    putFacts(facts) {
      facts.forEach((made, id) => jobs.has(id) && making.set(id, made));
      return Promise.resolve();
    },
    put(entries) {
      for (const entry of entries) {
        const { record, graph, facts, saved } = entry;
        const kept = graph ?? jobs.get(record.id)?.graph ?? null;
        jobs.set(record.id, { record, graph: kept });
        const made = kept ? factsOf(record, kept) : facts;
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
