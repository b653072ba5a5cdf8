import 'fake-indexeddb/auto';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { commands } from '../../ui/commands.svelte';
import { PNG_SIGNATURE, pngChunk } from '../../comfy/png';
import { loadWords } from '../../i18n/index.svelte';
import { EditorSession } from '../session/editor-session.svelte';
import { paintingCommands } from '../session/painting-commands';
import type { EditorPicture } from '../model/editor-types';
import { stepLook } from '../history/history-step';

await loadWords('editor');

const WIDTH = 300;
const HEIGHT = 20;
const ALL = { x0: 0, y0: 0, x1: WIDTH, y1: HEIGHT };

const said: string[] = [];
vi.mock('../../ui/toasts.svelte', () => ({ say: (message: string) => said.push(message) }));

let session: EditorSession;
let unregister: () => void;
let count = 0;

const picture = (clear?: Blob): EditorPicture => ({
  ref: { filename: `masks-${++count}.png`, subfolder: '', type: 'output' },
  source: new Blob([new Uint8Array(100)]),
  width: WIDTH,
  height: HEIGHT,
  ...(clear && { clear }),
});

beforeEach(() => {
  said.length = 0;
  vi.stubGlobal('createImageBitmap', () =>
    Promise.resolve({ width: WIDTH, height: HEIGHT, close: () => undefined }),
  );
  session = new EditorSession();
  unregister = commands.register(paintingCommands(session));
});

afterEach(() => {
  unregister();
  session.destroy();
  vi.unstubAllGlobals();
});

/** Resolves when the work asked for is done. */
async function through(): Promise<void> {
  await vi.waitFor(() => {
    expect(session.work.busy).toBe(false);
  });
}

/** A PNG with these samples as pixels, big-endian where they have 16 bits. */
function png(
  { colorType, depth, width = WIDTH, height = HEIGHT }: PngKind,
  pixel: (x: number, y: number) => number[],
  extra: Uint8Array[] = [],
): Blob {
  const head = new Uint8Array(13);
  new DataView(head.buffer).setUint32(0, width);
  new DataView(head.buffer).setUint32(4, height);
  head.set([depth, colorType], 8);
  const rows: number[] = [];
  for (let y = 0; y < height; y++) {
    rows.push(0);
    for (let x = 0; x < width; x++) {
      rows.push(...pixel(x, y).flatMap((value) => (depth === 16 ? [value >> 8, value & 255] : [value])));
    }
  }
  return new Blob([
    PNG_SIGNATURE,
    pngChunk('IHDR', head),
    ...extra,
    pngChunk('IDAT', deflateSync(Uint8Array.from(rows))),
    pngChunk('IEND', new Uint8Array(0)),
  ] as Uint8Array<ArrayBuffer>[]);
}

interface PngKind {
  colorType: number;
  depth: number;
  width?: number;
  height?: number;
}

describe("the picture's own transparency", () => {
  const levels = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);
  const KINDS: [string, Blob, (x: number) => number][] = [
    [
      'palette',
      png({ colorType: 3, depth: 8 }, (x) => [x & 255], [
        pngChunk('PLTE', new Uint8Array(768)),
        pngChunk('tRNS', levels),
      ]),
      (x) => x & 255,
    ],
    ['grey and alpha', png({ colorType: 4, depth: 8 }, (x) => [9, x & 255]), (x) => 255 - (x & 255)],
    [
      'grey and alpha of 16 bit',
      png({ colorType: 4, depth: 16 }, (x) => [9, (x & 255) * 257]),
      (x) => 255 - (x & 255),
    ],
    [
      'a see-through colour',
      png({ colorType: 2, depth: 8 }, (x) => [x & 1, 2, 3], [
        pngChunk('tRNS', Uint8Array.of(0, 1, 0, 2, 0, 3)),
      ]),
      (x) => (x & 1 ? 255 : 0),
    ],
    [
      'a see-through colour of 16 bit',
      png({ colorType: 2, depth: 16 }, (x) => [x & 1, 2, 3], [
        pngChunk('tRNS', Uint8Array.of(0, 1, 0, 2, 0, 3)),
      ]),
      (x) => (x & 1 ? 255 : 0),
    ],
    ['RGBA', png({ colorType: 6, depth: 8 }, (x) => [1, 2, 3, x & 255]), (x) => 255 - (x & 255)],
  ];

  it.each(KINDS)('is taken to the level: %s', async (_, file, value) => {
    await session.open(picture(file));
    session.masks.takeAlpha(file);
    await through();
    expect(session.work.trouble).toBeNull();
    const row = Array.from({ length: WIDTH }, (__, x) => value(x));
    expect([...session.mask.read({ ...ALL, y0: 19 })]).toEqual(row);
    expect(session.history.list()).toHaveLength(1);
    session.history.undo();
    expect(session.mask.empty).toBe(true);
  });

  it('goes into the present mask and leaves the others alone', async () => {
    const file = png({ colorType: 6, depth: 8 }, (x) => [1, 2, 3, x < 10 ? 0 : 255]);
    await session.open(picture(file));
    session.edits.selectAll();
    session.masks.add('cut');
    session.masks.setMode(session.masks.active?.id ?? '', 'subtract');
    session.masks.takeAlpha(file);
    await through();
    expect(session.masks.list.map(({ visible }) => visible)).toEqual([true, true]);
    expect([...session.mask.read({ x0: 8, y0: 0, x1: 12, y1: 1 })]).toEqual([0, 0, 255, 255]);
  });

  it('changes nothing, and says so, where no pixel is transparent', async () => {
    const file = png({ colorType: 6, depth: 8 }, () => [1, 2, 3, 255]);
    await session.open(picture(file));
    session.edits.selectAll();
    session.masks.takeAlpha(file);
    await through();
    expect(session.work.trouble?.code).toBe('no-transparency');
    expect([session.mask.empty, session.history.list().length]).toEqual([false, 1]);
  });
});

