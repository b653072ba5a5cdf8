import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  decide,
  type GateRequest,
  parseAllowedHosts,
  parseHost,
  parseTarget,
  readGateRequest,
  refusalBody,
  roleOfAddress,
} from './gate';

const POLICY = { allowedHosts: parseAllowedHosts(['darkroom.test', 'box.local:9000']) };

function ask(changes: Partial<GateRequest> = {}): string {
  const decision = decide(
    {
      method: 'GET',
      path: '/',
      host: '127.0.0.1:8198',
      origin: undefined,
      secFetchSite: undefined,
      upgrade: false,
      localPort: 8198,
      role: 'owner',
      ...changes,
    },
    POLICY,
  );
  return decision.allow ? decision.role : `${decision.status} ${decision.reason}`;
}

describe('host', () => {
  it.each(['localhost:8198', 'LocalHost:8198', '127.0.0.1:8198', '[::1]:8198'])('lets %s in', (host) => {
    expect(ask({ host })).toBe('owner');
  });

  it.each([
    'localhost',
    'localhost:8188',
    '127.0.0.1:80',
    '127.0.0.2:8198',
    '[::1]',
    '[::2]:8198',
    'evil.example',
    'evil.example:8198',
    'localhost.evil.example:8198',
    'evil-localhost:8198',
    'app.localhost:8198',
    'localhost.:8198',
    '192.168.1.5:8198',
    '0.0.0.0:8198',
    '2130706433:8198',
    '[::ffff:127.0.0.1]:8198',
  ])('refuses %s', (host) => {
    expect(ask({ host })).toMatch(/^40[03] (?:host_not_allowed|bad_host)$/);
  });

  it.each([
    undefined,
    '',
    ' ',
    ':8198',
    'localhost:',
    'localhost:0',
    'localhost:65536',
    'localhost:8198:8198',
    'localhost:8198,evil.example',
    'localhost:8198, localhost:8198',
    'user@localhost:8198',
    'localhost:8198/',
    'http://localhost:8198',
    '::1:8198',
    '[::1',
    'local host:8198',
    '*',
  ])('cannot read %j', (host) => {
    expect(ask({ host })).toBe('400 bad_host');
  });

  it('takes the loopback names without a port only on port 80', () => {
    expect(ask({ host: 'localhost', localPort: 80 })).toBe('owner');
    expect(ask({ host: 'localhost:80', localPort: 80 })).toBe('owner');
    expect(ask({ host: 'localhost', localPort: undefined })).toBe('403 host_not_allowed');
  });

  it('takes extra names with any port, or with the port they were given', () => {
    expect(ask({ host: 'darkroom.test:8198' })).toBe('owner');
    expect(ask({ host: 'Darkroom.Test' })).toBe('owner');
    expect(ask({ host: 'box.local:9000' })).toBe('owner');
    expect(ask({ host: 'box.local:8198' })).toBe('403 host_not_allowed');
    expect(ask({ host: 'sub.darkroom.test:8198' })).toBe('403 host_not_allowed');
    expect(ask({ host: 'xdarkroom.test:8198' })).toBe('403 host_not_allowed');
  });

  it('refuses every name that is not on the list', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65535 }), (name, port) => {
        fc.pre(!['localhost', 'darkroom.test'].includes(name.toLowerCase()));
        expect(ask({ host: `${name}:${port}` })).toMatch(/^40/);
      }),
    );
  });
});

