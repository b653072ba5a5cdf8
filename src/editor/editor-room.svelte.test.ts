import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComfyClient } from '../comfy/client';
import type { FileRef } from '../comfy/file-ref';
import { withNewSeeds } from '../comfy/graph-seeds';
import { parseNodeInfo } from '../comfy/object-info';
import type { ComfyContext } from '../jobs/context';
import type { JobGraph } from '../jobs/state/job';
import { readRecord, recordFor, writeRecord } from '../workflows/darkroom-record';
import { recipeInput } from '../workflows/recipe';
import { recipes } from '../workflows/recipes';
import { EditorRoom } from './editor-room.svelte';
import { rasterShape } from './mask/coverage';
import { MaskGrid } from './mask/mask-grid';
import { maskTiles } from './mask/mask-tiles';
import { encodeMaskPng } from './mask/png-write';

vi.mock('../ui/routes', () => ({ goTo: vi.fn(), replaceRoute: vi.fn(), routes: { edit: () => '/edit' } }));

const stored = new Map<string, string>();
const rooms: EditorRoom[] = [];
let count = 0;
let png: Uint8Array<ArrayBuffer>;

/** A picture for this test only: drafts outlive a test. */
const file = (name: string): FileRef => ({ filename: `${name}-${count}.png`, subfolder: '', type: 'output' });

/** A server with every picture of 600 × 400 px, whose answers can be held back or fail. */
class Server {
  readonly jobs: JobGraph[] = [];
  readonly uploads: string[] = [];
  readonly failing = new Set<string>();
  readonly #held = new Map<string, Promise<void>>();
  readonly #files = new Map<string, Blob>();
  /** The record of the job that made a file. */
  made: { ref: FileRef; graph: JobGraph } | null = null;

  /** Holds back these answers; call the returned function to release them. */
  hold(what: string): () => void {
    let release = (): void => undefined;
    this.#held.set(what, new Promise((resolve) => (release = resolve)));
    return release;
  }

  async #answer(what: string): Promise<void> {
    await this.#held.get(what);
    if (this.failing.has(what)) {
      throw new Error('connection lost');
    }
  }

  get context(): ComfyContext {
    const client = {
      view: async ({ filename }: FileRef) => {
        await this.#answer(filename);
        return this.#files.get(filename) ?? new Blob([png]);
      },
      viewUrl: ({ filename }: FileRef) => `http://comfy.test/${filename}`,
      readUpTo: () => Promise.resolve(null),
      stat: () => Promise.resolve({ bytes: null, tag: null }),
      uploadMask: async (mask: Blob, original: FileRef, to: FileRef) => {
        this.uploads.push(original.filename);
        await this.#answer('upload');
        this.#files.set(to.filename, mask);
        return { filename: to.filename, subfolder: to.subfolder, type: to.type };
      },
      readUserdata: () => Promise.resolve(null),
      server: { current: { routes: {} }, onReconnect: () => () => undefined },
      embeddings: () => Promise.resolve([]),
      nodeInfo: () => Promise.resolve(null),
      writeUserdata: () => Promise.resolve(),
    };
    const jobs = {
      client,
      newSeeds: (job: JobGraph) => Promise.resolve(withNewSeeds(job)),
      running: [],
      pending: [],
      items: {
        byFile: ({ filename }: FileRef) =>
          filename === this.made?.ref.filename
            ? { job: { id: 'made', darkroom: {} }, output: { nodeId: '1' } }
            : undefined,
        byParent: () => [],
      },
      graph: () => Promise.resolve(this.made?.graph ?? null),
      submit: (job: JobGraph) => Promise.resolve(`job ${this.jobs.push(job)}`),
    };
    return { client: client as unknown as ComfyClient, jobs: jobs as unknown as ComfyContext['jobs'] };
  }
}

function roomOn(server: Server): EditorRoom {
  const room = new EditorRoom(server.context);
  rooms.push(room);
  const names = new Set(recipes.flatMap(({ needs }) => needs));
  const inputs: Record<string, object> = {
    CheckpointLoaderSimple: { ckpt_name: [['some.safetensors'], {}] },
    KSampler: { sampler_name: [['euler'], {}], scheduler: [['normal'], {}] },
  };
  const infos = [...names].flatMap(
    (name) => parseNodeInfo(name, { input: { required: inputs[name] ?? {} } }) ?? [],
  );
  room.form.setInfos(new Map(infos.map((info) => [info.name, info])));
  room.form.choose('inpaint-checkpoint');
  return room;
}

