/**
 * Where a key moves the divider between two pictures; `null` for every other key.
 * @param split share of the width left of the divider, 0 to 1; what is returned may lie outside.
 */
export function splitForKey(split: number, { key, shiftKey }: KeyboardEvent): number | null {
  const step = shiftKey ? 0.1 : 0.01;
  const splits: Record<string, number> = {
    ArrowLeft: split - step,
    ArrowDown: split - step,
    ArrowRight: split + step,
    ArrowUp: split + step,
    Home: 0,
    End: 1,
  };
  return splits[key] ?? null;
}
