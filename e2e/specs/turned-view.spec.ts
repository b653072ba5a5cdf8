import type { Locator, Page } from '@playwright/test';
import { PNG } from 'pngjs';
import type { DemoEngine } from '../../src/demo/index';
import { expect, test } from '../support/fixtures';
import {
  chooseBlur,
  chooseInpaint,
  dragThrough,
  finishedJobs,
  maskAt,
  maskBox,
  onPage,
  openWithSession,
  type Spot,
  stageOf,
  upload,
} from './pages';

const WIDTH = 1200;
const HEIGHT = 900;
/** Squares of 40 px on a grey picture, given by their middles and told apart by colour. */
const MARKS = [
  { color: [230, 20, 20], x: 150, y: 120 },
  { color: [20, 200, 20], x: 1050, y: 150 },
  { color: [20, 20, 230], x: 200, y: 780 },
] as const;

function markedPng(): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT });
  for (let at = 0; at < WIDTH * HEIGHT; at++) {
    const [x, y] = [at % WIDTH, Math.floor(at / WIDTH)];
    const mark = MARKS.find((place) => Math.abs(x - place.x) < 20 && Math.abs(y - place.y) < 20);
    png.data.set([...(mark?.color ?? [128, 128, 128]), 255], at * 4);
  }
  return PNG.sync.write(png, { colorType: 2 });
}

