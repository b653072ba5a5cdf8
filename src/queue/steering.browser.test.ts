import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toast, Toaster } from 'svelte-sonner';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import type { ApiGraph } from '../comfy/graph';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage } from '../jobs/fixtures/comfy-page';
import { nearestScroller } from './nearest-scroller';
import QueuePanel from './QueuePanel.svelte';

let comfy: ComfyPage;
const pending = page.getByRole('region', { name: /^Pending/ });
const shelf = page.getByRole('region', { name: /^On hold/ });
const byPause = page.getByRole('region', { name: /^Paused jobs/ });
const focused = (): string => document.activeElement?.getAttribute('aria-label') ?? '';
const names = (): string[] =>
  [...document.querySelectorAll('[data-row][aria-posinset]')].map(
    (row) => row.querySelector('p')?.textContent?.trim().replace(/\s+/g, ' ') ?? '',
  );
const handle = (name: string): Promise<void> => {
  page
    .getByRole('button', { name: `Move: ${name}.` })
    .element()
    .focus();
  return Promise.resolve();
};

function job(text: string, seed: number): { graph: ApiGraph; pngInfo: object } {
  const graph: ApiGraph = {
    p: { class_type: 'CLIPTextEncode', inputs: { text } },
    n: { class_type: 'CLIPTextEncode', inputs: { text: '' } },
    sampler: {
      class_type: 'KSampler',
      inputs: { seed, steps: 10, positive: ['p', 0], negative: ['n', 0] },
    },
    save: { class_type: 'SaveImage', inputs: { images: ['sampler', 0] } },
  };
  return { graph, pngInfo: {} };
}

async function submit(...texts: string[]): Promise<void> {
  for (const [index, text] of texts.entries()) {
    await comfy.jobs.submit({ ...job(text, index), pngInfo: {} }, { again: true });
  }
}

beforeEach(async () => {
  localStorage.clear();
  await loadWords('queue');
  comfy = await ComfyPage.open([]);
});

afterEach(() => {
  toast.dismiss();
  comfy.close();
  // The tests that follow in this browser would find the queue paused.
  localStorage.clear();
});

