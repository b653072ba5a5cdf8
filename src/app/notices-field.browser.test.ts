import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { loadWords } from '../i18n/index.svelte';
import { noticeSettings } from '../queue/notices/notice-settings.svelte';
import NoticesField from './NoticesField.svelte';

const system = page.getByRole('checkbox', { name: /system/i });
const sound = page.getByRole('checkbox', { name: /sound/i });

/** A browser whose notifications are so, and become what is answered when somebody asks. */
function notifications(permission: NotificationPermission, answer = permission): () => number {
  let asked = 0;
  const fake = {
    permission,
    requestPermission: () => {
      asked += 1;
      fake.permission = answer;
      return Promise.resolve(answer);
    },
  };
  vi.stubGlobal('Notification', fake);
  return () => asked;
}

beforeEach(async () => {
  noticeSettings.set({ told: 'failures', sound: false, system: false });
  await loadWords('dialogs');
});

afterEach(() => vi.unstubAllGlobals());

it('asks the browser when system notices are first wanted, and keeps the wish if it allows them', async () => {
  const asked = notifications('default', 'granted');
  await render(NoticesField);
  await system.click();
  await expect.element(system).toBeChecked();
  expect(asked()).toBe(1);
  expect(noticeSettings.system).toBe(true);
  await system.click();
  await expect.element(system).not.toBeChecked();
  expect(noticeSettings.system).toBe(false);
});

it('says so when the browser refuses, and does not stay checked', async () => {
  notifications('default', 'denied');
  await render(NoticesField);
  await system.click();
  await expect.element(system).toBeDisabled();
  await expect.element(system).not.toBeChecked();
  await expect.element(page.getByText(/browser/i).last()).toBeVisible();
  expect(noticeSettings.system).toBe(false);
});

it('cannot be asked for where the browser has none', async () => {
  vi.stubGlobal('Notification', undefined);
  await render(NoticesField);
  await expect.element(system).toBeDisabled();
});

it('plays the tune when sound is wanted, and keeps the wish', async () => {
  let played = 0;
  const { prototype } = AudioContext;
  const oscillator = vi.spyOn(prototype, 'createOscillator').mockImplementation(function (
    this: AudioContext,
  ) {
    played += 1;
    return new OscillatorNode(this);
  });
  await render(NoticesField);
  await sound.click();
  expect(noticeSettings.sound).toBe(true);
  expect(played).toBeGreaterThan(0);
  const before = played;
  await sound.click();
  expect(noticeSettings.sound).toBe(false);
  expect(played).toBe(before);
  oscillator.mockRestore();
});