describe('another mask', () => {
  /** Two masks: the lower is painted from 0 to 100, the upper and present one from 50 to 150 px. */
  async function two(): Promise<[string, string]> {
    await session.open(picture());
    await band(0, 100);
    const lower = session.masks.active?.id ?? '';
    session.masks.add('upper');
    await band(50, 150);
    return [lower, session.masks.active?.id ?? ''];
  }

  /** Paints these columns of the present mask, and only these. */
  async function band(from: number, to: number): Promise<void> {
    session.masks.import(png({ colorType: 0, depth: 8 }, (x) => [x >= from && x < to ? 255 : 0]));
    await through();
  }

  /** Where the present mask, shown alone, begins and ends. */
  function columns(present: string): [number, number] | null {
    for (const { id } of session.masks.list) {
      session.masks.setVisible(id, id === present);
    }
    const box = session.mask.bounds();
    return box && [box.x0, box.x1];
  }

  it.each([
    ['add', 0, 150],
    ['subtract', 100, 150],
    ['intersect', 50, 100],
  ] as const)('combines with the present one in one step and stays: %s', async (mode, from, to) => {
    const [lower, upper] = await two();
    const before = session.history.list().length;
    session.masks.combineWith(lower, mode);
    await through();
    const after = session.history.list();
    expect(after).toHaveLength(before + 1);
    expect(stepLook(after.at(-1)?.tool ?? '').name).not.toBe('editor.history.step.other');
    expect(stepLook(after.at(-1)?.tool ?? '').name).not.toBe('editor.history.step.maskAdd');
    expect(columns(upper)).toEqual([from, to]);
    expect(columns(lower)).toEqual([0, 100]);
    await session.history.jumpTo(after.at(-2)?.id ?? 0);
    expect(columns(upper)).toEqual([50, 150]);
  });

  it('counts as shown, with its modifiers', async () => {
    const [lower, upper] = await two();
    session.masks.activate(lower);
    session.masks.setModifiers({ grow: 20 });
    session.masks.keepModifiers();
    session.masks.activate(upper);
    session.masks.combineWith(lower, 'subtract');
    await through();
    expect(columns(upper)).toEqual([120, 150]);
    // What the worker holds of the other mask for showing it is unchanged.
    await vi.waitFor(() => {
      expect(columns(lower)).toEqual([0, 120]);
    });
  });

  it.each([
    ['replace', 50, 150],
    ['add', 0, 150],
    ['subtract', 0, 50],
    ['intersect', 50, 100],
  ] as const)('comes from a file and combines with the present one as chosen: %s', async (mode, from, to) => {
    await session.open(picture());
    await band(0, 100);
    session.masks.setImportMode(mode);
    await band(50, 150);
    expect(columns(session.masks.active?.id ?? '')).toEqual([from, to]);
  });
});

