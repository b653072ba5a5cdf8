import { parseArgs, type ParseArgsConfig } from 'node:util';

import { CliError, type CliIo, type Command } from './command';
import { COMMANDS } from './commands';

/**
 * Runs one command line of `npm run graph`.
 * @param args the arguments after node and the script.
 * @returns the exit code: 0 done, 1 refused with reasons, 2 mistyped.
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const [name, ...rest] = args;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      io.out(`${overview()}\n`);
      return name === undefined ? 2 : 0;
    }
    const command = COMMANDS.find((candidate) => candidate.name === name);
    if (!command) {
      throw new CliError(`"${name}" is not a command. See --help.`, 2);
    }
    return await runCommand(command, rest, io);
  } catch (error) {
    if (error instanceof CliError) {
      io.err(error.message);
      return error.code;
    }
    throw error;
  }
}

function runCommand(command: Command, args: readonly string[], io: CliIo): Promise<number> {
  const { values, positionals } = parse(command, args);
  if (values['help'] === true) {
    io.out(`${command.help}\n`);
    return Promise.resolve(0);
  }
  return command.run(io, positionals, values);
}

function parse(command: Command, args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {
    ...command.options,
    help: { type: 'boolean', short: 'h', default: false },
  };
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    // Node's first sentence names the option; the rest is advice for programmers.
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new CliError(`${sentence.replace(/\.$/, '')}. See "${command.name} --help".`, 2);
  }
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'Works on ComfyUI graphs: files in editor or API format, and pictures and videos that hold them.',
    '',
    '  npm run --silent graph -- COMMAND FILE [options]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'The result is JSON on standard output; reasons go to standard error. "COMMAND --help" says more.',
    'Exit codes: 0 nothing had to be guessed, 1 refused with reasons, 2 mistyped.',
  ].join('\n');
}
