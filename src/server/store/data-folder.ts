import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the place of the data folder depends on; replaced in tests. */
export interface Home {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** The user's home directory. */
  home: string;
}

/**
 * Where Darkroom keeps its database and pictures unless told otherwise: `$XDG_DATA_HOME/comfy-darkroom`
 * (Linux and others), `~/Library/Application Support/Comfy Darkroom` (macOS) or `%APPDATA%\Comfy Darkroom`.
 */
export function defaultDataFolder({ platform, env, home }: Home = thisMachine()): string {
  switch (platform) {
    case 'win32':
      return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'Comfy Darkroom');
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Comfy Darkroom');
    default: {
      // The XDG specification says to ignore relative paths.
      const given = env.XDG_DATA_HOME;
      return join(given?.startsWith('/') ? given : join(home, '.local', 'share'), 'comfy-darkroom');
    }
  }
}

function thisMachine(): Home {
  return { platform: process.platform, env: process.env, home: homedir() };
}