describe('a mask file of another size', () => {
  /** The left half is to be repainted. */
  const half = (width: number, height: number): Blob =>
    png({ colorType: 0, depth: 8, width, height }, (x) => [x < width / 2 ? 255 : 0]);

  it('is scaled, with a message, when it has the picture’s shape; its own size needs no message', async () => {
    await session.open(picture());
    session.masks.import(half(WIDTH, HEIGHT));
    await through();
    expect(said).toEqual([]);
    session.edits.clear();
    session.masks.import(half(WIDTH * 2, HEIGHT * 2));
    await through();
    expect(session.mask.bounds()).toEqual({ x0: 0, y0: 0, x1: 150, y1: 20 });
    expect(said).toEqual(['The mask was scaled from 600 × 40 to 300 × 20 px.']);
    expect(session.masks.asked).toBeNull();
  });

  it.each([
    // Seven px for one: the edge is soft.
    ['stretch', [0, 154, 0, 20]],
    ['contain', [140, 150, 0, 20]],
    ['center', [130, 150, 0, 20]],
    ['corner', [0, 20, 0, 20]],
  ] as const)('waits for the person when its shape differs: %s', async (fit, box) => {
    await session.open(picture());
    session.edits.selectAll();
    const { rev } = session.mask;
    session.masks.import(half(40, 40));
    await through();
    expect(session.mask.rev).toBe(rev);
    expect(session.history.list()).toHaveLength(1);
    expect(session.masks.asked).toMatchObject({
      source: { width: 40, height: 40 },
      picture: { width: WIDTH, height: HEIGHT },
    });
    session.masks.importAs(fit);
    expect(session.masks.asked).toBeNull();
    await through();
    const { x0 = -1, x1 = -1, y0 = -1, y1 = -1 } = session.mask.bounds() ?? {};
    expect([x0, x1, y0, y1]).toEqual(box);
    expect(session.history.list()).toHaveLength(2);
  });

  it('combines with the mask as chosen when it was opened', async () => {
    await session.open(picture());
    session.masks.setImportMode('add');
    session.masks.import(half(40, 40));
    await through();
    session.masks.setImportMode('replace');
    session.edits.selectAll();
    session.masks.importAs('corner');
    await through();
    expect(session.mask.coverage === null || session.mask.coverage === 1).toBe(true);
    expect(session.mask.bounds()).toEqual(ALL);
  });

  it('can be dismissed, and is forgotten with its picture', async () => {
    await session.open(picture());
    session.masks.import(half(40, 40));
    await through();
    session.masks.cancelImport();
    session.masks.importAs('stretch');
    await through();
    expect([session.mask.empty, session.history.list().length]).toEqual([true, 0]);
    session.masks.import(half(40, 40));
    await through();
    expect(session.masks.asked).not.toBeNull();
    await session.open(picture());
    expect(session.masks.asked).toBeNull();
  });
});

describe('a mask file that can be meant in two ways', () => {
  /** Grey, brighter to the right, with a clear stripe of 20 px at the left. */
  const stripe = (width = WIDTH, height = HEIGHT): Blob =>
    png({ colorType: 4, depth: 8, width, height }, (x) => [
      (x * 255) / width,
      (x * WIDTH) / width < 20 ? 0 : 255,
    ]);

  it.each([
    ['alpha', [0, 20]],
    ['shown', [20, WIDTH]],
  ] as const)('waits for the person: %s', async (channel, columns) => {
    await session.open(picture());
    session.masks.import(stripe());
    await through();
    expect(session.mask.empty).toBe(true);
    expect(session.masks.askedReading?.readings.map((one) => one.channel)).toEqual(['shown', 'alpha']);
    session.masks.readAs(channel);
    expect(session.masks.askedReading).toBeNull();
    await through();
    const { x0, x1 } = session.mask.bounds() ?? {};
    expect([x0, x1]).toEqual(columns);
    expect(session.history.list()).toHaveLength(1);
  });

  it('says that it was scaled once it is read, and can be dismissed', async () => {
    await session.open(picture());
    session.masks.import(stripe(WIDTH * 2, HEIGHT * 2));
    await through();
    session.masks.cancelImport();
    session.masks.readAs('alpha');
    await through();
    expect([session.mask.empty, said]).toEqual([true, []]);
    session.masks.import(stripe(WIDTH * 2, HEIGHT * 2));
    await through();
    session.masks.readAs('alpha');
    await through();
    expect(said).toEqual(['The mask was scaled from 600 × 40 to 300 × 20 px.']);
  });
});

describe('what is done to the present mask', () => {
  const faint = png({ colorType: 0, depth: 8 }, (x) => [x < 100 ? 40 : 0]);

  it.each([
    ['is hidden', (id: string) => session.masks.setVisible(id, false)],
    ['only keeps what is shared', (id: string) => session.masks.setMode(id, 'intersect')],
    [
      'lies under a threshold',
      () => {
        session.masks.setModifiers({ threshold: 200 });
        session.masks.keepModifiers();
      },
    ],
  ])('goes by what is painted on it when it %s', async (_, hide) => {
    await session.open(picture());
    session.masks.import(faint);
    await through();
    expect([session.masks.empty, commands.can('editor.mask.clear')]).toEqual([false, true]);
    hide(session.masks.active?.id ?? '');
    await vi.waitFor(() => {
      expect([session.masks.composing, session.mask.empty]).toEqual([false, true]);
    });
    expect([
      session.masks.empty,
      commands.can('editor.mask.clear'),
      commands.can('editor.view.mask'),
    ]).toEqual([false, true, false]);
    expect(commands.run('editor.mask.clear')).toBe(true);
    expect([session.masks.empty, commands.can('editor.mask.clear')]).toEqual([true, false]);
    session.history.undo();
    expect(session.masks.empty).toBe(false);
  });

  it('has nothing to do where only others are painted', async () => {
    await session.open(picture());
    session.edits.selectAll();
    const painted = session.masks.active?.id ?? '';
    session.masks.add();
    expect([session.mask.empty, session.masks.empty, commands.can('editor.mask.clear')]).toEqual([
      false,
      true,
      false,
    ]);
    session.masks.activate(painted);
    expect([session.masks.empty, commands.can('editor.mask.clear')]).toEqual([false, true]);
  });
});
