import { describe, expect, it } from 'vitest';

import { findBrowser, type Machine, NO_BROWSER } from './find-browser';

interface Fake extends Machine {
  files: Set<string>;
  ran: string[];
}

function machine(changes: Partial<Machine> = {}, files: string[] = []): Fake {
  const fake: Fake = {
    env: { PATH: '/usr/local/bin:/usr/bin' },
    platform: 'linux',
    isRoot: false,
    isInteractive: true,
    files: new Set(files),
    ran: [],
    isExecutable: (path) => fake.files.has(path),
    playwrightPath: () => '/cache/chromium/chrome',
    run: (command, args) => {
      fake.ran.push([command, ...args].join(' '));
      if (args.includes('install')) {
        fake.files.add(`/usr/bin/${args.at(-1)}`);
      }
    },
    say: () => undefined,
    ...changes,
  };
  return fake;
}

describe('findBrowser', () => {
  it('prefers what the person chose', () => {
    const env = { PATH: '/usr/bin', DARKROOM_BROWSER: '/opt/brave' };
    expect(findBrowser(machine({ env }, ['/opt/brave', '/usr/bin/chromium'])).executablePath).toBe(
      '/opt/brave',
    );
    expect(() => findBrowser(machine({ env }, ['/usr/bin/chromium']))).toThrow(
      'DARKROOM_BROWSER is "/opt/brave"',
    );
  });

  it('takes an installed Chrome or Chromium before the download', () => {
    const all = ['/usr/bin/chromium', '/usr/local/bin/google-chrome', '/cache/chromium/chrome'];
    expect(findBrowser(machine({}, all)).executablePath).toBe('/usr/local/bin/google-chrome');
    expect(findBrowser(machine({}, [...all.slice(0, 1), ...all.slice(2)])).executablePath).toBe(
      '/usr/bin/chromium',
    );
    expect(findBrowser(machine({}, all.slice(2))).executablePath).toBe('/cache/chromium/chrome');
  });

  it('takes the shell without windows for tests, and never for measurements', () => {
    const both = ['/usr/bin/chromium', '/usr/bin/chromium-headless-shell'];
    expect(findBrowser(machine({}, both)).executablePath).toBe('/usr/bin/chromium-headless-shell');
    expect(findBrowser(machine({}, both), true).executablePath).toBe('/usr/bin/chromium');
    expect(() => findBrowser(machine({}, both.slice(1)), true)).toThrow(NO_BROWSER);
  });

  it('knows where macOS and Windows keep theirs', () => {
    const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(findBrowser(machine({ platform: 'darwin' }, [mac])).executablePath).toBe(mac);
    const windows = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
    const env = { PROGRAMFILES: 'C:\\Program Files' };
    expect(findBrowser(machine({ platform: 'win32', env }, [windows])).executablePath).toBe(windows);
  });

  it('leaves the sandbox out for root alone', () => {
    const files = ['/usr/bin/chromium'];
    expect(findBrowser(machine({}, files)).args).toEqual([]);
    expect(findBrowser(machine({ isRoot: true }, files)).args).toEqual(['--no-sandbox']);
  });

  it.each([
    ['in CI', { env: { PATH: '/usr/bin', CI: 'true' } }],
    ['without a terminal', { isInteractive: false }],
  ])("installs Debian's package %s as root", (_where, changes) => {
    const debian = machine({ isRoot: true, ...changes }, ['/usr/bin/apt-get']);
    expect(findBrowser(debian).executablePath).toBe('/usr/bin/chromium-headless-shell');
    const install = 'apt-get install -y --no-install-recommends';
    expect(debian.ran).toEqual(['apt-get update', `${install} chromium-headless-shell`]);
  });

  it('installs the whole browser where there is no package of the shell', () => {
    const debian = machine({ isRoot: true, isInteractive: false }, ['/usr/bin/apt-get']);
    debian.run = (_command, args) => {
      if (args.includes('chromium-headless-shell')) {
        throw new Error('Unable to locate package');
      }
      debian.files.add('/usr/bin/chromium');
    };
    expect(findBrowser(debian).executablePath).toBe('/usr/bin/chromium');
  });

  it.each([
    ['a person is there to ask', { isRoot: true }, ['/usr/bin/apt-get']],
    ['we are not root', { isInteractive: false }, ['/usr/bin/apt-get']],
    ['there is no apt-get', { isRoot: true, isInteractive: false }, []],
    [
      'it fails',
      {
        isRoot: true,
        isInteractive: false,
        run: () => {
          throw new Error('no network');
        },
      },
      ['/usr/bin/apt-get'],
    ],
  ])('says what to do when %s', (_why, changes, files) => {
    const asked = machine(changes, files);
    expect(() => findBrowser(asked)).toThrow(NO_BROWSER);
    expect(asked.ran).toEqual([]);
  });
});
