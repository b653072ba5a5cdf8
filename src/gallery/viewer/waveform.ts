/** Rate to decode at, Hz: enough for a shape, and a quarter of the memory. */
const RATE = 11_025;
/** Larger files are not decoded: an hour of sound takes more memory than its shape is worth, bytes. */
export const MOST_BYTES = 24 * 2 ** 20;

/**
 * The loudest moment of each of so many equal parts, 0 to 1, so that the loudest of all is 1; silence is 0
 * throughout.
 */
export function peaksOf(channels: readonly Float32Array[], count: number): Float32Array {
  const peaks = new Float32Array(count);
  for (const samples of channels) {
    for (let part = 0; part < count; part++) {
      const end = Math.floor(((part + 1) * samples.length) / count);
      let peak = peaks[part] ?? 0;
      for (let at = Math.floor((part * samples.length) / count); at < end; at++) {
        peak = Math.max(peak, Math.abs(samples[at] ?? 0));
      }
      peaks[part] = peak;
    }
  }
  const loudest = peaks.reduce((most, peak) => Math.max(most, peak), 0);
  return loudest > 0 ? peaks.map((peak) => peak / loudest) : peaks;
}

/** The sound of a file. @throws where the browser cannot decode it. */
export async function decodeSound(file: Blob): Promise<Float32Array[]> {
  const context = new OfflineAudioContext(1, 1, RATE);
  const sound = await context.decodeAudioData(await file.arrayBuffer());
  return Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
}

/** Draws peaks as bars over the whole canvas, those already played in another colour. */
export function drawPeaks(
  canvas: HTMLCanvasElement,
  peaks: Float32Array,
  played: number,
  colours: { rest: string; played: string },
): void {
  const context = canvas.getContext('2d');
  if (!context) {
    return;
  }
  const { width, height } = canvas;
  const step = width / peaks.length;
  context.clearRect(0, 0, width, height);
  peaks.forEach((peak, at) => {
    const bar = Math.max(2, peak * height);
    context.fillStyle = (at + 0.5) / peaks.length <= played ? colours.played : colours.rest;
    context.fillRect(at * step, (height - bar) / 2, Math.max(1, step * 0.7), bar);
  });
}
