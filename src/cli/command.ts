import type { ParseArgsConfig } from 'node:util';

/** What a command may use of the world, so that tests can stand in for it. */
export interface CliIo {
  /** What scripts read. */
  out(text: string): void;
  /** What people read, a line at a time. */
  err(line: string): void;
  /** The folder relative paths start from. */
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** Values of the options as `parseArgs` gives them. */
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** A command of `npm run graph`. */
export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** What `graph NAME --help` prints. */
  help: string;
  /** Beside `--help`. */
  options: NonNullable<ParseArgsConfig['options']>;
  /**
   * Does the work. @returns the exit code: 0 only if nothing had to be guessed.
   * @throws CliError for what the person can put right.
   */
  run(io: CliIo, files: readonly string[], options: OptionValues): Promise<number>;
}

/** Ends a command with a sentence for the person who typed it. */
export class CliError extends Error {
  constructor(
    message: string,
    /** 1: it did not work; 2: the command was mistyped. */
    readonly code: 1 | 2 = 1,
  ) {
    super(message);
    this.name = 'CliError';
  }
}
