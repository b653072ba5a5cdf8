import { expect, it } from 'vitest';
import { queuePlaceAt } from './queue-place';

const AT = {
  900: { beside: false, besidePanels: false, plenty: false },
  1100: { beside: true, besidePanels: false, plenty: false },
  1440: { beside: true, besidePanels: true, plenty: false },
  2560: { beside: true, besidePanels: true, plenty: true },
};

it.each([
  ['/gallery', false, 900, 'none'],
  ['/gallery', false, 1100, 'open'],
  ['/gallery/job/0', false, 1440, 'open'],
  // Where work begins there are no panels yet.
  ['/edit', false, 1100, 'open'],
  ['/workflows', false, 1100, 'open'],
  ['/edit', true, 1100, 'none'],
  ['/edit', true, 1440, 'asked'],
  ['/edit', true, 2560, 'open'],
  ['/workflows/open/job', false, 1100, 'none'],
  ['/workflows/open/job', false, 1440, 'asked'],
  ['/workflows/open/job', false, 2560, 'open'],
  // The queue's room is the queue, and a comparison fills the window.
  ['/queue', false, 2560, 'none'],
  ['/compare', false, 2560, 'none'],
] as const)('beside %s (at work: %s) in a window of %i px it is %s', (route, atWork, width, place) => {
  expect(queuePlaceAt(route, atWork, AT[width])).toBe(place);
});
