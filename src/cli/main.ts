import { runCli } from './run-cli';

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (line) => process.stderr.write(`${line}\n`),
  // npm runs scripts in the project directory; INIT_CWD is where the person was.
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  env: process.env,
});
