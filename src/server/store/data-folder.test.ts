import { join } from 'node:path';

import { expect, it } from 'vitest';

import { defaultDataFolder } from './data-folder';

it.each([
  ['linux', {}, ['/home/me', '.local', 'share', 'comfy-darkroom']],
  ['linux', { XDG_DATA_HOME: '/data' }, ['/data', 'comfy-darkroom']],
  ['linux', { XDG_DATA_HOME: 'relative' }, ['/home/me', '.local', 'share', 'comfy-darkroom']],
  ['freebsd', { XDG_DATA_HOME: '' }, ['/home/me', '.local', 'share', 'comfy-darkroom']],
  ['darwin', { XDG_DATA_HOME: '/data' }, ['/home/me', 'Library', 'Application Support', 'Comfy Darkroom']],
  ['win32', { APPDATA: 'C:\\Roaming' }, ['C:\\Roaming', 'Comfy Darkroom']],
  ['win32', {}, ['/home/me', 'AppData', 'Roaming', 'Comfy Darkroom']],
] as const)('on %s with %j', (platform, env, parts) => {
  expect(defaultDataFolder({ platform, env, home: '/home/me' })).toBe(join(...parts));
});
