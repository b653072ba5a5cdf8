import { readObject, Stored } from '../../base/stored';
import { errorOf, quantile, type Run } from './estimate';

/** Runs that are remembered of each kind of job, the newest. */
const RUNS = 30;
/** Kinds of jobs that are remembered, the latest used. */
const KINDS = 150;
/** Estimates whose error is remembered. */
const ERRORS = 60;

interface Kept {
  /** By signature, the latest used last; each run as `[before, steps, after, cold]`, whole ms. */
  runs: [signature: string, runs: number[][]][];
  /** Shares by which estimates were off, the newest last. */
  errors: number[];
}

/** What this browser has learned about how long jobs take, and how well it guessed. */
export class EstimateBook {
  readonly #stored: Stored<Kept>;

  /** @param storage this browser's by default. */
  constructor(storage?: () => Storage) {
    this.#stored = new Stored('darkroom.estimates', { read, ...(storage && { storage }) });
  }

  /** Earlier runs of a kind of job, the newest last. */
  runs(signature: string): Run[] {
    const found = this.#stored.load().runs.find(([known]) => known === signature)?.[1] ?? [];
    return found.map(([before = 0, steps = 0, after = 0, cold = 0]) => ({
      ...{ before, steps, after },
      cold: cold === 1,
    }));
  }

  /** Learns from a run that has ended. Other tabs may have learned too: what is stored counts. */
  learn(signature: string, { before, steps, after, cold }: Run): void {
    const { runs, errors } = this.#stored.load();
    const made = [...[before, steps, after].map(Math.round), cold ? 1 : 0];
    const earlier = runs.find(([known]) => known === signature)?.[1] ?? [];
    const others = runs.filter(([known]) => known !== signature);
    const now: Kept['runs'] = [...others, [signature, [...earlier, made].slice(-RUNS)]];
    this.#stored.save({ runs: now.slice(-KINDS), errors });
  }

  /** Notes how well a whole run was guessed halfway through. Times in ms. */
  judge(likely: number, really: number): void {
    const { runs, errors } = this.#stored.load();
    this.#stored.save({ runs, errors: [...errors, errorOf(likely, really)].slice(-ERRORS) });
  }

  /** The share within which three of four estimates were right; `null` before there are enough to say. */
  get usualError(): number | null {
    const { errors } = this.#stored.load();
    return errors.length < 5 ? null : quantile(errors, 0.75);
  }
}

function read(stored: unknown): Kept {
  const { runs, errors } = readObject(stored);
  const isNumbers = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every((number) => typeof number === 'number');
  return {
    runs: (Array.isArray(runs) ? runs : []).filter(
      (entry): entry is Kept['runs'][number] =>
        Array.isArray(entry) &&
        typeof entry[0] === 'string' &&
        Array.isArray(entry[1]) &&
        entry[1].every(isNumbers),
    ),
    errors: isNumbers(errors) ? errors : [],
  };
}