describe('a waiting job', () => {
  it('moves with the keyboard, which keeps the focus and says where it is now', async () => {
    await submit('first', 'second', 'third');
    await comfy.mount(QueuePanel);
    await expect.poll(names).toEqual(['first', 'second', 'third']);
    await handle('third');
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
    await expect.poll(names).toEqual(['first', 'third', 'second']);
    await expect.element(page.getByText('Moved to position 2 of 3')).toBeInTheDocument();
    await expect.poll(() => document.activeElement?.getAttribute('aria-label')).toMatch(/^Move: third/);
    await userEvent.keyboard('{Alt>}{Home}{/Alt}');
    await expect.poll(names).toEqual(['third', 'first', 'second']);
    await expect.poll(() => document.activeElement?.getAttribute('aria-label')).toMatch(/^Move: third/);
    await userEvent.keyboard('{Alt>}{End}{/Alt}');
    await expect.poll(names).toEqual(['first', 'second', 'third']);
  });

  it('is dragged to another place', async () => {
    await submit('first', 'second', 'third');
    await comfy.mount(QueuePanel);
    await expect.poll(names).toEqual(['first', 'second', 'third']);
    const from = page.getByRole('button', { name: /^Move: third/ });
    await userEvent.dragAndDrop(from, page.getByText('first', { exact: true }), {
      targetPosition: { x: 5, y: 1 },
    });
    await expect.poll(names).toEqual(['third', 'first', 'second']);
  });

  it('goes next from its menu', async () => {
    await submit('first', 'second');
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: 'More actions: second' }).click();
    await page.getByRole('menuitem', { name: 'Run next' }).click();
    await expect.poll(names).toEqual(['second', 'first']);
  });

  it('moved from its menu leaves the focus there, and cancelled gives it to the next row', async () => {
    await submit('first', 'second', 'third');
    await comfy.mount(QueuePanel);
    const more = page.getByRole('button', { name: 'More actions: first' });
    (more.element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('menuitem', { name: 'Run next' })).toBeVisible();
    await page.getByRole('menuitem', { name: 'Move to the end' }).click();
    await expect.poll(names).toEqual(['second', 'third', 'first']);
    // Its buttons are gone while it is being sent.
    await expect.poll(focused).toMatch(/^(Move|More actions): first/);
    (page.getByRole('button', { name: 'Cancel: third' }).element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.poll(names).toEqual(['second', 'first']);
    await expect.poll(focused).toBe('Cancel: first');
  });

  it('says how it is moved to whoever reads the list', async () => {
    await submit('first', 'second');
    await comfy.mount(QueuePanel);
    await expect.poll(names).toEqual(['first', 'second']);
    await expect
      .element(pending.getByRole('list'))
      .toHaveAccessibleDescription(/^Alt\+Up and Alt\+Down move/);
  });

  it('runs as many times more as is asked for', async () => {
    await submit('first');
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: 'More actions: first' }).click();
    await page.getByRole('menuitem', { name: 'Run several times with new seeds…' }).click();
    const times = page.getByRole('spinbutton', { name: 'Times' });
    await expect.poll(() => document.activeElement).toBe(times.element());
    await userEvent.keyboard('3');
    // Of the second one the answer is lost, and so is the way to learn what became of it.
    comfy.server.before('POST /prompt', () => {
      comfy.server.before('POST /prompt', () => {
        comfy.server.loseAnswer('POST /prompt');
        comfy.server.refuse('GET /queue');
      });
    });
    await render(Toaster);
    await userEvent.keyboard('{Enter}');
    await expect.poll(() => comfy.server.pending.length).toBe(4);
    // The one nobody could tell about then is not among them.
    await expect.element(page.getByText('2 jobs queued.')).toBeVisible();
    expect(comfy.server.pending).toHaveLength(4);
  });

  it('goes onto the shelf and back', async () => {
    await submit('first', 'second');
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: 'More actions: first' }).click();
    await page.getByRole('menuitem', { name: 'Put on hold' }).click();
    await expect.element(shelf.getByText('first')).toBeVisible();
    expect(names()).toEqual(['second']);
    const answer = comfy.server.holdAnswer('POST /prompt');
    await shelf.getByRole('button', { name: 'Put back in the queue: first' }).click();
    await expect.poll(names).toEqual(['second', 'first']);
    // In one place alone while it is on its way, also when the queue tells of it before the answer does.
    expect(shelf.query()).toBeNull();
    await comfy.jobs.refresh();
    await expect.poll(() => document.body.textContent).not.toContain('Sending');
    expect(shelf.query()).toBeNull();
    expect(names()).toEqual(['second', 'first']);
    answer();
    await expect.poll(names).toEqual(['second', 'first']);
    expect(shelf.query()).toBeNull();
  });

  it('of another client says why it cannot be moved, and is left out of clearing', async () => {
    await submit('mine');
    comfy.server.enqueueForeign({ clientId: 'somebody' });
    await comfy.mount(QueuePanel);
    await comfy.jobs.refresh();
    await expect.poll(() => names().length).toBe(2);
    const [, other = ''] = names();
    expect(other).not.toBe('');
    const locked = page.getByRole('button', { name: `${other}: Queued by another client` });
    await expect.element(locked).toHaveAttribute('aria-disabled', 'true');
    await page.getByRole('button', { name: 'Clear pending' }).click();
    await expect.poll(() => names().length).toBe(1);
    expect(comfy.server.pending).toHaveLength(1);
    expect(comfy.server.pending[0]?.[3]['client_id']).toBe('somebody');
  });
});

it('lists a job that has left the queue until the server says what became of it', async () => {
  await submit('first', 'second');
  await comfy.mount(QueuePanel);
  await expect.poll(names).toEqual(['first', 'second']);
  for (let times = 0; times < 50; times++) {
    comfy.server.refuse('GET /history');
  }
  const [first] = comfy.jobs.pending;
  comfy.server.pending = comfy.server.pending.filter(([, id]) => id !== first?.id);
  await comfy.jobs.refresh();
  const left = page.getByRole('region', { name: /^No longer in the queue/ });
  await expect.element(left.getByText('first', { exact: true })).toBeVisible();
  expect(names()).toEqual(['second']);
  comfy.server.forgive();
  await comfy.jobs.refresh();
  await expect.element(left).not.toBeInTheDocument();
  await expect.element(page.getByText(/^1 of your jobs left the queue/)).toBeVisible();
});

