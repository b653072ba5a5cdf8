import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  decide,
  type GateDecision,
  type GatePolicy,
  type GateRequest,
  readGateRequest,
  refusalBody,
} from './gate';
import { parseAllowedHosts, parseHost } from './host-names';
import { parseTarget } from './request-target';
import { ACCESS, type Role, ROLES } from './roles';
import { ROUTES, type RouteClass, type RouteSpec, type Serving, SOCKET } from './routes';

const OWN: GateRequest = {
  method: 'GET',
  path: '/',
  host: '127.0.0.1:8198',
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  fetchDest: undefined,
  upgrade: undefined,
  localPort: 8198,
  visitor: { peer: '127.0.0.1', forwardedFor: null },
  cookie: undefined,
  forwarded: { host: undefined, proto: undefined, prefix: undefined, for: undefined },
};
const POLICY: GatePolicy = {
  allowedHosts: parseAllowedHosts(['darkroom.test', 'box.local:9000']),
  serving: 'owner',
  identify: () => ({ role: 'owner' }),
};
/** A page, and a handshake of the socket. */
const BOTH_KINDS: Partial<GateRequest>[] = [{ path: '/' }, { path: '/ws', upgrade: 'websocket' }];

function judge(
  changes: Partial<GateRequest>,
  role: Role = 'owner',
  serving: Serving = 'owner',
): GateDecision {
  return decide({ ...OWN, ...changes }, { ...POLICY, serving, identify: () => ({ role }) });
}

function ask(changes: Partial<GateRequest> = {}, role: Role = 'owner', serving: Serving = 'owner'): string {
  const decision = judge(changes, role, serving);
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
    for (const kind of BOTH_KINDS) {
      expect(ask({ ...kind, host, origin })).toBe('owner');
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
    for (const kind of BOTH_KINDS) {
      expect(ask({ ...kind, host, origin })).toBe('403 foreign_origin');
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
    expect(ask({ origin, path: '/ws', upgrade: 'websocket' })).toMatch(/^403 (?:bad|foreign)_origin$/);
  });

  it('names a null origin as such', () => {
    expect(ask({ origin: 'null' })).toBe('403 bad_origin');
  });

  it('lets clients without Origin in: they are no page', () => {
    expect(ask({ method: 'POST', path: '/prompt' })).toBe('owner');
    expect(ask({ path: '/ws', upgrade: 'websocket' })).toBe('owner');
  });
});

