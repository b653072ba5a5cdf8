import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { type Era, ERAS, NEWEST_ERA, parseEra } from '../demo/index';
import { parseComfyUrl } from './comfy-url';
import { DarkroomError } from './errors';
import { parseName } from './lan/addresses';
import type { TreeOptions } from './library/library-tree';

/** Default port: near ComfyUI's 8188, clear of the ports a second and third ComfyUI take. */
export const DEFAULT_PORT = 8198;
/** Default port of the door to the network. */
export const DEFAULT_LAN_PORT = 8199;
export const DEFAULT_COMFY_URL = 'http://127.0.0.1:8188';

export interface CliOptions {
  command: 'serve' | 'demo' | 'help' | 'version';
  /** Address of ComfyUI; ignored by the demo. */
  comfyUrl: string;
  port: number;
  /** Whether the port was given explicitly, so that no other will do. */
  isPortFixed: boolean;
  /** Whether to open the browser. */
  open: boolean;
  log: boolean;
  allowedHosts: string[];
  /** Port that browsers use when a container or tunnel forwards it to Darkroom's; `undefined` without one. */
  publishedPort: number | undefined;
  /** IP addresses of reverse proxies whose forwarding headers are trusted. */
  behindProxy: string[];
  /** Directory for the demo's files; `undefined` for a temporary one, removed when the demo stops. */
  keep: string | undefined;
  /** Which ComfyUI the demo behaves like. */
  era: Era;
  /** Directory of a built app to serve; `undefined` for this project's own. */
  app: string | undefined;
  /** Folder of the database; `undefined` for the usual one. */
  data: string | undefined;
  /** Folders of pictures to index; without any, ComfyUI's output folder if it can be found. */
  library: TreeOptions[];
  /** Whether files in them may be deleted, moved and renamed. */
  allowDelete: boolean;
  /** Whether marks are written to XMP sidecars beside them. */
  writeXmp: boolean;
  /** The door to the network; `null` while it is closed. */
  lan: LanCliOptions | null;
}

export interface LanCliOptions {
  port: number;
  /** Whether the port was given explicitly. */
  isPortFixed: boolean;
  names: string[];
  /** `null` for plain http. */
  https: { cert: string | undefined; key: string | undefined } | null;
}

export const HELP = `Comfy Darkroom: gallery, queue and inpainting editor for ComfyUI

  npm start -- [options]       Darkroom for your ComfyUI
  npm run demo -- [options]    Darkroom with a built-in demo engine: no ComfyUI, no GPU, no model

  --comfy URL         address of ComfyUI (default ${DEFAULT_COMFY_URL}, or COMFYUI_URL)
  --port N            port to listen on (default ${DEFAULT_PORT}, or the next free one)
  --allow-host NAME   also answer to this host name (for proxies); repeatable
  --published-port N  the port browsers use, if a container or tunnel forwards it to Darkroom's
  --behind-proxy IP   trust the forwarding headers of the reverse proxy at this address; repeatable
  --data DIR          where links, paired devices and pictures for guests are kept
                      (default: your data folder)
  --output DIR        show all pictures in this folder, usually ComfyUI's output folder (default: where ComfyUI
                      says it is, if it runs on this computer); repeat it for further folders, and give one a
                      name with NAME=DIR
  --input DIR         index this folder too, usually ComfyUI's input folder; the gallery shows it when you choose it
  --allow-delete      let the gallery move files in these folders to a trash folder inside them
  --write-xmp         keep ratings, tags and favourites also in XMP sidecars beside the files, as other programs do
  --lan               open a second door to the network, for share links and paired devices
  --lan-port N        its port (default ${DEFAULT_LAN_PORT}, or the next free one)
  --name NAME         a name it also answers to, or the address a proxy publishes it under; repeatable
  --https             speak https there, with a certificate of its own; or with yours:
  --cert FILE --key FILE

  --no-open           do not open the browser
  --keep DIR          demo: keep its files in DIR (default: a temporary directory, removed on exit)
  --era DATE          demo: speak like the ComfyUI of ${ERAS.slice(0, -1).join(', ')}
                      or ${NEWEST_ERA} (default)
  --app DIR           serve the app from another build directory
  --log               log every request
  --version, --help

Without --lan, Darkroom answers on this computer only (localhost, 127.0.0.1 and [::1]). With it, others
see what you share by a link, and nothing else. Ctrl+C stops it.`;

/**
 * Reads the command line. Paths are relative to the directory the user ran npm in.
 * @param args the arguments after node and the script.
 * @throws DarkroomError `bad_arguments` or `bad_comfy_url` with a message for the user.
 */