describe('a batch', () => {
  it('is one row that opens', async () => {
    await submit('sky', 'sky', 'sky', 'hand');
    await comfy.mount(QueuePanel);
    await expect.poll(names).toEqual(['×3 sky', 'hand']);
    await page.getByRole('button', { name: '×3' }).click();
    await expect.poll(names).toEqual(['×3 sky', 'sky', 'sky', 'sky', 'hand']);
    await page.getByRole('button', { name: '×3' }).click();
    await page.getByRole('button', { name: 'More actions: sky, all 3' }).click();
    await page.getByRole('menuitem', { name: 'Move to the end' }).click();
    await expect.poll(names).toEqual(['hand', '×3 sky']);
    expect(comfy.server.pending).toHaveLength(4);
  });
});

describe('a job of an open batch', () => {
  it('is set off from what stands below, and is moved out of it with the keyboard', async () => {
    await submit('sky', 'sky', 'sky', 'hand');
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: '×3' }).click();
    await expect.poll(names).toEqual(['×3 sky', 'sky', 'sky', 'sky', 'hand']);
    const rows = [...document.querySelectorAll('[data-row][aria-posinset]')];
    const [batch = 0, first = 0, , , below = 0] = rows.map((row) => row.getBoundingClientRect().left);
    expect(first).toBeGreaterThan(batch);
    expect(below).toBe(batch);
    rows[2]?.querySelector<HTMLElement>('[data-handle]')?.focus();
    await userEvent.keyboard('{Alt>}{End}{/Alt}');
    await expect.poll(names).toEqual(['×2 sky', 'sky', 'sky', 'hand', 'sky']);
    await expect
      .poll(() => document.activeElement?.closest('[data-row]')?.getAttribute('aria-posinset'))
      .toBe('5');
    await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
    await expect.poll(names).toEqual(['×3 sky', 'sky', 'sky', 'sky', 'hand']);
    await expect
      .poll(() => document.activeElement?.closest('[data-row]')?.getAttribute('aria-posinset'))
      .toBe('4');
  });

  it('goes with the others when their row is cancelled', async () => {
    await submit('sky', 'sky', 'hand');
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: '×2' }).click();
    await page.getByRole('button', { name: 'Cancel: sky, all 2' }).click();
    await expect.poll(names).toEqual(['hand']);
    expect(comfy.server.pending).toHaveLength(1);
  });
});

it('asks at what time the queue is to start, and has the field ready to type in', async () => {
  await submit('first');
  await comfy.mount(QueuePanel);
  await page.getByRole('button', { name: 'More ways to pause or stop' }).click();
  await page.getByRole('menuitem', { name: 'Start at a time…' }).click();
  const field = page.getByLabelText('Start at');
  await expect.element(field).toBeVisible();
  await expect.poll(() => document.activeElement).toBe(field.element());
});

it('names every row so that nobody takes one for another', async () => {
  await submit('hand', 'sky', 'sky', 'sky');
  await comfy.mount(QueuePanel);
  await page.getByRole('button', { name: '×3 sky' }).click();
  await expect.poll(names).toEqual(['hand', '×3 sky', 'sky', 'sky', 'sky']);
  const labels = [...document.querySelectorAll('[data-row] button')].map((button) =>
    button.getAttribute('aria-label'),
  );
  expect(labels.filter((label) => label?.startsWith('Cancel: '))).toEqual([
    'Cancel: hand',
    'Cancel: sky, all 3',
    'Cancel: sky, 1 of 3',
    'Cancel: sky, 2 of 3',
    'Cancel: sky, 3 of 3',
  ]);
  expect(new Set(labels).size).toBe(labels.length);
});

it('names jobs on hold so that nobody takes one for another', async () => {
  await submit('sky', 'sky');
  await comfy.mount(QueuePanel);
  await page.getByRole('button', { name: 'More actions: sky, all 2' }).click();
  await page.getByRole('menuitem', { name: 'Put on hold' }).click();
  await expect
    .element(shelf.getByRole('button', { name: 'Put back in the queue: sky, all 2', exact: true }))
    .toBeVisible();
  await shelf.getByRole('button', { name: '×2 sky' }).click();
  for (const action of ['More actions', 'Put back in the queue', 'Remove']) {
    for (const seed of [0, 1]) {
      await expect
        .element(shelf.getByRole('button', { name: `${action}: sky, seed ${seed}`, exact: true }))
        .toBeVisible();
    }
  }
});

