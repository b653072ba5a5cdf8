import { paint, times } from './driven-page';
import type { EditorPage } from './editor-page';

/** Radius 200, image px. */
const DIAMETER = 400;
/** How much of the picture a typical mask covers. */
export const TYPICAL = 0.15;

export async function rest({ page }: EditorPage, ms: number): Promise<void> {
  await page.waitForTimeout(ms);
}

/** An empty mask at 100 % with the brush all frames are measured with: that of the mask, or of the paint layer. */
export async function prepare({ page, frame }: EditorPage, tool: BrushTool = 'brush'): Promise<void> {
  await page.evaluate(
    ({ diameter, id }) => {
      const session = window.__darkroomEditor;
      session?.clear();
      session?.setTool(id);
      session?.options.setSize(diameter);
      session?.options.set(({ paint: layer }) => (layer.hardness = 0.8));
      session?.options.setHardness(0.8);
      session?.options.setOpacity(1);
      session?.camera.zoomTo('100%');
    },
    { diameter: DIAMETER, id: tool },
  );
  await frame();
}

type BrushTool = 'brush' | 'paint' | 'clone' | 'heal';

/**
 * Strokes over an empty mask, the picture at fit, until it covers as much as a typical one.
 * @returns how many it took.
 */
export async function paintTypical(editor: EditorPage): Promise<number> {
  const { page } = editor;
  await prepare(editor);
  await page.evaluate(() => window.__darkroomEditor?.camera.zoomTo('fit'));
  let strokes = 0;
  while (strokes < 200) {
    await paint(editor, 3, 0);
    strokes++;
    await rest(editor, 300);
    if ((await page.evaluate(() => window.__darkroomEditor?.coverage ?? 0)) >= TYPICAL) {
      break;
    }
  }
  await rest(editor, 1000);
  return strokes;
}

/** What it costs to undo, or to redo, so many steps, ms of CPU time each, less what a frame without work costs. */
export function stepCosts(
  { page, cost, frame }: EditorPage,
  direction: 'undo' | 'redo',
  count: number,
  idle: number,
): Promise<number[]> {
  return times(count, async () => {
    const spent = await cost(async () => {
      await page.evaluate((verb) => window.__darkroomEditor?.[verb](), direction);
      await frame();
    });
    return spent - idle;
  });
}
