/**
 * Which part of a slider's track is filled, in percent of its length: from the lower end to the value, or from
 * zero to the value where zero lies in between, so that a slider at zero is empty.
 */
export function sliderFill(value: number, min: number, max: number): { from: number; to: number } {
  if (max <= min) {
    return { from: 0, to: 0 };
  }
  const at = (point: number): number => (Math.min(max, Math.max(min, point)) - min) / (max - min);
  const [origin, end] = [at(min < 0 && max > 0 ? 0 : min) * 100, at(value) * 100];
  return { from: Math.min(origin, end), to: Math.max(origin, end) };
}