describe('a long queue', () => {
  it('keeps the focus on a job that is moved to its other end, and few rows in the document', async () => {
    await submit(...Array.from({ length: 120 }, (_, at) => `job ${at}`));
    await comfy.mount(QueuePanel);
    await expect.poll(() => names()[0]).toBe('job 0');
    expect(names().length).toBeLessThan(80);
    await handle('job 0');
    await userEvent.keyboard('{Alt>}{End}{/Alt}');
    await expect.poll(() => document.activeElement?.getAttribute('aria-label')).toMatch(/^Move: job 0\./);
    await expect.poll(() => names().at(-1)).toBe('job 0');
    expect(names()[0]).not.toBe('job 0');
  });

  it('keeps the row that has the focus in the document, however far the list is scrolled and the queue moves', async () => {
    await submit(...Array.from({ length: 120 }, (_, at) => `job ${at}`));
    await comfy.mount(QueuePanel);
    await expect.poll(() => names()[0]).toBe('job 0');
    await handle('job 3');
    const row = document.activeElement?.closest('[data-row]');
    const scroller = nearestScroller(row as HTMLElement);
    scroller?.scrollTo({ top: 1e6 });
    await expect.poll(() => names().at(-1)).toBe('job 119');
    expect(names().slice(0, 2)).not.toContain('job 0');
    expect(names()[0]).toBe('job 3');
    comfy.server.begin();
    await expect
      .poll(() => document.activeElement?.closest('[data-row]')?.getAttribute('aria-posinset'))
      .toBe('3');
    expect(document.activeElement?.closest('[data-row]')).toBe(row);
  });
});

describe('several jobs', () => {
  it('are selected and held together', async () => {
    await submit('first', 'second', 'third');
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: 'More actions: first' }).click();
    await page.getByRole('menuitem', { name: 'Select several' }).click();
    await page.getByRole('checkbox', { name: 'Select: third' }).click();
    await expect.element(page.getByText('2 selected')).toBeVisible();
    await page.getByRole('toolbar').getByRole('button', { name: 'Put on hold' }).click();
    await expect.poll(names).toEqual(['second']);
    await expect.element(shelf.getByText('third')).toBeVisible();
  });
});

describe('a pause', () => {
  it('keeps what it took apart from what is on hold, each by batches', async () => {
    await submit('hand', 'sky', 'sky');
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: 'More actions: hand' }).click();
    await page.getByRole('menuitem', { name: 'Put on hold' }).click();
    await expect.element(shelf.getByText('hand')).toBeVisible();
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect.element(byPause.getByRole('button', { name: '×2 sky' })).toBeVisible();
    await byPause.getByRole('button', { name: '×2 sky' }).click();
    await expect.poll(() => byPause.getByRole('listitem').elements().length).toBe(3);
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await expect.poll(names).toEqual(['×2 sky']);
    await expect.element(shelf.getByText('hand')).toBeVisible();
    await expect.element(byPause).not.toBeInTheDocument();
  });

  it('takes out what waits, and puts it back', async () => {
    await submit('first', 'second');
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect.element(pending.getByText('Nothing is waiting.')).toBeVisible();
    await expect.element(page.getByText('Paused', { exact: true })).toBeVisible();
    expect(comfy.server.pending).toHaveLength(0);
    await page.getByRole('button', { name: 'Resume now' }).click();
    await expect.poll(names).toEqual(['first', 'second']);
  });
});

it('offers to queue again what a restarted server has lost', async () => {
  await submit('first', 'second');
  await comfy.mount(QueuePanel);
  await expect.poll(names).toEqual(['first', 'second']);
  comfy.server.restart();
  await comfy.jobs.refresh();
  await page.getByRole('button', { name: 'Queue again' }).click();
  await expect.poll(names).toEqual(['first', 'second']);
  await expect.element(page.getByRole('button', { name: 'Queue again' })).not.toBeInTheDocument();
});

describe('the running job', () => {
  it('comes back as the next one after it was interrupted', async () => {
    await render(Toaster);
    await submit('first', 'second');
    await comfy.mount(QueuePanel);
    comfy.server.begin();
    await page.getByRole('button', { name: 'Interrupt', exact: true }).click();
    await expect.element(page.getByText('Interrupted.', { exact: true })).toBeVisible();
    await page.getByRole('listitem').getByRole('button', { name: 'Run next', exact: true }).click();
    await expect.poll(names).toEqual(['first', 'second']);
  });

  it('of another client cannot come back, which is said', async () => {
    await render(Toaster);
    comfy.server.enqueueForeign({ clientId: 'somebody' });
    comfy.server.begin();
    await comfy.jobs.refresh();
    await comfy.mount(QueuePanel);
    await page.getByRole('button', { name: 'Interrupt', exact: true }).click();
    await expect.element(page.getByText(/^Interrupted\. It was another client’s job/)).toBeVisible();
  });
});

