import type { Page } from 'playwright';
import sharp from 'sharp';

import { MaskGrid } from '../../../src/editor/mask/mask-grid';
import { QuickSelect } from '../../../src/editor/select/quick-select';
import { quickWindow } from '../../../src/editor/select/quick-window';
import {
  SCENE_KINDS,
  type Scene,
  iouOf,
  makeScene,
  randomOf,
  sourceOf,
} from '../../../src/editor/select/testing/scenes';
import { ensureBuilt } from '../../../src/server/build-app';
import type { Measure, Measurement } from '../measurement';
import { median, quantile, times } from '../support/driven-page';
import { type EditorPage, openEditorPage } from '../support/editor-page';

declare global {
  interface Window {
    /** Times of samples, and of previews asked for and shown, ms; kept by `watchPreviews`. */
    __quick?: { samples: number[]; shown: { asked: number; at: number }[] };
  }
}

/** Scenes that no setting of the code was chosen by. */
const SEEDS = [101, 102, 103, 104, 105, 106];
/** px of a scene's side. */
const SCENE = 512;
const ROUNDS = 5;

/**
 * Quick select: how well one stroke finds a known object, and how long a person waits for what they see, through
 * the browser's input pipeline.
 */
export const measure: Measure = async (bench) => {
  const found: Measurement[] = [];
  const add = (name: string, value: number, unit: string): void => {
    found.push({ name, value, unit });
    bench.say(`${name} ${value.toFixed(2)} ${unit}`);
  };
  add(
    'select.quick.iou',
    meanHit((line) => {
      bench.say(line);
    }),
    'IoU',
  );
  await ensureBuilt((line) => {
    bench.say(line);
  });
  const editor = await openEditorPage();
  try {
    await watchPreviews(editor.page);
    const scene = makeScene('texture', 101, SCENE);
    for (const side of [4096, 8192]) {
      await editor.open(side, await enlarged(scene, side));
      await ready(editor);
      let longest = 0;
      const rounds = await times(ROUNDS, async () => {
        let round = { latencies: [] as number[], settle: NaN };
        longest = Math.max(
          longest,
          await editor.longest(async () => {
            round = await stroke(editor, scene, side);
          }),
        );
        return round;
      });
      add(
        `select.quick.preview.p95@${side}`,
        quantile(
          rounds.flatMap(({ latencies }) => latencies),
          0.95,
        ),
        'ms',
      );
      if (side === 8192) {
        add('select.quick.settle.ms@8192', median(rounds.map(({ settle }) => settle)), 'ms');
        add('select.mainblock.ms', longest, 'ms');
      }
    }
  } finally {
    await editor.stop();
  }
  return found;
};

/** Mean intersection over union of one stroke with the object it is drawn over. */
function meanHit(say: (line: string) => void): number {
  const hits = SCENE_KINDS.flatMap((kind) => {
    const some = SEEDS.map((seed) => {
      const scene = makeScene(kind, seed, SCENE);
      const window = quickWindow({ x0: 0, y0: 0, x1: SCENE, y1: SCENE }, scene);
      const points = scene.stroke.flatMap(({ x, y }) => [x, y]);
      const subject = { kind: 'stroke', id: seed, points, radius: scene.radius } as const;
      const request = { window, subject, sensitivity: 0.5, soft: true, within: false };
      const grid = new QuickSelect(sourceOf(scene)).select(request, new MaskGrid(SCENE, SCENE));
      return iouOf(scene.truth, grid.readRect(window.rect));
    });
    say(`${kind}: ${some.map((hit) => hit.toFixed(3)).join(' ')}`);
    return some;
  });
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}