/** The area a job would be queued with now. */
const areaOf = (room: EditorRoom): ReturnType<ReturnType<EditorRoom['area']['planned']>>['area'] =>
  room.area.planned()(room.session.mask.bounds()).area;

/** A room with an open picture that is masked entirely. */
async function masked(server: Server): Promise<EditorRoom> {
  const room = roomOn(server);
  await room.open(file('a'));
  room.session.edits.selectAll();
  return room;
}

const recordOf = (job: JobGraph | undefined): ReturnType<typeof readRecord> =>
  readRecord(job?.pngInfo['darkroom']);

beforeEach(async () => {
  count++;
  stored.clear();
  png = await encodeMaskPng(maskTiles(new MaskGrid(600, 400)), 'rgba');
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  vi.stubGlobal('HTMLElement', class {});
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(new Blob([new Uint8Array(9)]))));
  vi.stubGlobal('createImageBitmap', () =>
    Promise.resolve({ width: 600, height: 400, close: () => undefined }),
  );
});

afterEach(() => {
  for (const room of rooms.splice(0)) {
    room.session.destroy();
  }
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a mask of parts that lie far apart', () => {
  it('is repainted in one job, an area after the other, when that is chosen', async () => {
    const [width, height] = [1024, 1024];
    png = await encodeMaskPng(maskTiles(new MaskGrid(width, height)), 'gray');
    vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width, height, close: () => undefined }));
    const server = new Server();
    const room = roomOn(server);
    expect(await room.open(file('a'))).toBe(true);
    const dots = new MaskGrid(width, height);
    for (const [x0, y0] of [
      [20, 20],
      [960, 960],
    ] as const) {
      dots.writeRect({ x0, y0, x1: x0 + 40, y1: y0 + 40 }, new Uint8Array(1600).fill(255));
    }
    await room.session.loadMask(await encodeMaskPng(maskTiles(dots), 'rgba'));
    room.area.separate(true);
    room.choices.set({ areaMode: 'auto' });
    await room.generation.start();
    room.area.separate(false);
    await room.generation.start();
    const [apart, together] = server.jobs.map(({ graph }) => Object.values(graph));
    const crops = (nodes: typeof apart) =>
      nodes?.filter(({ class_type }) => class_type === 'ImageCrop') ?? [];
    expect(crops(apart).map(({ inputs }) => [inputs['x'], inputs['y'], inputs['width']])).toEqual([
      [0, 0, 512],
      [512, 512, 512],
    ]);
    expect(apart?.filter(({ class_type }) => class_type === 'SaveImage')).toHaveLength(1);
    expect(crops(together)).toEqual([]);
    const [first, second] = server.jobs.map((job) => recordOf(job));
    expect([first?.box, second?.box]).toMatchObject([{ islands: true }, { islands: false }]);
    room.choices.restore({ ...(first as NonNullable<typeof first>) });
    expect(room.choices.now.islands).toBe(true);
  });
});

describe('a transparent picture and its results', () => {
  it('are asked for alike, with or without their transparency', async () => {
    const room = roomOn(new Server());
    await room.open(file('a'));
    expect(room.shownWith).toEqual({ channel: 'rgb' });
    room.session.view.setTransparency(true);
    expect(room.shownWith).toEqual({});
  });

  it('are asked for as they are where the picture is opaque', async () => {
    png = await encodeMaskPng(maskTiles(new MaskGrid(600, 400)), 'gray');
    const room = roomOn(new Server());
    expect(await room.open(file('a'))).toBe(true);
    expect(room.shownWith).toEqual({});
  });
});