it('says that a job of another client was cancelled for good', async () => {
  await render(Toaster);
  comfy.server.enqueueForeign({ clientId: 'somebody' });
  await comfy.mount(QueuePanel);
  await comfy.jobs.refresh();
  await page.getByRole('button', { name: /^Cancel: / }).click();
  await expect.element(page.getByText(/^Cancelled 1 job from another client/)).toBeVisible();
  expect(comfy.server.pending).toEqual([]);
});

it('keeps a job on hold that is queued during a pause', async () => {
  await submit('first');
  await comfy.mount(QueuePanel);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect.element(byPause.getByText('first')).toBeVisible();
  await submit('second');
  await expect.element(byPause.getByText('second')).toBeVisible();
  expect(comfy.server.pending).toEqual([]);
  await page.getByRole('button', { name: 'Resume now' }).click();
  await expect.poll(names).toEqual(['first', 'second']);
});

it('says where a job of the shelf was moved, and leaves the focus at its menu', async () => {
  await submit('first', 'second');
  await comfy.mount(QueuePanel);
  for (const name of ['first', 'second']) {
    await page.getByRole('button', { name: `More actions: ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Put on hold' }).click();
    await expect.element(shelf.getByText(name)).toBeVisible();
  }
  (page.getByRole('button', { name: 'More actions: first, seed 0' }).element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await page.getByRole('menuitem', { name: 'Move down' }).click();
  await expect.element(page.getByText('Moved to position 2 of 2')).toBeInTheDocument();
  await expect.poll(focused).toBe('More actions: first, seed 0');
});

it('tells what a saved queue holds, and what it could not hold', async () => {
  await render(Toaster);
  await submit('first');
  await comfy.mount(QueuePanel);
  await page.getByRole('button', { name: 'More ways to pause or stop' }).click();
  await page.getByRole('menuitem', { name: 'Save the queue as a file' }).click();
  await expect.element(page.getByText('Saved 1 job.')).toBeVisible();
});

it('offers to try again what failed, whatever ended well in between, until that is done', async () => {
  await submit('one', 'two', 'three');
  await comfy.mount(QueuePanel);
  comfy.server.clock = Date.now();
  for (const end of ['fail', 'finish', 'fail'] as const) {
    comfy.server.begin();
    comfy.server[end]();
  }
  await comfy.jobs.refresh();
  await page.getByRole('button', { name: 'Retry 2 failed' }).click();
  await expect.poll(names).toEqual(['one', 'three']);
  await expect.element(page.getByRole('button', { name: /^Retry .* failed/ })).not.toBeInTheDocument();
});

it('moves jobs of the shelf by dragging and with the keyboard, and axe finds nothing wrong with them', async () => {
  await submit('first', 'second', 'third');
  await comfy.mount(QueuePanel);
  await expect.poll(names).toEqual(['first', 'second', 'third']);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const kept = (): string[] =>
    byPause
      .getByRole('listitem')
      .elements()
      .flatMap((row) => row.querySelector('p')?.textContent?.trim() ?? []);
  await expect.poll(kept).toEqual(['first', 'second', 'third']);
  const grip = (name: string): HTMLElement =>
    page.getByRole('button', { name: new RegExp(`^Move: ${name}, seed`) }).element() as HTMLElement;
  grip('third').focus();
  await userEvent.keyboard('{Alt>}{Home}{/Alt}');
  await expect.poll(kept).toEqual(['third', 'first', 'second']);
  await expect.element(page.getByText('Moved to position 1 of 3')).toBeInTheDocument();
  await expect.poll(focused).toMatch(/^Move: third/);
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
  await expect.poll(kept).toEqual(['first', 'third', 'second']);
  await userEvent.dragAndDrop(grip('second'), grip('first'), { targetPosition: { x: 4, y: 1 } });
  await expect.poll(kept).toEqual(['second', 'first', 'third']);
  const { violations } = await axe.run(document.body, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
  });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});