describe('origin', () => {
  it.each([
    ['localhost:8198', 'http://localhost:8198'],
    ['LOCALHOST:8198', 'http://localhost:8198'],
    ['127.0.0.1:8198', 'http://127.0.0.1:8198'],
    ['[::1]:8198', 'http://[::1]:8198'],
    ['darkroom.test', 'http://darkroom.test'],
    ['darkroom.test', 'http://darkroom.test:80'],
    ['darkroom.test:80', 'http://darkroom.test'],
    ['darkroom.test', 'https://darkroom.test'],
    ['darkroom.test:443', 'https://darkroom.test'],
    ['darkroom.test', 'https://darkroom.test:443'],
  ])('lets a page of %s with Origin %s in', (host, origin) => {
    for (const upgrade of [false, true]) {
      expect(ask({ host, origin, upgrade })).toBe('owner');
    }
  });

  it.each([
    ['127.0.0.1:8198', 'http://localhost:8198'],
    ['localhost:8198', 'http://127.0.0.1:8198'],
    ['[::1]:8198', 'http://localhost:8198'],
    ['127.0.0.1:8198', 'http://127.0.0.1:5173'],
    ['127.0.0.1:8198', 'http://127.0.0.1'],
    ['127.0.0.1:8198', 'https://127.0.0.1'],
    ['127.0.0.1:8198', 'http://evil.example'],
    ['127.0.0.1:8198', 'https://evil.example:8198'],
    ['127.0.0.1:8198', 'http://127.0.0.1.evil.example:8198'],
    ['darkroom.test', 'http://darkroom.test:81'],
    ['darkroom.test:80', 'https://darkroom.test'],
  ])('refuses on %s a page of %s', (host, origin) => {
    for (const upgrade of [false, true]) {
      expect(ask({ host, origin, upgrade })).toBe('403 foreign_origin');
    }
  });

  it.each([
    'null',
    '',
    'file://',
    'chrome-extension://abcdef',
    '127.0.0.1:8198',
    'ftp://127.0.0.1:8198',
    'http://127.0.0.1:8198/',
    'http://127.0.0.1:8198,http://evil.example',
    'http://127.0.0.1:8198 http://evil.example',
  ])('refuses Origin %j', (origin) => {
    expect(ask({ origin })).toMatch(/^403 (?:bad|foreign)_origin$/);
    expect(ask({ origin, upgrade: true })).toMatch(/^403 (?:bad|foreign)_origin$/);
  });

  it('names a null origin as such', () => {
    expect(ask({ origin: 'null' })).toBe('403 bad_origin');
  });

  it('lets clients without Origin in: they are no page', () => {
    expect(ask({ method: 'POST', upgrade: false })).toBe('owner');
    expect(ask({ upgrade: true })).toBe('owner');
  });
});

describe('Sec-Fetch-Site', () => {
  it.each(['none', 'same-origin', 'same-site', undefined])('lets %s in', (secFetchSite) => {
    expect(ask({ secFetchSite })).toBe('owner');
  });

  it.each(['cross-site', 'Cross-Site', ' cross-site '])(
    'refuses %j, with or without Origin',
    (secFetchSite) => {
      expect(ask({ secFetchSite })).toBe('403 cross_site');
      expect(ask({ secFetchSite, origin: 'http://127.0.0.1:8198' })).toBe('403 cross_site');
    },
  );
});

describe('target', () => {
  it.each([
    ['/', ['']],
    ['/?a=b//..', ['']],
    ['/queue', ['queue']],
    ['/queue/', ['queue', '']],
    ['/api/view?filename=a%2Fb.png&subfolder=..', ['api', 'view']],
    ['/userdata/workflows%2Fa%20b.json', ['userdata', 'workflows/a b.json']],
    ['/userdata/%E5%9B%BE.json', ['userdata', '图.json']],
    ['/%70rompt', ['prompt']],
    ['/a..b', ['a..b']],
    ['/...', ['...']],
    ['/%252e%252e', ['%2e%2e']],
  ])('reads %s', (path, segments) => {
    expect(parseTarget(path)?.segments).toEqual(segments);
  });

  it.each([
    '',
    '*',
    'queue',
    '//evil.example/',
    '/queue//x',
    '//',
    'http://evil.example/',
    'http://127.0.0.1:8198/queue',
    'evil.example:443',
    '/\\evil.example',
    '/view\\..\\x',
    '/..',
    '/../etc/passwd',
    '/view/../prompt',
    '/view/./x',
    '/..%2f',
    '/%2e%2e/x',
    '/%2E%2e%2fx',
    '/x%2f..%2fy',
    '/x%5c..%5cy',
    '/userdata/a%2F..%2Fb',
    '/%',
    '/%zz',
    '/%ff',
    '/%00',
    '/a%0d%0ab',
    '/a b',
    '/a#b',
    '/a?b#c',
    '/a?b c',
    '/ü',
  ])('refuses %j', (path) => {
    expect(parseTarget(path)).toBeNull();
    expect(ask({ path })).toBe('400 bad_target');
  });

  it('never gives a dot or an inner empty segment, whatever is sent', () => {
    const piece = fc.constantFrom('/', '..', '.', '%2e', '%2f', '%5c', '\\', 'a', '%', '%25', ' ', '?', '#');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const target = parseTarget(`/${pieces.join('')}`);
        for (const [index, segment] of target?.segments.entries() ?? []) {
          const parts = segment.split(/[/\\]/);
          expect(parts.includes('..') || parts.includes('.')).toBe(false);
          expect(segment !== '' || index === (target?.segments.length ?? 0) - 1).toBe(true);
        }
      }),
    );
  });
});

