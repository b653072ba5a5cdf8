import type { Page } from '@playwright/test';
import { onPage, type Spot } from './pages';

/** Moves a pen with a sensor through points of the picture, pressed at each by so much, 0 to 1. */
export async function penThrough(page: Page, spots: readonly Spot[], pressure = 0.7): Promise<void> {
  const client = await page.context().newCDPSession(page);
  const send = async (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', spot: Spot): Promise<void> => {
    const isDown = type !== 'mouseReleased';
    await client.send('Input.dispatchMouseEvent', {
      ...{ type, ...(await onPage(page, spot)), pointerType: 'pen' },
      ...{ button: 'left', buttons: isDown ? 1 : 0, clickCount: 1, force: isDown ? pressure : 0 },
    });
  };
  const [first, ...rest] = spots;
  const last = spots.at(-1);
  if (first && last) {
    await send('mousePressed', first);
    for (const spot of rest) {
      await send('mouseMoved', spot);
    }
    await send('mouseReleased', last);
  }
  await client.detach();
}
