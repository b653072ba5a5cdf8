import { describe, expect, it } from 'vitest';

import { readCliOptions } from './cli-options';

function read(line: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof readCliOptions> {
  return readCliOptions(line.split(' ').filter(Boolean), { INIT_CWD: '/home/me', ...env });
}

describe('readCliOptions', () => {
  it('has defaults', () => {
    expect(read('')).toEqual({
      command: 'serve',
      comfyUrl: 'http://127.0.0.1:8188',
      port: 8198,
      isPortFixed: false,
      open: true,
      log: false,
      allowedHosts: [],
      publishedPort: undefined,
      behindProxy: [],
      keep: undefined,
      era: '2026-08',
      app: undefined,
      data: undefined,
      library: [],
      allowDelete: false,
      writeXmp: false,
      lan: null,
    });
  });

  it('reads every option', () => {
    expect(
      read(
        '--comfy http://box:1 --port 99 --allow-host a.local --allow-host b:9 --no-open --log --app dist2',
      ),
    ).toMatchObject({
      comfyUrl: 'http://box:1',
      port: 99,
      isPortFixed: true,
      open: false,
      log: true,
      allowedHosts: ['a.local', 'b:9'],
      app: '/home/me/dist2',
    });
    expect(read('--published-port 9000 --behind-proxy 127.0.0.1 --behind-proxy ::1')).toMatchObject({
      publishedPort: 9000,
      behindProxy: ['127.0.0.1', '::1'],
    });
    expect(read('demo --era 2024-02')).toMatchObject({ command: 'demo', era: '2024-02' });
    expect(read('demo --keep pictures')).toMatchObject({ command: 'demo', keep: '/home/me/pictures' });
    expect(read('--data mine').data).toBe('/home/me/mine');
    expect(read('--lan').lan).toEqual({ port: 8199, isPortFixed: false, names: [], https: null });
    expect(read('--lan-port 9000 --name a.local --name https://b.example/x/ --https').lan).toEqual({
      port: 9000,
      isPortFixed: true,
      names: ['a.local', 'https://b.example/x/'],
      https: { cert: undefined, key: undefined },
    });
    expect(read('--lan --cert c.pem --key k.pem').lan?.https).toEqual({
      cert: '/home/me/c.pem',
      key: '/home/me/k.pem',
    });
    expect(
      read('--output pics --output Old=/mnt/old --output /mnt/a=b --input in --input in2 --allow-delete'),
    ).toMatchObject({
      library: [
        { path: '/home/me/pics', kind: 'output', label: undefined },
        { path: '/mnt/old', kind: 'other', label: 'Old' },
        { path: '/mnt/a=b', kind: 'other', label: undefined },
        { path: '/home/me/in', kind: 'input', label: undefined },
        { path: '/home/me/in2', kind: 'other-input', label: undefined },
      ],
      allowDelete: true,
    });
    expect(read('--help').command).toBe('help');
    expect(read('demo -h').command).toBe('help');
    expect(read('-v').command).toBe('version');
  });

  it('honours environment variables', () => {
    expect(read('', { COMFYUI_URL: 'http://gpu:8188' }).comfyUrl).toBe('http://gpu:8188');
    expect(read('--comfy http://other:1', { COMFYUI_URL: 'http://gpu:8188' }).comfyUrl).toBe(
      'http://other:1',
    );
    expect(read('', { CI: 'true' }).open).toBe(false);
  });

  it.each([
    ['--port x', '--port must be a number from 0 to 65535, not "x".'],
    ['--port 70000', 'not "70000"'],
    ['--port -1', '--port'],
    ['--port', '--port'],
    ['--published-port 0', '--published-port must be a number from 1 to 65535, not "0".'],
    ['--published-port 9000:8198', '--published-port must be a number'],
    ['--behind-proxy box', '--behind-proxy must be an IP address such as 127.0.0.1, not "box".'],
    ['--behind-proxy 10.0.0.0/8', '--behind-proxy must be an IP address'],
    ['--comfy', '--comfy'],
    ['--comfy box:8188', 'Did you mean http://box:8188?'],
    ['--nonsense', '--nonsense'],
    ['fly', '"fly" is not a command'],
    ['demo more', '"more" is not a command'],
    ['demo --comfy http://box:1', 'The demo has its own engine'],
    ['--name a.local', 'add --lan'],
    ['--https', 'add --lan'],
    ['--lan --cert c.pem', '--cert and --key go together'],
    ['--lan --name *.local', '"*.local" is not a name to be reached by'],
    ['--lan --name ftp://a', '"ftp://a" is not a name to be reached by'],
    ['--lan-port 70000', '--lan-port must be a number'],
    ['--keep x', '--keep works with the demo only'],
    ['--era 2024-02', '--era works with the demo only'],
    ['demo --era 2023', '--era must be one of 2024-02, 2024-12'],
  ])('explains %j', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});