describe('role', () => {
  it('makes an owner of who connects from this machine, a guest of everybody else', () => {
    for (const address of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1']) {
      expect(roleOfAddress(address)).toBe('owner');
    }
    for (const address of [undefined, '', '192.168.1.7', '::ffff:192.168.1.7', 'fe80::1', '10.127.0.0.1']) {
      expect(roleOfAddress(address)).toBe('guest');
    }
  });

  it.each(['/', '/queue', '/api/prompt', '/view?filename=a.png', '/darkroom/about', '/ws'])(
    'lets no guest at %s',
    (path) => {
      for (const upgrade of [false, true]) {
        expect(ask({ role: 'guest', path, upgrade })).toBe('403 guest');
      }
    },
  );
});

describe('parseHost and parseAllowedHosts', () => {
  it('reads names, ports and literals', () => {
    expect(parseHost('Box.Local:9000')).toEqual({ name: 'box.local', port: 9000 });
    expect(parseHost('[FD00::1]')).toEqual({ name: '[fd00::1]', port: undefined });
    expect(parseHost('my_box-2')).toEqual({ name: 'my_box-2', port: undefined });
  });

  it.each(['*', '*.local', '.local', 'a b', 'http://x', 'x/', ''])('refuses to allow %j', (name) => {
    expect(() => parseAllowedHosts([name])).toThrow(RangeError);
  });
});

describe('readGateRequest', () => {
  async function received(headers: string[], path = '/x?y'): Promise<GateRequest> {
    const seen: GateRequest[] = [];
    const server = createServer((request, response) => {
      seen.push(readGateRequest(request));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ port, host: '127.0.0.1', path, headers }, resolve).on('error', reject).end();
    });
    answer.resume();
    server.close();
    const [first] = seen;
    if (!first) {
      throw new Error('nothing was received');
    }
    expect(first.localPort).toBe(port);
    return first;
  }

  it('takes everything from the message', async () => {
    const request = await received(['Host', 'localhost:1', 'Origin', 'http://a', 'Sec-Fetch-Site', 'none']);
    expect(request).toMatchObject({
      method: 'GET',
      path: '/x?y',
      host: 'localhost:1',
      origin: 'http://a',
      secFetchSite: 'none',
      upgrade: false,
      role: 'owner',
    });
  });

  it('joins repeated headers, so that no single value of them can pass', async () => {
    const { host, origin } = await received([
      'Host',
      'localhost:1',
      'Host',
      'evil',
      'Origin',
      'http://a',
      'Origin',
      'b',
    ]);
    expect(host).toBe('localhost:1,evil');
    expect(origin).toBe('http://a,b');
    expect(ask({ host })).toBe('400 bad_host');
  });
});

it('tells the reason as JSON', () => {
  const decision = decide(
    {
      method: 'GET',
      path: '/',
      host: 'evil.example',
      origin: undefined,
      secFetchSite: undefined,
      upgrade: false,
      localPort: 1,
      role: 'owner',
    },
    POLICY,
  );
  expect(decision.allow).toBe(false);
  if (!decision.allow) {
    const body = JSON.parse(refusalBody(decision)) as { error: { type: string; message: string } };
    expect(body.error.type).toBe('refused');
    expect(body.error.message).toContain('evil.example');
  }
});
