import { join } from 'node:path';

import openBrowser from 'open';

import { startDemoEngine } from '../demo/index';
import { ensureBuilt } from './build-app';
import { type CliOptions, HELP, type LanCliOptions, readCliOptions } from './cli-options';
import { parseComfyUrl } from './comfy-url';
import { findContainer } from './container';
import { startOnFreePort } from './free-port';
import { type Darkroom, DarkroomError, startDarkroom } from './index';
import { readCertificate } from './lan/certificate';
import { probeComfy } from './probe';
import { defaultDataFolder } from './store/data-folder';
import { VERSION } from './version';

const say = (line: string): void => {
  console.log(line);
};

async function run(options: CliOptions): Promise<void> {
  if (options.command === 'help') {
    say(HELP);
    return;
  }
  if (options.command === 'version') {
    say(VERSION);
    return;
  }
  const staticDir = options.app ?? (await ensureBuilt(say));
  const engine = options.command === 'demo' ? await startDemo(options) : undefined;
  let darkroom: Darkroom;
  try {
    // What is shared of a demo is gone with it.
    const dataDir = options.data ?? (engine ? join(engine.directory, 'darkroom-data') : defaultDataFolder());
    darkroom = await serve(options, { comfyUrl: engine?.url ?? options.comfyUrl, staticDir, dataDir });
  } catch (error) {
    await engine?.stop();
    throw error;
  }
  stopOnSignal(async () => {
    await darkroom.stop();
    await engine?.stop();
  });
  say(`\nComfy Darkroom ${VERSION}\n`);
  say(`  Open     ${darkroom.url}`);
  for (const [index, { url }] of (darkroom.sharing?.addresses().addresses ?? []).entries()) {
    say(`  ${index === 0 ? 'Network ' : '        '} ${url}`);
  }
  if (darkroom.fingerprint !== null) {
    say(`           Its certificate has the SHA-256 fingerprint`);
    say(`           ${darkroom.fingerprint}`);
  }
  for (const notice of darkroom.notices) {
    say(`  Note     ${notice}`);
  }
  if (engine) {
    say(`  Engine   demo, no GPU and no model: its pictures are drawn by ordinary code, not AI`);
    say(`  Files    ${engine.directory}${options.keep === undefined ? ' (removed on exit)' : ''}`);
  } else {
    say(await describeComfy(options.comfyUrl));
  }
  if (options.publishedPort === undefined && findContainer()) {
    // Without the option no outside request gets as far as the gate, whose refusal would name it.
    say(CONTAINER_HINT);
  }
  say('  Stop     Ctrl+C\n');
  if (options.open) {
    await showInBrowser(darkroom.url);
  }
}

const CONTAINER_HINT = [
  '  Note     This looks like a container, so only programs inside it can reach Darkroom. To open it from',
  '           the host as localhost:9000, run the container with -p 127.0.0.1:9000:8198 and Darkroom',
  '           with --published-port 9000.',
].join('\n');

function startDemo({ keep, era }: CliOptions): ReturnType<typeof startDemoEngine> {
  say('Starting the demo engine…');
  return startDemoEngine({ era, ...(keep === undefined ? {} : { directory: keep }) });
}

async function serve(
  options: CliOptions,
  places: { comfyUrl: string; staticDir: string; dataDir: string },
): Promise<Darkroom> {
  const { port: wanted, isPortFixed, log, allowedHosts, behindProxy, publishedPort, lan } = options;
  const library = { trees: options.library, allowDelete: options.allowDelete, writeXmp: options.writeXmp };
  const door = lan
    ? { port: lan.port, mayMove: !lan.isPortFixed, names: lan.names, tls: certificateOf(lan) }
    : undefined;
  const darkroom = await startOnFreePort(wanted, isPortFixed, (port) =>
    startDarkroom({ ...places, port, log, allowedHosts, behindProxy, publishedPort, library, lan: door }),
  );
  if (wanted !== 0 && darkroom.port !== wanted) {
    say(`Port ${wanted} is in use, so Darkroom uses ${darkroom.port}. Choose another with --port.`);
  }
  return darkroom;
}

function certificateOf({ https }: LanCliOptions): { cert: string; key: string } | 'own' | undefined {
  if (https?.cert !== undefined && https.key !== undefined) {
    return readCertificate(https.cert, https.key);
  }
  return https ? 'own' : undefined;
}

async function describeComfy(address: string): Promise<string> {
  const comfyUrl = parseComfyUrl(address).shown;
  const probe = await probeComfy(address);
  switch (probe.found) {
    case 'comfyui':
      return `  ComfyUI  ${comfyUrl}${probe.version === undefined ? '' : ` (version ${probe.version})`}`;
    case 'darkroom':
      return `  ComfyUI  ${comfyUrl} is a Darkroom server, not ComfyUI. Give the address of ComfyUI with --comfy.`;
    case 'other':
      return `  ComfyUI  ${comfyUrl} answers, but is not ComfyUI. Give ComfyUI's address with --comfy.`;
    case 'nothing':
      return [
        `  ComfyUI  ${probe.message}`,
        '           Darkroom is running anyway, and connects as soon as ComfyUI is up.',
        '           Start ComfyUI, give its address with --comfy URL, or try the demo: npm run demo',
      ].join('\n');
  }
}

/** Opening the browser is a courtesy: without a desktop, the printed address is enough. */
async function showInBrowser(url: string): Promise<void> {
  try {
    const child = await openBrowser(url);
    child.on('error', () => undefined);
  } catch {
    say('Could not open a browser. Open the address above yourself.');
  }
}

/** Stops cleanly on the first signal, immediately on the second. */
function stopOnSignal(stop: () => Promise<void>): void {
  let isStopping = false;
  const onSignal = (): void => {
    if (isStopping) {
      process.exit(130);
    }
    isStopping = true;
    say('\nStopping…');
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

try {
  await run(readCliOptions(process.argv.slice(2), process.env));
} catch (error) {
  if (error instanceof DarkroomError) {
    console.error(error.message);
    process.exitCode = error.code === 'bad_arguments' || error.code === 'bad_comfy_url' ? 2 : 1;
  } else {
    throw error;
  }
}