/** Opens the picture with its marks, rotates the view by 30° with the rotation key and a drag, and may mirror it. */
async function openTurned(page: Page, engine: DemoEngine, name: string, mirrored = false): Promise<void> {
  // No area box where pixels are compared.
  await page.addInitScript(() => {
    localStorage.setItem('darkroom.inpaint', '{"areaMode":"whole"}');
  });
  await openWithSession(page, await upload(engine, markedPng(), name));
  const { x, y } = await middleOf(stageOf(page));
  await stageOf(page).focus();
  await page.mouse.move(x + 200, y);
  await page.keyboard.down('r');
  await page.mouse.down();
  await page.keyboard.down('Shift');
  await page.mouse.move(x + 200 * Math.cos(0.52), y + 200 * Math.sin(0.52), { steps: 8 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await page.keyboard.up('r');
  // The picture's corners are in view too.
  await page.keyboard.press('Control+-');
  await page.keyboard.press('Control+-');
  const turned = await page.evaluate(() => window.__darkroomEditor?.camera.angle ?? Number.NaN);
  expect(turned).toBeCloseTo(Math.PI / 6, 3);
  if (mirrored) {
    await page.keyboard.press('y');
    expect(await page.evaluate(() => window.__darkroomEditor?.camera.mirrored)).toBe(true);
  }
}

/** A rectangle of the page, CSS px. */
interface Box extends Spot {
  width: number;
  height: number;
}

async function boxOf(what: Locator): Promise<Box> {
  const box = await what.boundingBox();
  if (!box) {
    throw new Error('what should be on the page is not');
  }
  return box;
}

async function middleOf(what: Locator): Promise<Spot> {
  const box = await boxOf(what);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The page as it is seen two frames later. */
async function seen(page: Page): Promise<PNG> {
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
  );
  return PNG.sync.read(await page.screenshot({ scale: 'css' }));
}

/** Middle of all pixels of the stage near a colour. */
async function findMark(
  page: Page,
  shot: PNG,
  [red, green, blue]: readonly [number, number, number],
): Promise<Spot> {
  const stage = await boxOf(stageOf(page));
  const found = { x: 0, y: 0, count: 0 };
  for (let at = 0; at < shot.width * shot.height; at++) {
    const [x, y] = [(at % shot.width) + 0.5, Math.floor(at / shot.width) + 0.5];
    const off = [red, green, blue].map((value, c) => Math.abs(value - (shot.data[at * 4 + c] ?? 0)));
    if (Math.max(...off) < 24 && isInside(stage, { x, y })) {
      found.x += x;
      found.y += y;
      found.count++;
    }
  }
  expect(found.count).toBeGreaterThan(50);
  return { x: found.x / found.count, y: found.y / found.count };
}

/** Whether a place is on the stage, not on its focus ring. */
function isInside(stage: Box, { x, y }: Spot): boolean {
  const [fromX, fromY] = [x - stage.x, y - stage.y];
  return fromX > 4 && fromY > 4 && fromX < stage.width - 4 && fromY < stage.height - 4;
}

/** Places of the stage (pixel centres) that look different. */
async function differences(page: Page, a: PNG, b: PNG): Promise<Spot[]> {
  const stage = await boxOf(stageOf(page));
  const found: Spot[] = [];
  for (let at = 0; at < a.width * a.height; at++) {
    const place = { x: (at % a.width) + 0.5, y: Math.floor(at / a.width) + 0.5 };
    const off = (c: number): number => Math.abs((a.data[at * 4 + c] ?? 0) - (b.data[at * 4 + c] ?? 0));
    if (Math.max(off(0), off(1), off(2)) > 24 && isInside(stage, place)) {
      found.push(place);
    }
  }
  return found;
}

function fromSegment(at: Spot, a: Spot, b: Spot): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const share = Math.min(1, Math.max(0, ((at.x - a.x) * dx + (at.y - a.y) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(at.x - a.x - share * dx, at.y - a.y - share * dy);
}

/** Checks that what is drawn is a line through places of the page: all of it, and nothing beside it. */
function expectLine(drawn: readonly Spot[], path: readonly Spot[], slack: number): void {
  const pieces = path.slice(1).map((to, i) => [path[i] ?? to, to] as const);
  const astray = drawn.filter((at) => pieces.every(([a, b]) => fromSegment(at, a, b) > slack));
  expect(astray.slice(0, 5)).toEqual([]);
  for (const [a, b] of pieces) {
    for (const share of [0.3, 0.5, 0.7]) {
      const on = { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
      const nearest = Math.min(...drawn.map((at) => Math.hypot(at.x - on.x, at.y - on.y)));
      expect(nearest).toBeLessThan(slack + 6);
    }
  }
}

const spots = (page: Page, ...places: Spot[]): Promise<Spot[]> =>
  Promise.all(places.map((place) => onPage(page, place)));

/** The same holds for a view that is mirrored, too. */
const VIEWS = [
  [false, ''],
  [true, ', mirrored'],
] as const;

for (const [mirrored, how] of VIEWS) {
  test(`strokes land on what is seen under the pointer${how}`, async ({ page, engine }) => {
    await openTurned(page, engine, `${mirrored ? 'mirrored-' : ''}marks.png`, mirrored);
    await page.mouse.move(5, 5);
    const shot = await seen(page);
    const size = page.getByRole('spinbutton', { name: 'Size', exact: true });
    await size.fill('30');
    await size.press('Enter');
    for (const mark of MARKS) {
      const at = await findMark(page, shot, mark.color);
      const told = await onPage(page, mark);
      expect(Math.hypot(at.x - told.x, at.y - told.y)).toBeLessThan(1.5);
      await page.mouse.click(at.x, at.y);
      await expect.poll(() => maskAt(page, mark)).toBe(255);
      for (const [dx, dy] of [
        [24, 0],
        [-24, 0],
        [0, 24],
        [0, -24],
      ] as const) {
        expect(await maskAt(page, { x: mark.x + dx, y: mark.y + dy })).toBe(0);
      }
    }
    const box = (await maskBox(page)) ?? [];
    [135, 105, 1065, 795].forEach((edge, i) => expect(Math.abs((box[i] ?? -99) - edge)).toBeLessThan(4));
  });
}

test('the brush ring lies around the pointer, as large as what it paints', async ({ page, engine }) => {
  await openTurned(page, engine, 'ring.png');
  const size = page.getByRole('spinbutton', { name: 'Size', exact: true });
  await size.fill('160');
  await size.press('Enter');
  await page.mouse.move(5, 5);
  const bare = await seen(page);
  const at = await onPage(page, { x: 700, y: 450 });
  await page.mouse.move(at.x, at.y);
  const drawn = await differences(page, bare, await seen(page));
  const radius = 80 * (await page.evaluate(() => window.__darkroomEditor?.camera.zoom ?? Number.NaN));
  const far = drawn.map((place) => Math.hypot(place.x - at.x, place.y - at.y));
  expect(Math.max(...far)).toBeLessThan(radius + 4);
  const onRing = drawn.filter((_, i) => Math.abs((far[i] ?? 0) - radius) < 4);
  const eighths = new Set(
    onRing.map(({ x, y }) => Math.floor(Math.atan2(y - at.y, x - at.x) / (Math.PI / 4))),
  );
  expect(eighths.size).toBe(8);

  await page.mouse.click(at.x, at.y);
  await page.mouse.move(5, 5);
  const painted = await differences(page, bare, await seen(page));
  const reach = painted.map((place) => Math.hypot(place.x - at.x, place.y - at.y));
  // Towards its edge the brush is soft.
  expect(Math.max(...reach)).toBeGreaterThan(radius * 0.8);
  expect(Math.max(...reach)).toBeLessThan(radius + 2);
});

for (const [mirrored, how] of VIEWS) {
  test(`a square tip is shown as it will paint${how}`, async ({ page, engine }) => {
    await openTurned(page, engine, `${mirrored ? 'mirrored-' : ''}square-tip.png`, mirrored);
    const size = page.getByRole('spinbutton', { name: 'Size', exact: true });
    await size.fill('160');
    await size.press('Enter');
    await page.getByRole('slider', { name: 'Hardness' }).fill('1');
    await page.getByRole('button', { name: 'Square tip' }).click();
    await page.mouse.move(5, 5);
    const bare = await seen(page);
    const at = await onPage(page, { x: 700, y: 450 });
    const [a, b, c, d] = await spots(
      page,
      ...[620, 780, 780, 620].map((x, i) => ({ x, y: i < 2 ? 370 : 530 })),
    );
    const corners = [a ?? at, b ?? at, c ?? at, d ?? at];
    await page.mouse.move(at.x, at.y);
    const drawn = await differences(page, bare, await seen(page));
    expectLine(drawn, [...corners, a ?? at], 4);

    await page.mouse.click(at.x, at.y);
    await page.mouse.move(5, 5);
    const painted = await differences(page, bare, await seen(page));
    for (const corner of corners) {
      const off = painted.map((place) => Math.hypot(place.x - corner.x, place.y - corner.y));
      expect(Math.min(...off)).toBeLessThan(3);
    }
    const box = (await maskBox(page)) ?? [];
    [620, 370, 780, 530].forEach((edge, i) => expect(Math.abs((box[i] ?? -99) - edge)).toBeLessThan(3));
  });
}

for (const [mirrored, how] of VIEWS) {
  test(`previews of polygon, lasso and rectangle lie where they will cut${how}`, async ({ page, engine }) => {
    await openTurned(page, engine, `${mirrored ? 'mirrored-' : ''}previews.png`, mirrored);
    await page.keyboard.press('Shift+L');
    await page.mouse.move(5, 5);
    // Text about the tool comes with it.
    await expect(page.getByText(/the first corner closes/)).toBeVisible();
    const bare = await seen(page);
    const corners = [
      { x: 400, y: 300 },
      { x: 800, y: 300 },
      { x: 800, y: 600 },
    ];
    const [a, b, c] = await spots(page, ...corners);
    for (const at of [a, b, c]) {
      await page.mouse.click(at?.x ?? 0, at?.y ?? 0);
    }
    await page.mouse.move(5, 5);
    await page.getByRole('group', { name: 'Outline that is not closed yet' }).evaluate((buttons) => {
      buttons.style.visibility = 'hidden';
    });
    const polygon = await differences(page, bare, await seen(page));
    expect(polygon.length).toBeGreaterThan(200);
    const way = [a, b, c].filter((at) => at !== undefined);
    expectLine(
      polygon.filter((at) => fromSegment(at, way[2] ?? at, way[0] ?? at) > 8),
      way,
      8,
    );
    await stageOf(page).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => maskBox(page)).toEqual([400, 300, 800, 600]);
    expect(await maskAt(page, { x: 780, y: 310 })).toBe(255);
    expect(await maskAt(page, { x: 420, y: 590 })).toBe(0);
    await page.keyboard.press('Control+z');
    await expect.poll(() => maskBox(page)).toBeNull();

    for (const tool of ['l', 'm']) {
      await page.keyboard.press(tool);
      await page.mouse.move(5, 5);
      const before = await seen(page);
      const [start, end] = [
        { x: 350, y: 250 },
        { x: 750, y: 550 },
      ];
      const path =
        tool === 'l'
          ? [start, { x: 750, y: 250 }, end]
          : [start, { x: 750, y: 250 }, end, { x: 350, y: 550 }, start];
      const places = await spots(page, ...path);
      const dragged = tool === 'l' ? places : [places[0], places[2]];
      for (const [i, at] of dragged.entries()) {
        await page.mouse.move(at?.x ?? 0, at?.y ?? 0, { steps: i === 0 ? 1 : 12 });
        if (i === 0) {
          await page.mouse.down();
        }
      }
      const shown = await differences(page, before, await seen(page));
      const last = dragged.at(-1) ?? { x: 0, y: 0 };
      // Besides the outline there are the pointer's cross and the line that will close the lasso.
      const closing = (at: Spot): boolean => tool === 'l' && fromSegment(at, last, places[0] ?? last) < 6;
      const outline = shown.filter((at) => Math.hypot(at.x - last.x, at.y - last.y) > 16 && !closing(at));
      expectLine(outline, places, 6);
      await page.mouse.up();
      await expect
        .poll(async () => (await maskBox(page))?.map((edge) => Math.round(edge / 4) * 4))
        .toEqual([352, 252, 752, 552].map((edge) => Math.round(edge / 4) * 4));
      await page.keyboard.press('Control+z');
      await expect.poll(() => maskBox(page)).toBeNull();
    }
  });
}

/** Middles of a box's handles, on the page. */
async function handles<K extends string>(box: Locator, names: readonly K[]): Promise<Record<K, Spot>> {
  const places = await Promise.all(
    names.map(async (name) => [name, await middleOf(box.locator(`[data-handle="${name}"]`))] as const),
  );
  return Object.fromEntries(places) as Record<K, Spot>;
}

/** The point of the picture at a place of the page, computed from where three of its points are. */
async function onPicture(page: Page, at: Spot): Promise<Spot> {
  const [origin, right, low] = await spots(page, { x: 0, y: 0 }, { x: 1000, y: 0 }, { x: 0, y: 1000 });
  if (!origin || !right || !low) {
    throw new Error('the editor cannot be reached');
  }
  const along = (end: Spot): number => {
    const [ux, uy] = [(end.x - origin.x) / 1000, (end.y - origin.y) / 1000];
    return ((at.x - origin.x) * ux + (at.y - origin.y) * uy) / (ux * ux + uy * uy);
  };
  return { x: along(right), y: along(low) };
}

/** Drags something on the page by a distance in px of the picture. */
async function dragBy(page: Page, from: Spot, dx: number, dy: number): Promise<void> {
  const start = await onPicture(page, from);
  const to = await onPage(page, { x: start.x + dx, y: start.y + dy });
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 6 });
  await page.mouse.up();
}

for (const [mirrored, how] of VIEWS) {
  test(`the area lies on the picture, and its handles follow the picture’s own axes${how}`, async ({
    page,
    engine,
  }) => {
    await openTurned(page, engine, `${mirrored ? 'mirrored-' : ''}turned-area.png`, mirrored);
    await chooseInpaint(page, 'turned');
    await page.getByLabel('Steps').fill('1');
    await page.getByText('Around the mask', { exact: true }).click();
    await dragThrough(page, [
      { x: 520, y: 420 },
      { x: 640, y: 440 },
    ]);
    const box = page.getByTestId('area-box');
    await expect(box).toBeVisible();
    const label = page.getByRole('button', { name: /^What the model sees/ });

    /** The box as its handles show it, px of the picture. */
    const shown = async (): Promise<number[]> => {
      const at = await handles(box, ['nw', 'ne', 'se', 'sw'] as const);
      const [nw, ne, se, sw] = await Promise.all(
        [at.nw, at.ne, at.se, at.sw].map((place) => onPicture(page, place)),
      );
      expect(Math.abs((nw?.y ?? 0) - (ne?.y ?? 99))).toBeLessThan(2);
      expect(Math.abs((nw?.x ?? 0) - (sw?.x ?? 99))).toBeLessThan(2);
      return [nw?.x ?? 0, nw?.y ?? 0, (se?.x ?? 0) - (nw?.x ?? 0), (se?.y ?? 0) - (nw?.y ?? 0)].map(
        Math.round,
      );
    };
    const told = async (): Promise<number[]> =>
      /^(\d+) × (\d+)/
        .exec(((await label.textContent()) ?? '').trim())
        ?.slice(1)
        .map(Number) ?? [];
    const near = (a: readonly number[], b: readonly number[]): void => {
      expect(a.length).toBe(b.length);
      a.forEach((value, i) =>
        expect(Math.abs(value - (b[i] ?? Infinity)), `${a.join(' ')} near ${b.join(' ')}`).toBeLessThan(3),
      );
    };

    await label.locator('[data-move]').click();
    const [x = 0, y = 0, width = 0, height = 0] = await shown();
    near([width, height], await told());
    await dragBy(page, (await handles(box, ['se'] as const)).se, -96, -64);
    await expect(page.getByRole('radio', { name: 'By hand' })).toBeChecked();
    expect(await told()).toEqual([Math.round((width - 96) / 8) * 8, Math.round((height - 64) / 8) * 8]);
    near(await shown(), [x, y, width - 96, height - 64]);
    // One axis of the picture is slanted on the page: the other one must not change.
    await dragBy(page, (await handles(box, ['e'] as const)).e, 48, 0);
    near(await shown(), [x, y, width - 48, height - 64]);
    await dragBy(page, (await handles(box, ['n'] as const)).n, 0, 40);
    near(await shown(), [x, y + 40, width - 48, height - 104]);

    // The frame, away from its handles, moves the box.
    const [from] = await spots(page, { x: x + (width - 48) * 0.25, y: y + 40 });
    await dragBy(page, from ?? { x: 0, y: 0 }, 30, 50);
    const last = [x + 30, y + 90, width - 48, height - 104];
    near(await shown(), last);

    await page.getByRole('button', { name: /^Generate/ }).click();
    await expect
      .poll(async () => (await finishedJobs(engine)).length, { timeout: 60_000 })
      .toBeGreaterThan(0);
    const strip = page.getByRole('region', { name: 'Results' });
    await expect(strip.getByRole('button', { name: 'Result 1' })).toBeVisible({ timeout: 60_000 });
    const job = (await finishedJobs(engine)).findLast(
      ({ darkroom }) =>
        (darkroom['parent'] as { filename?: string } | null)?.filename ===
        `${mirrored ? 'mirrored-' : ''}turned-area.png`,
    );
    const area = job?.darkroom['area'] as { x: number; y: number; width: number; height: number };
    near([area.x, area.y, area.width, area.height], last);
  });
}

for (const [mirrored, how] of VIEWS) {
  test(`edges are dragged outwards along the picture’s own axes${how}`, async ({ page, engine }) => {
    await openTurned(page, engine, `${mirrored ? 'mirrored-' : ''}edges.png`, mirrored);
    await chooseInpaint(page, 'wider');
    await page.getByRole('button', { name: 'Extend the picture' }).click();
    await stageOf(page).focus();
    await page.keyboard.press('Control+-');
    await page.keyboard.press('Control+-');
    const box = page.getByTestId('extend-box');
    const expectOn = async (handle: string, place: Spot): Promise<Spot> => {
      const at = await middleOf(box.locator(`[data-handle="${handle}"]`));
      const wanted = await onPage(page, place);
      expect(Math.hypot(at.x - wanted.x, at.y - wanted.y), handle).toBeLessThan(2);
      return at;
    };
    for (const [handle, cursor] of [
      ['e', mirrored ? 'nesw-resize' : 'nwse-resize'],
      ['se', 'ns-resize'],
      ['ne', 'ew-resize'],
    ] as const) {
      await expect(box.locator(`[data-handle="${handle}"]`)).toHaveCSS('cursor', cursor);
    }
    const right = await expectOn('e', { x: WIDTH, y: HEIGHT / 2 });
    await dragBy(page, right, 104, 0);
    const bottom = await expectOn('s', { x: (WIDTH + 104) / 2, y: HEIGHT });
    await dragBy(page, bottom, 0, 80);
    const corner = await expectOn('nw', { x: 0, y: 0 });
    await dragBy(page, corner, -64, -48);
    const fields: [string, number][] = [
      ['Left', 64],
      ['Top', 48],
      ['Right', 104],
      ['Bottom', 80],
    ];
    for (const [side, px] of fields) {
      const value = Number(await page.getByLabel(side, { exact: true }).inputValue());
      expect(Math.abs(value - px), side).toBeLessThanOrEqual(8);
    }
    const [left, top] = await Promise.all(
      ['Left', 'Top'].map(async (side) => Number(await page.getByLabel(side, { exact: true }).inputValue())),
    );
    await expectOn('nw', { x: -(left ?? 0), y: -(top ?? 0) });
  });
}

for (const [mirrored, how] of VIEWS) {
  test(`a result lies over the picture, and the divider is dragged along its width${how}`, async ({
    page,
    engine,
  }) => {
    await openTurned(page, engine, `${mirrored ? 'mirrored-' : ''}result.png`, mirrored);
    await chooseBlur(page);
    await dragThrough(page, [
      { x: 180, y: 120 },
      { x: 120, y: 140 },
    ]);
    await page.getByRole('button', { name: /^Generate/ }).click();
    const strip = page.getByRole('region', { name: 'Results' });
    await strip.getByRole('button', { name: 'Result 1', exact: true }).click({ timeout: 40_000 });
    const comparison = page.getByRole('region', { name: /^Comparison/ });
    await expect(comparison.getByRole('img', { name: 'Result 1' })).toBeVisible();
    await page.mouse.move(5, 5);
    // The first mark was blurred; the others are seen where the editor says they are, once it is decoded.
    await expect(async () => {
      const shot = await seen(page);
      for (const mark of MARKS.slice(1)) {
        const at = await findMark(page, shot, mark.color);
        const told = await onPage(page, mark);
        expect(Math.hypot(at.x - told.x, at.y - told.y)).toBeLessThan(1.5);
      }
    }).toPass({ timeout: 20_000 });
    await page.getByRole('button', { name: /^Slider/ }).click();
    const divider = page.getByRole('slider', { name: /^Divider/ });
    await expect(divider).toHaveAttribute('aria-valuenow', '50');
    const knob = await middleOf(divider);
    const wanted = await onPage(page, { x: WIDTH / 2, y: HEIGHT / 2 });
    expect(Math.hypot(knob.x - wanted.x, knob.y - wanted.y)).toBeLessThan(2);
    await dragBy(page, knob, WIDTH / 4, 0);
    await expect(divider).toHaveAttribute('aria-valuenow', '75');
    await dragBy(page, await middleOf(divider), 0, 100);
    await expect(divider).toHaveAttribute('aria-valuenow', '75');
  });
}

test('arrows go where they point in a mirrored view, and the mask is that of the picture', async ({
  page,
  engine,
}) => {
  await openWithSession(page, await upload(engine, markedPng(), 'mirrored-keys.png'));
  await page.keyboard.press('y');
  await stageOf(page).focus();
  // The first press places the cursor in the middle.
  for (let press = 0; press < 5; press++) {
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.press('Space');
  await expect.poll(() => maskAt(page, { x: WIDTH / 2 - 80, y: HEIGHT / 2 })).toBe(255);
  expect(await maskAt(page, { x: WIDTH / 2 + 80, y: HEIGHT / 2 })).toBe(0);
  const red = await findMark(page, await seen(page), MARKS[0].color);
  const middle = await middleOf(stageOf(page));
  // It lies on the left of the picture, and is seen on the right.
  expect(red.x).toBeGreaterThan(middle.x);
  await page.mouse.click(red.x, red.y);
  await expect.poll(() => maskAt(page, MARKS[0])).toBe(255);
  expect(await maskAt(page, { x: WIDTH - MARKS[0].x, y: MARKS[0].y })).toBe(0);
  await page.keyboard.press('y');
  const back = await findMark(page, await seen(page), MARKS[1].color);
  expect(back.x).toBeGreaterThan(middle.x);
});

test('a finger mirrors the view and paints where it touches @only-touch', async ({ page, engine }) => {
  await openWithSession(page, await upload(engine, markedPng(), 'mirrored-touch.png'));
  await page.getByRole('button', { name: 'View', exact: true }).tap();
  const mirror = page.getByRole('button', { name: 'Mirror the view' });
  await mirror.tap();
  await expect(mirror).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Escape');
  await expect(mirror).toHaveCount(0);
  const green = await onPage(page, MARKS[1]);
  const middle = await middleOf(stageOf(page));
  expect(green.x).toBeLessThan(middle.x);
  await page.touchscreen.tap(green.x, green.y);
  await expect.poll(() => maskAt(page, MARKS[1])).toBe(255);
});