describe('Sec-Fetch-Site', () => {
  it.each(['none', 'same-origin', 'same-site', undefined])('lets %s in', (fetchSite) => {
    expect(ask({ fetchSite })).toBe('owner');
  });

  it.each(['cross-site', 'Cross-Site', ' cross-site '])('refuses %j, with or without Origin', (fetchSite) => {
    expect(ask({ fetchSite })).toBe('403 cross_site');
    expect(ask({ fetchSite, origin: 'http://127.0.0.1:8198' })).toBe('403 cross_site');
  });

  const LINK = { fetchSite: 'cross-site', fetchMode: 'navigate', fetchDest: 'document' };

  it.each(['/', '/?from=chat', '/index.html'])(
    'lets a link to %s that another site shows be followed',
    (path) => {
      expect(ask({ ...LINK, path })).toBe('owner');
    },
  );

  it.each<[string, Partial<GateRequest>]>([
    ['a frame', { fetchDest: 'iframe' }],
    ['a frame of the old kind', { fetchDest: 'frame' }],
    ['an embedded object', { fetchDest: 'embed' }],
    ['a request of a script', { fetchMode: 'no-cors', fetchDest: 'empty' }],
    ['a request with CORS', { fetchMode: 'cors' }],
    ['a picture', { fetchMode: 'no-cors', fetchDest: 'image' }],
    ['a mode without a destination', { fetchDest: undefined }],
    ['a destination without a mode', { fetchMode: undefined }],
    ['values one beside the other', { fetchMode: 'navigate,navigate' }],
    ['a form that posts', { method: 'POST' }],
    ['HEAD', { method: 'HEAD' }],
    ['a file of the app', { path: '/assets/index-abc.js' }],
    ['a picture of ComfyUI', { path: '/view?filename=a.png' }],
    ['the queue', { path: '/queue' }],
    ['what Darkroom says about itself', { path: '/darkroom/about' }],
    ['a form that posts to ComfyUI', { path: '/prompt', method: 'POST' }],
    ['the socket', { path: '/ws', upgrade: 'websocket' }],
    ['a page with Upgrade', { upgrade: 'websocket' }],
    ['an unknown address', { path: '/nothing' }],
  ])('refuses a navigation turned into %s', (_name, changes) => {
    expect(ask({ ...LINK, ...changes })).toBe('403 cross_site');
  });

  it('lets a navigation through to no other host, origin or person', () => {
    expect(ask({ ...LINK, host: 'evil.example:8198' })).toBe('403 host_not_allowed');
    expect(ask({ ...LINK, origin: 'https://evil.example' })).toBe('403 foreign_origin');
    expect(ask({ ...LINK, origin: 'null' })).toBe('403 bad_origin');
    expect(ask(LINK, 'nobody')).toBe('403 not_the_owner');
    expect(ask(LINK, 'guest')).toBe('403 not_allowed');
  });
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

/** What each role may do, written down a second time so that a change of the table has to be meant. */
const MAY: Record<Role, RouteClass[]> = {
  owner: [
    ...(['page', 'app-file', 'about', 'events', 'pictures', 'jobs', 'catalogue', 'submit', 'steer'] as const),
    ...([
      'upload',
      'documents',
      'assets',
      'accounts',
      'logs',
      'source',
      'reload',
      'library',
      'library-files',
      'sharing',
      'pairing',
    ] as const),
  ],
  device: [
    ...(['page', 'app-file', 'about', 'events', 'pictures', 'jobs', 'catalogue', 'submit', 'steer'] as const),
    ...([
      'library',
      'upload',
      'documents',
      'assets',
      'sharing',
      'pair-page',
      'share-page',
      'share-open',
    ] as const),
  ],
  guest: [
    ...(['app-file', 'share-page', 'share-open', 'share-gallery', 'share-pictures'] as const),
    ...(['share-feedback', 'share-events'] as const),
  ],
  nobody: ['app-file', 'pair-page', 'share-page', 'share-open'],
};
/** Where each role is met. */
const DOORS: Record<Role, readonly Serving[]> = {
  owner: ['owner', 'sources', 'preview'],
  device: ['lan'],
  guest: ['lan'],
  nobody: ['lan', 'owner', 'sources', 'preview'],
};

function requestsOf({ methods, pattern }: RouteSpec): Partial<GateRequest>[] {
  const path = `/${pattern.map((part) => (part.startsWith('*') ? 'x' : part)).join('/')}`;
  return methods.map((method) => (method === SOCKET ? { path, upgrade: 'websocket' } : { path, method }));
}

describe('roles', () => {
  const classes = Object.keys(ACCESS) as RouteClass[];

  it.each(ROLES.flatMap((role) => classes.map((routeClass) => [role, routeClass] as const)))(
    '%s at %s',
    (role, routeClass) => {
      const specs = ROUTES.filter((spec) => spec.class === routeClass);
      expect(specs).not.toEqual([]);
      for (const spec of specs) {
        for (const serving of DOORS[role].filter((place) => spec.places.includes(place))) {
          const refused =
            serving !== 'lan'
              ? '403 not_the_owner'
              : /^share-(?:gallery|pictures|feedback|events)$/.test(routeClass)
                ? '404 no_link'
                : '403 not_paired';
          const isAllowed = MAY[role].includes(routeClass) && !(role === 'nobody' && serving !== 'lan');
          for (const request of requestsOf(spec)) {
            const decision = judge(request, role, serving);
            const got = decision.allow ? decision.route.class : `${decision.status} ${decision.reason}`;
            expect(got, `${request.method ?? 'socket'} ${request.path} at ${serving}`).toBe(
              isAllowed ? routeClass : refused,
            );
          }
        }
      }
    },
  );

  it('gives nobody who is not known the difference between what exists and what does not', () => {
    for (const path of ['/', '/queue', '/nothing', '/ws']) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        expect(ask({ path, method }, 'nobody')).toBe('403 not_the_owner');
      }
    }
  });

  it('serves sources to nobody where the built app is served', () => {
    for (const path of ['/src/main.ts', '/@vite/client', '/@fs/etc/passwd', '/node_modules/a.js']) {
      expect(ask({ path })).toBe('404 unknown_route');
      expect(ask({ path }, 'owner', 'sources')).toBe('owner');
    }
  });
});

