/** Whether the first item runs before the second. */
export type Before<T> = (a: T, b: T) => boolean;

/**
 * Adds an item to a binary heap kept in `heap`, moving items exactly as Python's `heapq.heappush` does:
 * the server answers with the raw array, so its order is visible (API notes §2.1, GET /queue).
 */
export function heapPush<T>(heap: T[], item: T, before: Before<T>): void {
  heap.push(item);
  siftTowardsRoot(heap, 0, heap.length - 1, before);
}

/** Takes the first item out of the heap, as `heapq.heappop`. `undefined` when it is empty. */
export function heapPop<T>(heap: T[], before: Before<T>): T | undefined {
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) {
    return last;
  }
  const first = heap[0];
  heap[0] = last;
  siftTowardsLeaves(heap, 0, before);
  return first;
}

/** Makes a heap of any array, as `heapq.heapify`. */
export function heapify<T>(heap: T[], before: Before<T>): void {
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) {
    siftTowardsLeaves(heap, at, before);
  }
}

function siftTowardsRoot<T>(heap: T[], start: number, at: number, before: Before<T>): void {
  const item = heap[at] as T;
  while (at > start) {
    const parentAt = (at - 1) >> 1;
    const parent = heap[parentAt] as T;
    if (!before(item, parent)) {
      break;
    }
    heap[at] = parent;
    at = parentAt;
  }
  heap[at] = item;
}

// Python first sinks the hole to a leaf and then lifts the item; a plain sift-down gives a different array.
function siftTowardsLeaves<T>(heap: T[], start: number, before: Before<T>): void {
  const item = heap[start] as T;
  let at = start;
  for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
    const right = child + 1;
    if (right < heap.length && !before(heap[child] as T, heap[right] as T)) {
      child = right;
    }
    heap[at] = heap[child] as T;
    at = child;
  }
  heap[at] = item;
  siftTowardsRoot(heap, start, at, before);
}