describe('an area placed beside the mask', () => {
  it('starts nothing, which would change nothing, until it is enlarged', async () => {
    const server = new Server();
    const room = roomOn(server);
    await room.open(file('a'));
    room.session.edits.selectAll();
    room.area.place({ x: 0, y: 0, width: 200, height: 200 });
    room.area.refresh();
    expect([room.generation.areaIsBare, room.generation.ready]).toEqual([false, true]);

    const corner = rasterShape(
      { kind: 'rect', x0: 500, y0: 300, x1: 600, y1: 400 },
      { width: 600, height: 400 },
    );
    await room.session.loadMask(await encodeMaskPng(maskTiles(corner), 'rgba'));
    await room.generation.start();
    expect([room.generation.areaIsBare, room.generation.ready, server.jobs.length]).toEqual([true, false, 0]);

    room.area.enlarge();
    expect(room.generation.ready).toBe(true);
    await room.generation.start();
    expect(recordOf(server.jobs[0])?.area).toEqual({ x: 0, y: 0, width: 600, height: 400 });
  });
});

describe('a prompt with a choice', () => {
  const textsOf = (server: Server): unknown[] =>
    server.jobs.map(({ graph }) =>
      Object.values(graph)
        .filter(({ class_type }) => class_type === 'CLIPTextEncode')
        .map(({ inputs }) => inputs['text'])
        .toSorted(),
    );

  it('is made anew for each seed, and kept as it was typed', async () => {
    const server = new Server();
    const room = await masked(server);
    room.choices.set({ count: 4 });
    room.form.set('prompt', '{red|blue} door');
    room.form.set('negative', 'fog // not yet');
    await room.generation.start();
    expect(textsOf(server).map(String).toSorted()).toEqual([
      ...['blue door,fog ', 'blue door,fog ', 'fog ,red door', 'fog ,red door'],
    ]);
    for (const job of server.jobs) {
      const record = recordOf(job);
      expect(record?.values).toMatchObject({ prompt: '{red|blue} door', negative: 'fog // not yet' });
      expect(record?.prompts.map(({ typed }) => typed)).toEqual(['{red|blue} door', 'fog // not yet']);
      expect(textsOf(server)).toContainEqual(record?.prompts.map(({ sent }) => sent).toSorted());
    }
    expect(room.form.values['prompt']).toBe('{red|blue} door');
  });

  it('is remembered as it was typed', async () => {
    const server = new Server();
    const room = await masked(server);
    room.form.set('prompt', '{red|blue} door');
    await room.generation.start();
    expect(stored.get('darkroom.prompts')).toContain('{red|blue} door');
  });

  it('is made anew when the job is run again with a new seed', async () => {
    const server = new Server();
    const room = await masked(server);
    room.form.set('prompt', '{a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u|v|w|x|y|z}');
    await room.generation.start();
    server.made = { ref: file('made'), graph: server.jobs[0] as JobGraph };
    for (let i = 0; i < 4; i++) {
      await room.run.again('made');
    }
    expect(new Set(textsOf(server).map(String)).size).toBeGreaterThan(1);
    expect(recordOf(server.jobs[4])?.prompts[0]?.sent).toBe(
      (textsOf(server)[4] as string[]).find((text) => text.length === 1),
    );
  });
});

describe('opening pictures', () => {
  it('closes the previous picture when one cannot be opened, and opens it when asked again', async () => {
    const server = new Server();
    const room = await masked(server);
    server.failing.add(file('b').filename);
    expect(await room.open(file('b'))).toBe(false);
    expect(room.openFailure).toBeInstanceOf(Error);
    expect([room.session.status, room.session.picture, room.generation.ready]).toEqual([
      'empty',
      null,
      false,
    ]);
    server.failing.clear();
    expect(await room.open(file('b'))).toBe(true);
    expect([room.openFailure, room.session.picture?.ref]).toEqual([null, file('b')]);
  });

  it('ignores the failure of a picture nobody waits for any more', async () => {
    const server = new Server();
    const room = roomOn(server);
    const release = server.hold(file('a').filename);
    server.failing.add(file('a').filename);
    const first = room.open(file('a'));
    expect(await room.open(file('b'))).toBe(true);
    release();
    expect(await first).toBe(false);
    expect([room.openFailure, room.opening, room.session.picture?.ref]).toEqual([null, false, file('b')]);
  });

  it('opens a picture once, however often it is asked for', async () => {
    const room = roomOn(new Server());
    const both = [room.open(file('a')), room.open(file('a'))];
    expect(await Promise.all(both)).toEqual([true, true]);
    const { picture } = room.session;
    expect(await room.open(file('a'))).toBe(true);
    expect(room.session.picture).toBe(picture);
  });
});

