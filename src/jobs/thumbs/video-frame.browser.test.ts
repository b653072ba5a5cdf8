import { expect, it } from 'vitest';
import { UndecodableError } from './undecodable-error';
import { videoFrame } from './video-frame';

/** A film of one colour for so long (ms), then of another for at least as long. */
async function film(first: string, second: string, change: number): Promise<string> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [64, 48];
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm;codecs=vp8' });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const over = new Promise((resolve) => (recorder.onstop = resolve));
  const begin = performance.now();
  recorder.start();
  while (performance.now() - begin < change * 2 + 300) {
    context.fillStyle = performance.now() - begin < change ? first : second;
    context.fillRect(0, 0, 64, 48);
    await new Promise(requestAnimationFrame);
  }
  recorder.stop();
  await over;
  return URL.createObjectURL(new Blob(parts, { type: 'video/webm' }));
}

function colorOf(frame: ImageBitmap): number[] {
  const canvas = new OffscreenCanvas(frame.width, frame.height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.drawImage(frame, 0, 0);
  return [...context.getImageData(32, 24, 1, 1).data];
}

it('shows a video by a frame soon after its first, which is often black', async () => {
  const url = await film('#000000', '#20c040', 250);
  const frame = await videoFrame(url, new AbortController().signal);
  expect([frame.width, frame.height]).toEqual([64, 48]);
  const [red = 0, green = 0, blue = 0] = colorOf(frame);
  expect(green).toBeGreaterThan(150);
  expect(Math.max(red, blue)).toBeLessThan(110);
});

it('says of what is no video that it cannot be shown', async () => {
  const url = URL.createObjectURL(new Blob(['not a video'], { type: 'video/webm' }));
  await expect(videoFrame(url, new AbortController().signal)).rejects.toThrow(UndecodableError);
});

it('is given up when nobody waits for it', async () => {
  const url = await film('#000000', '#20c040', 50);
  const abort = new AbortController();
  const frame = videoFrame(url, abort.signal);
  abort.abort();
  await expect(frame).rejects.toMatchObject({ name: 'AbortError' });
});