export function readCliOptions(args: readonly string[], env: NodeJS.ProcessEnv): CliOptions {
  const { values, positionals } = parse(args);
  const [command = 'serve', ...others] = positionals;
  if ((command !== 'serve' && command !== 'demo') || others.length > 0) {
    throw bad(`"${others[0] ?? command}" is not a command of Darkroom.`);
  }
  if (command === 'demo' && values.comfy !== undefined) {
    throw bad('The demo has its own engine: leave out --comfy, or use "npm start".');
  }
  if (command === 'serve' && values.keep !== undefined) {
    throw bad('--keep works with the demo only.');
  }
  if (command === 'serve' && values.era !== undefined) {
    throw bad('--era works with the demo only: your ComfyUI is as old as it is.');
  }
  const comfyUrl = values.comfy ?? env.COMFYUI_URL ?? DEFAULT_COMFY_URL;
  if (command === 'serve') {
    parseComfyUrl(comfyUrl);
  }
  // npm runs scripts in the project directory; INIT_CWD is where the user was.
  const here = env.INIT_CWD ?? process.cwd();
  const path = (text: string | undefined): string | undefined => (text ? resolve(here, text) : undefined);
  return {
    command: values.help ? 'help' : values.version ? 'version' : command,
    comfyUrl,
    port: values.port === undefined ? DEFAULT_PORT : readPort('--port', values.port, 0),
    isPortFixed: values.port !== undefined,
    open: !values['no-open'] && !env.CI,
    log: values.log,
    allowedHosts: values['allow-host'],
    publishedPort:
      values['published-port'] === undefined
        ? undefined
        : readPort('--published-port', values['published-port'], 1),
    behindProxy: values['behind-proxy'].map(readAddress),
    keep: path(values.keep),
    era: readEra(values.era),
    app: path(values.app),
    data: path(values.data),
    library: readTrees(values, here),
    allowDelete: values['allow-delete'],
    writeXmp: values['write-xmp'],
    lan: readLan(values, path),
  };
}

function readEra(text: string | undefined): Era {
  const era = text === undefined ? NEWEST_ERA : parseEra(text);
  if (era === null) {
    throw bad(`--era must be one of ${ERAS.join(', ')}, not "${text}".`);
  }
  return era;
}

type Values = ReturnType<typeof parse>['values'];

/** The folders of the library. The first output folder is taken for ComfyUI's own, from which it serves pictures. */
function readTrees({ output, input }: Values, here: string): TreeOptions[] {
  const tree = (option: string, text: string, kind: TreeOptions['kind']): TreeOptions => {
    const [, label, folder = text] = /^([^=/\\]+)=(.+)$/.exec(text) ?? [];
    if (folder === '') {
      throw bad(`${option} must name a folder.`);
    }
    return { path: resolve(here, folder), kind, label };
  };
  return [
    ...output.map((text, index) => tree('--output', text, index === 0 ? 'output' : 'other')),
    ...input.map((text, index) => tree('--input', text, index === 0 ? 'input' : 'other-input')),
  ];
}

function readLan(
  values: Values,
  path: (text: string | undefined) => string | undefined,
): LanCliOptions | null {
  const { lan, name, https, cert, key } = values;
  const isAsked = lan || values['lan-port'] !== undefined;
  if (!isAsked) {
    if (name.length > 0 || https || cert !== undefined || key !== undefined) {
      throw bad('--name, --https, --cert and --key are for the door to the network: add --lan.');
    }
    return null;
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw bad('--cert and --key go together.');
  }
  name.forEach(parseName);
  return {
    port: values['lan-port'] === undefined ? DEFAULT_LAN_PORT : readPort('--lan-port', values['lan-port'], 0),
    isPortFixed: values['lan-port'] !== undefined,
    names: name,
    https: https || cert !== undefined ? { cert: path(cert), key: path(key) } : null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        comfy: { type: 'string' },
        port: { type: 'string' },
        'allow-host': { type: 'string', multiple: true, default: [] },
        'published-port': { type: 'string' },
        'behind-proxy': { type: 'string', multiple: true, default: [] },
        'no-open': { type: 'boolean', default: false },
        keep: { type: 'string' },
        era: { type: 'string' },
        app: { type: 'string' },
        data: { type: 'string' },
        output: { type: 'string', multiple: true, default: [] },
        input: { type: 'string', multiple: true, default: [] },
        'allow-delete': { type: 'boolean', default: false },
        'write-xmp': { type: 'boolean', default: false },
        lan: { type: 'boolean', default: false },
        'lan-port': { type: 'string' },
        name: { type: 'string', multiple: true, default: [] },
        https: { type: 'boolean', default: false },
        cert: { type: 'string' },
        key: { type: 'string' },
        log: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        version: { type: 'boolean', short: 'v', default: false },
      },
    });
  } catch (error) {
    // Node's first sentence names the option; the rest is advice for programmers.
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw bad(`${sentence.replace(/\.$/, '')}.`);
  }
}

function readPort(option: string, text: string, least: number): number {
  const port = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(port >= least && port <= 65535)) {
    throw bad(`${option} must be a number from ${least} to 65535, not "${text}".`);
  }
  return port;
}

function readAddress(text: string): string {
  if (isIP(text) === 0) {
    throw bad(`--behind-proxy must be an IP address such as 127.0.0.1, not "${text}".`);
  }
  return text;
}

function bad(message: string): DarkroomError {
  return new DarkroomError('bad_arguments', `${message} See --help.`);
}
