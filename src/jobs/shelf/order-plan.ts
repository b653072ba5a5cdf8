import type { QueuePlace } from '../../comfy/client';

/** A waiting job as planning sees it. */
export interface PlannedJob extends QueuePlace {
  /** Whether this browser may give it another number. */
  movable: boolean;
}

/** What has to be done so that the queue runs in another order. */
export interface OrderPlan {
  /** Jobs to be given another number, in the order they will run. */
  moves: QueuePlace[];
  /** The whole queue afterwards, by id. */
  order: string[];
}

/**
 * How to put jobs before another one (`null`: at the end), in the order the queue has them. The others keep their
 * numbers unless the numbers between two of them have run out; jobs that are not movable always do. Where two such
 * jobs have equal numbers nothing fits between them, and the jobs come to stand behind both.
 * @param queue every waiting job, in the order they run.
 */
export function planMove(
  queue: readonly PlannedJob[],
  ids: ReadonlySet<string>,
  before: string | null,
): OrderPlan {
  const moved = queue.filter(({ id, movable }) => movable && ids.has(id));
  const chosen = new Set(moved.map(({ id }) => id));
  const rest = queue.filter(({ id }) => !chosen.has(id));
  // A place before one of the moved jobs is the place before the first job behind it that stays.
  const from = before === null ? -1 : queue.findIndex(({ id }) => id === before);
  const anchor = from < 0 ? undefined : queue.slice(from).find(({ id }) => !chosen.has(id));
  const at = anchor ? rest.indexOf(anchor) : rest.length;
  return planOrder([...rest.slice(0, at), ...moved, ...rest.slice(at)], chosen, queue);
}

/**
 * How to put jobs that are not in the queue into it, one after the other from the place of `before` (`null`: the end)
 * on.
 */
export function planInsertion(
  queue: readonly PlannedJob[],
  ids: readonly string[],
  before: string | null,
): OrderPlan {
  const found = before === null ? -1 : queue.findIndex(({ id }) => id === before);
  const at = found < 0 ? queue.length : found;
  const added = ids.map((id) => ({ id, number: Number.NaN, movable: true }));
  return planOrder([...queue.slice(0, at), ...added, ...queue.slice(at)], new Set(ids), queue);
}

/** Numbers for the jobs in `loose`, all others keeping theirs where that is possible. */
function planOrder(
  order: readonly PlannedJob[],
  loose: ReadonlySet<string>,
  queue: readonly PlannedJob[],
): OrderPlan {
  if (order.every(({ id }, index) => id === queue[index]?.id)) {
    return { moves: [], order: order.map(({ id }) => id) };
  }
  const places = [...order];
  const numbers = places.map(({ id, number }) => (loose.has(id) ? null : number));
  for (let start = 0; start < places.length; start++) {
    if (numbers[start] === null) {
      start = fill(places, numbers, start);
    }
  }
  const byId = new Map(queue.map(({ id, number }) => [id, number]));
  const moves = places.flatMap(({ id }, index) => {
    const number = numbers[index] ?? 0;
    return byId.get(id) === number ? [] : [{ id, number }];
  });
  return { moves, order: places.map(({ id }) => id) };
}

/**
 * Numbers the run of jobs without one that begins at `start`; returns its last place. The run takes in movable
 * neighbours while there are too few numbers for it, and changes places with neighbours that are not movable.
 */
function fill(places: PlannedJob[], numbers: (number | null)[], start: number): number {
  let first = start;
  let last = start;
  const grow = (): void => {
    while (last + 1 < places.length && numbers[last + 1] === null) {
      last += 1;
    }
  };
  grow();
  for (;;) {
    const found = spread(numbers[first - 1] ?? null, numbers[last + 1] ?? null, last - first + 1);
    if (found) {
      found.forEach((number, index) => (numbers[first + index] = number));
      return last;
    }
    if (places[last + 1]?.movable) {
      last += 1;
      grow();
    } else if (places[first - 1]?.movable) {
      first -= 1;
    } else {
      // Both neighbours stay where they are, with nothing between them: the run goes behind the next one.
      const [neighbour] = places.splice(last + 1, 1);
      const [number] = numbers.splice(last + 1, 1);
      places.splice(first, 0, neighbour as PlannedJob);
      numbers.splice(first, 0, number ?? null);
      first += 1;
      last += 1;
      grow();
    }
  }
}

/**
 * `count` rising numbers strictly between two others, evenly apart; `null` when there are not as many. Before the
 * first job they go down in whole steps. Behind the last one they stay below the next whole number: the server
 * gives that one, or a later one, to the next job it gets (API reference 2.1).
 */
function spread(low: number | null, high: number | null, count: number): number[] | null {
  if (low === null) {
    return Array.from({ length: count }, (_, index) => (high ?? 1) - count + index);
  }
  const end = high ?? Math.floor(low) + 1;
  const step = (end - low) / (count + 1);
  const numbers = Array.from({ length: count }, (_, index) => low + step * (index + 1));
  const rises = numbers.every((number, index) => number > (numbers[index - 1] ?? low) && number < end);
  // Behind a last job that leaves no room below the next whole number, whole steps have to do.
  return rises ? numbers : high === null ? numbers.map((_, index) => low + index + 1) : null;
}
