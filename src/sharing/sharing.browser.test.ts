import axe from 'axe-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { loadWords } from '../i18n/index.svelte';
import { ComfyPage, pastJobs } from '../jobs/fixtures/comfy-page';
import { DEFAULT_RIGHTS, type Share } from '../ports/share-wire';
import { sharingPort } from '../ports/sharing.svelte';
import { commands } from '../ui/commands.svelte';
import SharingPage from './testing/SharingPage.svelte';

const SHARE: Share = {
  id: 'a',
  title: 'Harbour',
  slug: null,
  scope: { kind: 'list' },
  rights: DEFAULT_RIGHTS,
  hasPassword: false,
  createdAt: 1,
  expiresAt: null,
  count: 3,
  views: 0,
  lastSeenAt: null,
  path: 's/TOKEN',
};

describe('sharing', () => {
  let answers: Map<string, () => Response>;
  let asked: { route: string; body: unknown }[];
  const answer = (route: string, body: unknown, status = 200): void => {
    answers.set(route, () => new Response(status === 204 ? null : JSON.stringify(body), { status }));
  };
  const jobs = pastJobs(3);
  let comfy: ComfyPage;
  const open = async (): Promise<void> => {
    comfy = await ComfyPage.open(jobs);
    await comfy.mount(SharingPage);
  };
  const offences = async (): Promise<string[]> =>
    (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })).violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    );

  beforeAll(async () => {
    await Promise.all([loadWords('sharing'), loadWords('dialogs')]);
  });
  beforeEach(() => {
    asked = [];
    answers = new Map();
    answer('GET shares', { shares: [] });
    answer('GET addresses', {
      lan: true,
      addresses: [
        { url: 'http://192.168.1.2:8199/', kind: 'private', interface: 'eth0' },
        { url: 'http://10.8.0.3:8199/', kind: 'virtual' },
      ],
    });
    answer('GET devices', { devices: [] });
    const real = window.fetch.bind(window);
    vi.spyOn(window, 'fetch').mockImplementation((input, options = {}) => {
      const [, path] = /\/darkroom\/(.*)$/.exec(input as string) ?? [];
      if (path === undefined) {
        return real(input, options);
      }
      const route = `${options.method ?? 'GET'} ${path}`;
      asked.push({ route, body: typeof options.body === 'string' ? JSON.parse(options.body) : undefined });
      return Promise.resolve(answers.get(route)?.() ?? new Response('{}', { status: 404 }));
    });
    vi.stubGlobal(
      'WebSocket',
      class {
        close = vi.fn();
      },
    );
  });
  afterEach(() => {
    comfy.close();
    sharingPort.share(null);
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('makes a link of everything new, shows it large, and under another address', async () => {
    await open();
    answer('POST shares', { ...SHARE, scope: { kind: 'new' } });
    answer('GET shares/a/feedback', { files: {}, favourites: {}, votes: {}, voters: 0, comments: [] });
    commands.run('app.shares');
    await page.getByRole('button', { name: 'Share everything new' }).click();
    await page.getByLabelText('Title').fill('Harbour');
    await page.getByLabelText('Password').fill('letmein');
    await page.getByLabelText('Vote, without seeing other votes').click();
    await page.getByText('1 day').click();
    expect(await offences()).toEqual([]);
    await page.getByRole('button', { name: 'Make link' }).click();
    await expect
      .element(page.getByLabelText('Link', { exact: true }))
      .toHaveValue('http://192.168.1.2:8199/s/TOKEN');
    const { body } = asked.find(({ route }) => route === 'POST shares') ?? {};
    expect(body).toMatchObject({
      title: 'Harbour',
      password: 'letmein',
      scope: { kind: 'new' },
      rights: { voting: true, making: false, download: 'clean' },
    });
    await expect.element(page.getByRole('img', { name: 'QR code of the link' })).toBeVisible();
    await page.getByLabelText('Address').selectOptions('http://10.8.0.3:8199/');
    await expect
      .element(page.getByLabelText('Link', { exact: true }))
      .toHaveValue('http://10.8.0.3:8199/s/TOKEN');
    expect(await offences()).toEqual([]);
  });

  it('lists what guests said, changes a link and stops it only after a question', async () => {
    answer('GET shares', { shares: [{ ...SHARE, views: 2, hasPassword: true }] });
    answer('GET shares/a/feedback', {
      files: { i: { filename: 'a.png', subfolder: '', type: 'output' } },
      favourites: { i: 2 },
      votes: {},
      voters: 0,
      comments: [{ id: 'c', item: 'i', name: 'Kim', text: 'Lovely light', at: 1_700_000_000_000 }],
    });
    await open();
    commands.run('app.shares');
    await expect.element(page.getByText('Lovely light')).toBeVisible();
    await expect.element(page.getByText('2 favourites')).toBeVisible();
    await expect.element(page.getByText('opened by 2 guests')).toBeVisible();
    expect(await offences()).toEqual([]);

    answer('PATCH shares/a', { ...SHARE, title: 'Evening', views: 2 });
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByLabelText('Title').fill('Evening');
    await page.getByLabelText('Take the password away').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.element(page.getByRole('heading', { name: 'Evening' })).toBeVisible();
    expect(asked.find(({ route }) => route === 'PATCH shares/a')?.body).toMatchObject({
      title: 'Evening',
      password: null,
    });

    answer('DELETE shares/a', null, 204);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    expect(asked.some(({ route }) => route.startsWith('DELETE'))).toBe(false);
    await page.getByRole('button', { name: 'Stop link' }).click();
    await expect.element(page.getByText('Nothing is shared')).toBeVisible();
  });

  it.each([
    ['without a server of ours', (): void => answers.clear(), 'Sharing needs Darkroom’s own server'],
    [
      'without a door to the network',
      (): void => answer('GET addresses', { lan: false, addresses: [] }),
      'Guests have no way in yet',
    ],
  ])('%s says what to type', async (_, prepare, words) => {
    prepare();
    await open();
    commands.run('app.shares');
    await expect.element(page.getByText(words)).toBeVisible();
    await expect.element(page.getByText('npm start -- --lan')).toBeVisible();
    expect(await offences()).toEqual([]);
  });

  it('pairs a device and revokes it', async () => {
    answer('POST pairings', { path: 'pair/CODE', expiresAt: Date.now() + 300_000 });
    await open();
    commands.run('app.pair');
    await expect.element(page.getByText('http://192.168.1.2:8199/pair/CODE')).toBeVisible();
    await expect.element(page.getByRole('timer')).toHaveTextContent(/Works once, for [45]:\d\d more/);
    expect(await offences()).toEqual([]);
    answer('GET devices', { devices: [{ id: 'd', name: 'Tablet', pairedAt: 1, lastSeenAt: null }] });
    await expect.element(page.getByText('Paired: Tablet')).toBeVisible();
    answer('DELETE devices/d', null, 204);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await expect.element(page.getByText('No device is paired.')).toBeVisible();
  });

  it('shares the picture that is open, with what this browser knows of it', async () => {
    await open();
    const [job] = jobs;
    const stop = sharingPort.offer(() => [`${job?.id}/0`]);
    answer('POST shares', SHARE);
    await expect.poll(() => commands.can('gallery.share')).toBe(true);
    commands.run('gallery.share');
    await page.getByRole('button', { name: 'Make link' }).click();
    await expect.element(page.getByLabelText('Link', { exact: true })).toBeVisible();
    const { body } = asked.find(({ route }) => route === 'POST shares') ?? {};
    expect(body).toMatchObject({
      scope: { kind: 'list' },
      items: [{ ref: { filename: job?.file, subfolder: '', type: 'output' } }],
    });
    // Guests who are not to see the prompt must not read it in the title.
    expect((body as { title: string }).title).toMatch(/^1 picture, /);
    stop();
  });

  it('offers to share a picture only where one is picked', async () => {
    await open();
    await expect.poll(() => commands.get('gallery.share')).toBeTruthy();
    expect(commands.can('gallery.share')).toBe(false);
    const stop = sharingPort.offer(() => ['job/0']);
    expect(commands.can('gallery.share')).toBe(true);
    commands.run('gallery.share');
    await expect.element(page.getByRole('dialog')).toBeVisible();
    // The picture is not known any more: there is nothing to share but what comes.
    await expect.element(page.getByText('Nothing is chosen.')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Make link' })).toBeDisabled();
    stop();
    await userEvent.keyboard('{Escape}');
    expect(sharingPort.wish).toBeNull();
  });
});
