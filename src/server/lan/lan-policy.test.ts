import { expect, it } from 'vitest';

import { decide, type GateRequest } from '../gate';
import type { DeviceStore } from '../shares/device-store';
import type { ShareStore } from '../shares/share-store';
import { lanPolicy } from './lan-policy';

const REQUEST: GateRequest = {
  method: 'GET',
  path: '/s/some-token',
  host: undefined,
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  fetchDest: undefined,
  upgrade: undefined,
  localPort: undefined,
  visitor: { peer: '192.168.1.7', forwardedFor: null },
  cookie: undefined,
  forwarded: { host: undefined, proto: undefined, prefix: undefined, for: undefined },
};

it.each([
  ['https', 443, '192.168.1.5', true],
  ['https', 443, '[fd00::5]', true],
  ['https', 443, 'localhost', true],
  ['https', 443, '192.168.1.5:443', true],
  ['https', 443, '192.168.1.5:80', false],
  ['https', 8199, '192.168.1.5', false],
  ['http', 80, '192.168.1.5', true],
  ['http', 443, '192.168.1.5', false],
])('over %s on port %d, Host %s is its own: %s', (scheme, port, host, isOurs) => {
  const policy = lanPolicy({
    shares: {} as ShareStore,
    devices: {} as DeviceStore,
    names: [],
    proxies: [],
    port: () => port,
    bound: ['192.168.1.5', 'fd00::5'],
    isTls: scheme === 'https',
  });
  expect(decide({ ...REQUEST, host, localPort: port }, policy).allow).toBe(isOurs);
});
