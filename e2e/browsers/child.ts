import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { NotInstalledError } from './driver';

const START_MS = 60_000;
const STOP_MS = 5_000;

/** The path of a program on PATH or among `further` places. @throws NotInstalledError with `advice`. */
export function findProgram(
  names: readonly string[],
  advice: string,
  further: readonly string[] = [],
): string {
  const places = (process.env.PATH ?? '').split(delimiter);
  const paths = [...names.flatMap((name) => places.map((place) => join(place, name))), ...further];
  const found = paths.find(isExecutable);
  if (found === undefined) {
    throw new NotInstalledError(advice);
  }
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A program that runs until it is stopped, and what it has printed. */
export class Child {
  readonly #process: ChildProcess;
  #printed = '';

  constructor(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#process = spawn(program, args, {
      // A process group of its own: browsers leave helpers behind when only the first process is ended.
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.once('error', (error) => (this.#printed += error.message));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#printed += chunk.toString()));
    }
  }

  /** The first group of what `pattern` finds in the output. @throws Error with the output when nothing comes. */
  async printed(pattern: RegExp): Promise<string> {
    return this.until(() => pattern.exec(this.#printed)?.[1], String(pattern));
  }

  /** Waits for a value; `what` names it in the error. */
  async until<T>(look: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
    for (const end = Date.now() + START_MS; Date.now() < end && this.#process.exitCode === null;) {
      const found = await look();
      if (found !== undefined) {
        return found;
      }
      await sleep(50);
    }
    throw new Error(`no ${what} from ${this.#process.spawnfile}, which printed:\n${this.#printed}`);
  }

  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) {
      return;
    }
    const ended = once(this.#process, 'exit');
    process.kill(-pid, 'SIGTERM');
    const timer = setTimeout(() => process.kill(-pid, 'SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }
}
