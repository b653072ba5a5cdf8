import { describe, expect, it } from 'vitest';

import { defaultGateway, findContainer, type Surroundings } from './container';

const TABLE = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
`;

function around(changes: Partial<Surroundings>): Surroundings {
  return { env: {}, exists: () => false, read: () => TABLE, ...changes };
}

describe('findContainer', () => {
  it('finds none on a machine of its own', () => {
    expect(findContainer(around({}))).toBeNull();
    expect(findContainer(around({ env: { container: '' } }))).toBeNull();
  });

  it.each<[string, Partial<Surroundings>]>([
    ['Docker', { exists: (path) => path === '/.dockerenv' }],
    ['Podman', { exists: (path) => path === '/run/.containerenv' }],
    ['LXC', { env: { container: 'lxc' } }],
    ['Kubernetes', { env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } }],
  ])('finds that of %s, with its gateway', (_name, changes) => {
    expect(findContainer(around(changes))).toEqual({ gateway: '172.17.0.1' });
  });
});

describe('defaultGateway', () => {
  it.each([
    ['', 'an empty table'],
    ['Iface\tDestination\tGateway\neth0\t000011AC\t010011AC', 'no default route'],
    ['Iface\tDestination\tGateway\neth0\t00000000\t00000000', 'a default route without gateway'],
    ['Iface\tDestination\tGateway\neth0\t00000000\tnonsense', 'a table of another form'],
  ])('finds none in %j: %s', (table) => {
    expect(defaultGateway(table)).toBeUndefined();
  });
});
