import { expect, it } from 'vitest';
import { newJob } from '../../jobs/fixtures/records';
import type { JobRecord, JobState } from '../../jobs/state/job';
import { tellOfJob } from './job-teller';
import { type Told, NoticeSettings } from './notice-settings.svelte';

interface Scene {
  told?: Told;
  sound?: boolean;
  system?: boolean;
  room?: string;
  hidden?: boolean;
}

function ended(state: JobState, more: Partial<JobRecord> = {}): JobRecord {
  return { ...newJob('j', state), mine: true, ...more };
}

function ways(
  job: JobRecord,
  { told = 'all', sound = false, system = false, room = '/gallery', hidden = false }: Scene = {},
): string[] {
  const heard: string[] = [];
  const note = (way: string) => (outcome: string) => void heard.push(`${way} ${outcome}`);
  tellOfJob(job, {
    settings: { told, sound, system },
    browser: 'me',
    room: () => room,
    hidden: () => hidden,
    say: (_, outcome) => note('say')(outcome),
    chime: note('chime'),
    notify: (_, outcome) => note('notify')(outcome),
  });
  return heard;
}

it('tells what its owner wants to hear', () => {
  expect(ways(ended('completed'))).toEqual(['say done']);
  expect(ways(ended('failed'))).toEqual(['say failed']);
  expect(ways(ended('completed'), { told: 'failures' })).toEqual([]);
  expect(ways(ended('failed'), { told: 'failures' })).toEqual(['say failed']);
  expect(ways(ended('failed'), { told: 'off' })).toEqual([]);
});

it('does not tell of what somebody cancelled, nor of the jobs of others', () => {
  expect(ways(ended('cancelled'), { sound: true })).toEqual([]);
  expect(ways(ended('lost'))).toEqual([]);
  expect(ways(ended('completed', { mine: false }))).toEqual([]);
  const elsewhere = { clientId: 'x', browser: 'me', name: null, credentials: false };
  expect(ways(ended('completed', { mine: false, sender: elsewhere }))).toEqual(['say done']);
});

it('does not say what the room shows anyway, unless nobody sees it', () => {
  expect(ways(ended('completed'), { room: '/edit' })).toEqual([]);
  expect(ways(ended('failed'), { room: '/edit' })).toEqual(['say failed']);
  expect(ways(ended('failed'), { room: '/queue' })).toEqual([]);
  expect(ways(ended('completed'), { room: '/edit', hidden: true })).toEqual(['say done']);
});

it('sounds wherever one is, and calls the system only when the page is hidden', () => {
  expect(ways(ended('failed'), { room: '/queue', sound: true, system: true })).toEqual(['chime failed']);
  const away = { told: 'off', sound: true, system: true, hidden: true } as const;
  expect(ways(ended('completed'), away)).toEqual(['chime done', 'notify done']);
});

it('keeps the choices in this browser, and is quiet but for failures at first', () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Storage;
  const settings = new NoticeSettings(() => storage);
  expect([settings.told, settings.sound, settings.system]).toEqual(['failures', false, false]);
  settings.set({ told: 'all' });
  settings.set({ sound: true });
  const again = new NoticeSettings(() => storage);
  expect([again.told, again.sound, again.system]).toEqual(['all', true, false]);
});