describe('unknown routes', () => {
  it.each([
    '/nothing',
    '/queue/',
    '/queue/x',
    '/PROMPT',
    '/prompt;x',
    '/prompt%2Fx',
    '/%2570rompt',
    '/api',
    '/api/',
    '/api/api/queue',
    '/extensions/pack/evil.js',
    '/manager/reboot',
    '/customnode/install',
    '/internal',
    '/internal/logs/x',
    '/api/internal/logs',
    '/assets/',
    '/assets/a/b.js',
    '/darkroom-demo/faults',
    '/ws',
    '/__proto__',
    '/constructor',
  ])('%s is refused', (path) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      expect(ask({ path, method }), method).toBe('404 unknown_route');
    }
    expect(ask({ path, upgrade: 'h2c' })).toBe('404 unknown_route');
  });

  it('a method that is not listed is refused, and told which are', () => {
    expect(judge({ path: '/queue', method: 'DELETE' })).toMatchObject({
      status: 405,
      reason: 'unknown_method',
      allowedMethods: 'GET, HEAD, POST',
    });
    for (const method of ['OPTIONS', 'TRACE', 'PUT', 'PATCH', 'get', 'QUERY', '']) {
      expect(ask({ path: '/prompt', method }), method).toBe('405 unknown_method');
    }
    expect(ask({ path: '/', method: 'POST' })).toBe('405 unknown_method');
    expect(ask({ path: '/api/jobs', method: 'POST' })).toBe('405 unknown_method');
  });

  it('a socket is found at its own address only, and nothing else with Upgrade', () => {
    expect(ask({ path: '/ws', upgrade: 'WebSocket' })).toBe('owner');
    for (const request of [
      { path: '/', upgrade: 'websocket' },
      { path: '/queue', upgrade: 'websocket' },
      { path: '/queue', upgrade: 'h2c' },
      { path: '/ws', upgrade: 'h2c' },
      { path: '/ws', upgrade: 'websocket, h2c' },
      { path: '/ws', upgrade: '' },
      { path: '/ws', upgrade: 'websocket', method: 'POST' },
      { path: '/ws/', upgrade: 'websocket' },
    ]) {
      expect(ask(request), JSON.stringify(request)).toBe('404 unknown_route');
    }
  });

  it('nothing random gets to ComfyUI unless a listed route says so', () => {
    const listed = new Set(
      ROUTES.filter(
        ({ owner, pattern }) => owner === 'comfyui' && !pattern.some((part) => part.startsWith('*')),
      )
        .flatMap(requestsOf)
        .map(({ path = '', method = 'GET', upgrade = '' }) => `${method} ${path} ${upgrade}`),
    );
    const wild = new RegExp(
      `^(?:${ROUTES.filter(
        ({ owner, pattern }) => owner === 'comfyui' && pattern.some((part) => part.startsWith('*')),
      )
        .map(({ pattern }) =>
          pattern.map((part) => (part === '*' ? '[^/]+' : part === '**' ? '.+' : part)).join('/'),
        )
        .join('|')})$`,
    );
    const words = ROUTES.flatMap(({ pattern }) => pattern).filter((part) => !part.startsWith('*'));
    const piece = fc.oneof(
      fc.constantFrom(...words, 'x', '..', '%2e%2e', '%2f', '', 'API', '%61pi'),
      fc.string(),
    );
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE');
    const upgrade = fc.constantFrom(undefined, undefined, 'websocket', 'h2c');
    const paths = fc.array(piece, { maxLength: 5 }).map((pieces) => `/${pieces.join('/')}`);
    fc.assert(
      fc.property(method, paths, upgrade, (verb, path, protocol) => {
        const decision = judge({ method: verb, path, upgrade: protocol });
        if (decision.allow && decision.route.owner === 'comfyui') {
          const plain = decision.target.segments.map(encodeURIComponent).join('/');
          const asGet = verb === 'HEAD' ? 'GET' : verb;
          const isListed =
            listed.has(`${asGet} /${plain} ${protocol ?? ''}`) || listed.has(`${verb} /${plain} `);
          expect(isListed || (protocol === undefined && wild.test(plain))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what a refusal tells the person', () => {
  const message = (changes: Partial<GateRequest>, role: Role = 'owner'): string => {
    const decision = judge(changes, role);
    return decision.allow ? '' : decision.message;
  };

  it('names the option for a published port, for a name and for a proxy', () => {
    expect(message({ host: 'localhost:9000' })).toContain('--published-port 9000');
    expect(message({ host: '[::1]' })).toContain('--published-port 80');
    expect(message({ host: 'box.lan:8198' })).toContain('--allow-host box.lan:8198');
    const visitor = { peer: '127.0.0.1', forwardedFor: ['192.168.1.7'] };
    expect(message({ visitor }, 'nobody')).toContain('--behind-proxy');
    expect(message({}, 'nobody')).toBe('Darkroom answers only on the computer it runs on.');
  });
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
      fetchSite: 'none',
      fetchMode: undefined,
      upgrade: undefined,
      visitor: { peer: '127.0.0.1', forwardedFor: null },
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
  const decision = judge({ host: 'evil.example' });
  expect(decision.allow).toBe(false);
  if (!decision.allow) {
    const body = JSON.parse(refusalBody(decision)) as { error: { type: string; message: string } };
    expect(body.error.type).toBe('refused');
    expect(body.error.message).toContain('evil.example');
  }
});
