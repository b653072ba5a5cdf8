import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright';

/** A Chromium that can be started. */
export interface FoundBrowser {
  executablePath: string;
  /** Arguments this user needs: the sandbox refuses to run as root. */
  args: string[];
}

/** What the search looks at; the real machine unless a test says otherwise. */
export interface Machine {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  isRoot: boolean;
  isInteractive: boolean;
  isExecutable(path: string): boolean;
  /** Where Playwright's own download is, or would be. */
  playwrightPath(): string;
  /** Runs a command and shows its output. Throws when it fails. */
  run(command: string, args: string[]): void;
  say(line: string): void;
}

/** Chromium without windows, which takes two thirds of the processor time for the same tests. */
const SHELL = 'chromium-headless-shell';

const COMMANDS = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
];

const MAC_APPS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const WINDOWS_APPS = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

export const NO_BROWSER = `The browser tests need Chrome or Chromium, and none was found. One of these helps:
  - install Google Chrome or Chromium in the usual way
  - npx playwright install chromium
  - set DARKROOM_BROWSER to the path of a Chromium-based browser`;

/**
 * Finds a Chromium: DARKROOM_BROWSER, then one installed on this machine, then Playwright's own download.
 * On Debian and its children, where nobody can be asked (CI, or no terminal) and we are root, it installs
 * the package `chromium-headless-shell`, or `chromium`.
 * @param whole only a browser as people have it will do, as for what is measured.
 * @throws Error that says what to do.
 */
export function findBrowser(machine: Machine = thisMachine(), whole = false): FoundBrowser {
  const args = machine.isRoot ? ['--no-sandbox'] : [];
  const chosen = machine.env.DARKROOM_BROWSER;
  if (chosen !== undefined && chosen !== '') {
    if (!machine.isExecutable(chosen)) {
      throw new Error(`DARKROOM_BROWSER is "${chosen}", which is no program that can be started.`);
    }
    return { executablePath: chosen, args };
  }
  const found =
    installed(machine, whole) ??
    downloaded(machine) ??
    (mayInstall(machine) ? install(machine, whole) : undefined);
  if (found === undefined) {
    throw new Error(NO_BROWSER);
  }
  return { executablePath: found, args };
}

/** Finds the browser that measurements are made with: as people have it. */
export function findWholeBrowser(): FoundBrowser {
  return findBrowser(thisMachine(), true);
}

function installed(machine: Machine, whole: boolean): string | undefined {
  return candidates(machine, whole).find((path) => machine.isExecutable(path));
}

function candidates({ env, platform }: Machine, whole: boolean): string[] {
  if (platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA];
    return folders.flatMap((folder) => (folder ? WINDOWS_APPS.map((app) => `${folder}\\${app}`) : []));
  }
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const commands = whole ? COMMANDS : [SHELL, ...COMMANDS];
  const onPath = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  return platform === 'darwin' ? [...MAC_APPS, ...onPath] : onPath;
}

function downloaded(machine: Machine): string | undefined {
  const path = machine.playwrightPath();
  return machine.isExecutable(path) ? path : undefined;
}

function mayInstall(machine: Machine): boolean {
  const isUnattended = Boolean(machine.env.CI) || !machine.isInteractive;
  return machine.isRoot && isUnattended && findOnPath(machine, 'apt-get') !== undefined;
}

function findOnPath(machine: Machine, command: string): string | undefined {
  const folders = (machine.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, command)).find((path) => machine.isExecutable(path));
}

function install(machine: Machine, whole: boolean): string | undefined {
  for (const name of whole ? ['chromium'] : [SHELL, 'chromium']) {
    machine.say(`No browser found: installing the Debian package ${name}…`);
    try {
      machine.run('apt-get', ['update']);
      machine.run('apt-get', ['install', '-y', '--no-install-recommends', name]);
    } catch (error) {
      machine.say(`That failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    const path = installed(machine, whole);
    if (path !== undefined) {
      return path;
    }
  }
  return undefined;
}

function thisMachine(): Machine {
  return {
    env: process.env,
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    isInteractive: process.stdin.isTTY,
    isExecutable: (path) => {
      try {
        accessSync(path, constants.X_OK);
        return existsSync(path);
      } catch {
        return false;
      }
    },
    playwrightPath: () => chromium.executablePath(),
    run: (command, args) => {
      execFileSync(command, args, {
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    },
    say: (line) => {
      console.log(line);
    },
  };
}