/** The scene as a picture of this size, with grain in every pixel. */
async function enlarged({ rgba, width, height }: Scene, side: number): Promise<Buffer> {
  const random = randomOf(side);
  const grain = Buffer.from(Uint8Array.from({ length: 512 * 512 * 3 }, () => 112 + random() * 32));
  const raw = { width: 512, height: 512, channels: 3 } as const;
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .resize(side, side, { kernel: 'cubic' })
    .composite([{ input: grain, raw, tile: true, blend: 'soft-light' }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** From now on the page keeps when the pointer moved, and when previews were asked for and shown. */
async function watchPreviews(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen = { samples: [] as number[], shown: [] as { asked: number; at: number }[] };
    window.__quick = seen;
    addEventListener('pointermove', () => seen.samples.push(performance.now()), { capture: true });
    const Native = window.Worker;
    window.Worker = class extends Native {
      readonly #asked = new Map<number, number>();

      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener('message', ({ data }: MessageEvent<{ id: number }>) => {
          const asked = this.#asked.get(data.id);
          if (asked !== undefined) {
            // Drawn in the next frame, which this comes after.
            requestAnimationFrame(() => {
              setTimeout(() => seen.shown.push({ asked, at: performance.now() }));
            });
          }
        });
      }

      override postMessage(
        message: { id: number; name: string },
        options: Transferable[] | StructuredSerializeOptions = [],
      ): void {
        if (message.name === 'quickPreview') {
          this.#asked.set(message.id, performance.now());
        }
        super.postMessage(message, Array.isArray(options) ? { transfer: options } : options);
      }
    };
  });
  await page.reload();
  await page.waitForFunction(() => window.__darkroomEditor?.status === 'ready');
}

/** Quick select in hand, the picture at fit, and looked at ahead. */
async function ready({ page }: EditorPage): Promise<void> {
  await page.evaluate(() => {
    window.__darkroomEditor?.camera.zoomTo('fit');
    window.__darkroomEditor?.setTool('quick');
  });
  await page.waitForTimeout(6000);
}

/**
 * One stroke over the object.
 * @returns ms from each sample to the first frame whose preview knows it, and from the pointer's release to the
 *   frame with the exact mask.
 */
async function stroke(
  { page, mouse, frame }: EditorPage,
  scene: Scene,
  side: number,
): Promise<{ latencies: number[]; settle: number }> {
  const scale = side / SCENE;
  const places = await page.evaluate(
    (points) => points.map((point) => window.__darkroomEditor?.camera.clientPoint(point) ?? { x: 0, y: 0 }),
    scene.stroke.map(({ x, y }) => ({ x: x * scale, y: y * scale })),
  );
  await page.evaluate(
    (size) => {
      window.__darkroomEditor?.clear();
      window.__darkroomEditor?.options.setSize(size);
      window.__quick?.samples.splice(0);
      window.__quick?.shown.splice(0);
    },
    scene.radius * 2 * scale,
  );
  await page.waitForTimeout(500);
  const first = places[0] ?? { x: 0, y: 0 };
  await mouse('Moved', first);
  await mouse('Pressed', first);
  for (const place of places) {
    // As a hand goes: some frames for each part of the way.
    await mouse('Moved', place);
    await times(3, frame);
  }
  await page.waitForTimeout(1000);
  const settling = settled(page);
  await page.waitForTimeout(50);
  await mouse('Released', places.at(-1) ?? first);
  const settle = await settling;
  const seen = await page.evaluate(() => window.__quick);
  const latencies = (seen?.samples ?? []).flatMap((sample) => {
    const shown = seen?.shown.find(({ asked }) => asked >= sample);
    return shown ? [shown.at - sample] : [];
  });
  return { latencies, settle };
}

/** ms from the pointer's release until the mask has changed and is drawn. */
function settled(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const session = window.__darkroomEditor;
    if (!session) {
      throw new Error('no session');
    }
    const { rev } = session;
    const start = await new Promise<number>((resolve) => {
      addEventListener(
        'pointerup',
        () => {
          resolve(performance.now());
        },
        { capture: true, once: true },
      );
    });
    while (session.rev === rev) {
      if (performance.now() - start > 30_000) {
        throw new Error('nothing was selected');
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - start;
  });
}