describe('generating', () => {
  it('waits for a picture that is opening', async () => {
    const server = new Server();
    const room = await masked(server);
    expect(room.generation.ready).toBe(true);
    const release = server.hold(file('b').filename);
    const opened = room.open(file('b'));
    expect(room.session.picture?.ref).toEqual(file('a'));
    expect(room.generation.ready).toBe(false);
    await room.generation.start();
    expect([server.uploads, server.jobs]).toEqual([[], []]);
    release();
    await opened;
  });

  it('uses form, choices and area as they were when asked, though the upload takes time', async () => {
    const server = new Server();
    const room = await masked(server);
    room.form.set('steps', 31);
    room.choices.set({ count: 1, compositeMask: { grow: 4, feather: 2 } });
    room.area.place({ x: 64, y: 64, width: 256, height: 256 });
    const area = areaOf(room);
    const release = server.hold('upload');
    const generated = room.generation.start();
    await vi.waitFor(() => {
      expect(server.uploads).toHaveLength(1);
    });
    room.form.set('steps', 77);
    room.choices.set({ compositeMask: { grow: 0, feather: 0 } });
    room.area.place({ x: 0, y: 0, width: 512, height: 384 });
    room.outpaint.restore({ left: 0, top: 0, right: 64, bottom: 0, overlap: 0 });
    room.session.edits.clear();
    release();
    await generated;
    expect(server.jobs).toHaveLength(1);
    const record = recordOf(server.jobs[0]);
    expect(area).toEqual({ x: 64, y: 64, width: 256, height: 256 });
    expect(record).toMatchObject({ area, extend: null, compositeMask: { grow: 4, feather: 2 } });
    expect([record?.values['steps'], record?.parent]).toEqual([31, file('a')]);
    expect(room.generation.maskOnServer).toBe(false);
  });

  it('includes what modifiers add that were still being evaluated when asked', async () => {
    const server = new Server();
    const room = roomOn(server);
    await room.open(file('a'));
    const dot = new MaskGrid(600, 400);
    dot.writeRect({ x0: 296, y0: 196, x1: 304, y1: 204 }, new Uint8Array(64).fill(255));
    await room.session.loadMask(await encodeMaskPng(maskTiles(dot), 'rgba'));
    room.choices.set({ areaMode: 'auto' });
    const before = areaOf(room);
    room.session.masks.setModifiers({ grow: 150 });
    await room.generation.start();
    const area = recordOf(server.jobs[0])?.area;
    expect(area).toEqual(areaOf(room));
    expect(area).not.toEqual(before);
  });

  it('includes what is in the file, whatever is painted during the upload', async () => {
    const server = new Server();
    const room = await masked(server);
    room.choices.set({ areaMode: 'auto' });
    room.session.edits.clear();
    const dot = new MaskGrid(600, 400);
    dot.writeRect({ x0: 296, y0: 196, x1: 304, y1: 204 }, new Uint8Array(64).fill(255));
    await room.session.loadMask(await encodeMaskPng(maskTiles(dot), 'rgba'));
    room.session.masks.setModifiers({ grow: 60 });
    const release = server.hold('upload');
    const generated = room.generation.start();
    await vi.waitFor(() => {
      expect(server.uploads).toHaveLength(1);
    });
    const then = areaOf(room);
    room.session.edits.selectAll();
    await vi.waitFor(() => {
      expect(areaOf(room)).not.toEqual(then);
    });
    release();
    await generated;
    expect(recordOf(server.jobs[0])?.area).toEqual(then);
  });

  it('for a picture that was left shows nothing on the next', async () => {
    const server = new Server();
    const room = await masked(server);
    const release = server.hold('upload');
    const generated = room.generation.start();
    await vi.waitFor(() => {
      expect(server.uploads).toHaveLength(1);
    });
    await room.open(file('b'));
    release();
    await generated;
    expect(recordOf(server.jobs[0])?.parent).toEqual(file('a'));
    expect([room.run.uploadedRev, room.run.failure, room.run.step]).toEqual([null, null, 'idle']);
  });
});

describe('choosing another draft', () => {
  it('keeps storing the picture’s data when that fails', async () => {
    const room = await masked(new Server());
    vi.spyOn(room.session, 'chooseDraft').mockRejectedValue(new Error('no storage'));
    const restored = vi.spyOn(room.session.drafts, 'extra', 'get');
    await expect(room.chooseDraft('x')).rejects.toThrow('no storage');
    expect(restored).toHaveBeenCalled();
  });

  it('leaves the area alone once another picture was asked for', async () => {
    const server = new Server();
    const room = await masked(server);
    let choose = (): void => undefined;
    vi.spyOn(room.session, 'chooseDraft').mockImplementation(
      () => new Promise((resolve) => (choose = () => resolve(true))),
    );
    const chosen = room.chooseDraft('x');
    const release = server.hold(file('b').filename);
    const opened = room.open(file('b'));
    const restored = vi.spyOn(room.session.drafts, 'extra', 'get');
    choose();
    await chosen;
    expect(restored).not.toHaveBeenCalled();
    release();
    await opened;
    expect(restored).toHaveBeenCalled();
  });
});

describe('continuing with a result', () => {
  const lineage = (): unknown => stored.get('darkroom.lineage');

  it('remembers what it was made from', async () => {
    const room = await masked(new Server());
    expect(await room.accepting.accept(file('result'))).toBe(true);
    expect([room.ref, room.accepting.parent]).toEqual([file('result'), file('a')]);
    expect(room.accepting.canRestoreMask).toBe(true);
  });

  it('remembers nothing when it could not be opened', async () => {
    const server = new Server();
    const room = await masked(server);
    server.failing.add(file('result').filename);
    expect(await room.accepting.accept(file('result'))).toBe(false);
    expect(lineage()).toBeUndefined();
  });

  it('leaves alone a picture asked for while the mask was written', async () => {
    const server = new Server();
    const room = await masked(server);
    const mask = await room.session.exportMask();
    let write = (): void => undefined;
    const held = new Promise<void>((resolve) => (write = resolve));
    vi.spyOn(room.session, 'exportMask').mockImplementation(() => held.then(() => mask));
    const accepted = room.accepting.accept(file('result'));
    await room.open(file('b'));
    write();
    expect(await accepted).toBe(false);
    expect([room.ref, room.accepting.canRestoreMask, lineage()]).toEqual([file('b'), false, undefined]);
  });
});

describe('taking up an edit again', () => {
  async function onResult(server: Server): Promise<EditorRoom> {
    const mask: FileRef = { filename: 'mask.png', subfolder: 'clipspace', type: 'input' };
    const input = recipeInput({ kind: 'masked', ref: mask }, { width: 600, height: 400 });
    const record = recordFor('blur', input, { style: 'pixelate', size: 12 }, { parent: file('a') });
    server.made = { ref: file('result'), graph: { graph: {}, pngInfo: { darkroom: writeRecord(record) } } };
    const room = roomOn(server);
    await room.open(file('result'));
    await vi.waitFor(() => {
      expect(room.again.origin).not.toBeNull();
    });
    return room;
  }

  it('opens its picture and fills the form', async () => {
    const room = await onResult(new Server());
    expect(await room.again.start()).toBe(true);
    expect([room.ref, room.form.values['size']]).toEqual([file('a'), 12]);
  });

  it('leaves form and mask alone when another picture was asked for meanwhile', async () => {
    const server = new Server();
    const room = await onResult(server);
    const release = server.hold(file('a').filename);
    const started = room.again.start();
    await room.open(file('b'));
    release();
    expect(await started).toBe(false);
    expect([room.ref, room.session.picture?.ref]).toEqual([file('b'), file('b')]);
    expect(room.form.values['size']).not.toBe(12);
  });

  it('loads no mask onto another picture', async () => {
    const server = new Server();
    const room = await onResult(server);
    const release = server.hold('mask.png');
    const loaded = vi.spyOn(room.session, 'loadMask');
    const viewed = vi.spyOn(room.session, 'exportMask');
    const started = room.again.start();
    await vi.waitFor(() => {
      expect(viewed).toHaveBeenCalled();
    });
    await room.open(file('b'));
    release();
    expect(await started).toBe(false);
    expect(loaded).not.toHaveBeenCalled();
  });
});
