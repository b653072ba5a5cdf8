import { describe, expect, it } from 'vitest';

import { isLoopbackAddress, NO_TRUST, type OwnerTrust, readForwardedFor, roleAtOwnersDoor } from './visitor';

function role(
  peer: string | undefined,
  headers: Record<string, string[]> = {},
  trust: OwnerTrust = NO_TRUST,
) {
  return roleAtOwnersDoor({ peer, forwardedFor: readForwardedFor(headers) }, trust);
}

describe('a direct connection', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('from %s is the owner', (peer) => {
    expect(role(peer)).toBe('owner');
  });

  it.each([
    undefined,
    '',
    'localhost',
    '192.168.1.7',
    '::ffff:192.168.1.7',
    'fe80::1',
    '10.127.0.0.1',
    '::2',
    '128.0.0.1',
    '172.17.0.1',
  ])('from %j is nobody', (peer) => {
    expect(role(peer)).toBe('nobody');
  });

  it('from the gateway of the container is the owner, from its neighbours nobody', () => {
    const trust = { proxies: [], gateways: ['172.17.0.1'] };
    expect(role('172.17.0.1', {}, trust)).toBe('owner');
    expect(role('::ffff:172.17.0.1', {}, trust)).toBe('owner');
    expect(role('172.17.0.2', {}, trust)).toBe('nobody');
    expect(role('192.168.1.7', {}, trust)).toBe('nobody');
  });
});

const FORWARDED: [string, string][] = [
  ['x-forwarded-for', '127.0.0.1'],
  ['x-forwarded-for', ''],
  ['x-forwarded-host', 'box'],
  ['x-forwarded-proto', 'https'],
  ['forwarded', 'for=127.0.0.1'],
  ['forwarded', 'by=_x'],
  ['via', '1.1 caddy'],
  ['x-real-ip', '127.0.0.1'],
  ['x-client-ip', '127.0.0.1'],
  ['true-client-ip', '127.0.0.1'],
  ['cf-connecting-ip', '127.0.0.1'],
];

describe('a forwarded request', () => {
  it.each(FORWARDED)('with %s: %s is nobody, wherever it comes from', (name, value) => {
    for (const peer of ['127.0.0.1', '::1', '172.17.0.1']) {
      expect(role(peer, { [name]: [value] })).toBe('nobody');
      expect(role(peer, { [name]: [value] }, { proxies: ['10.0.0.9'], gateways: ['172.17.0.1'] })).toBe(
        'nobody',
      );
    }
  });

  const trust = { proxies: ['127.0.0.1', '10.0.0.9'], gateways: [] };

  it.each<Record<string, string[]>>([
    { 'x-forwarded-for': ['127.0.0.1'] },
    { 'x-forwarded-for': ['[::1]:52100'], via: ['1.1 caddy'] },
    { forwarded: ['for="[::1]:1234";proto=https'] },
    { forwarded: ['proto=https;For=127.0.0.1'], 'x-forwarded-for': ['127.0.0.1:99'], 'x-real-ip': ['::1'] },
  ])('of a trusted proxy for this machine is the owner: %j', (headers) => {
    expect(role('127.0.0.1', headers, trust)).toBe('owner');
    expect(role('10.0.0.9', headers, trust)).toBe('owner');
    expect(role('10.0.0.8', headers, trust)).toBe('nobody');
    expect(role('::1', headers, trust)).toBe('nobody');
  });

  it.each<[string, Record<string, string[]>]>([
    ['for another machine', { 'x-forwarded-for': ['192.168.1.7'] }],
    ['for a machine that claims to be this one', { 'x-forwarded-for': ['127.0.0.1, 192.168.1.7'] }],
    ['through two proxies here', { 'x-forwarded-for': ['203.0.113.9, 127.0.0.1'] }],
    ['with a header repeated', { 'x-forwarded-for': ['127.0.0.1', '192.168.1.7'] }],
    [
      'with a second header let through',
      { 'x-forwarded-for': ['192.168.1.7'], forwarded: ['for=127.0.0.1'] },
    ],
    ['with a made-up header let through', { 'x-forwarded-for': ['127.0.0.1'], 'x-real-ip': ['192.168.1.7'] }],
    ['that names nobody', { via: ['1.1 caddy'] }],
    ['that names nothing', { 'x-forwarded-for': [''] }],
    ['that hides the client', { forwarded: ['for=_hidden'] }],
    ['for an unknown client', { forwarded: ['for=unknown'] }],
    ['with an element without a client', { forwarded: ['for=127.0.0.1, by=127.0.0.1'] }],
    ['for a name', { 'x-forwarded-for': ['localhost'] }],
  ])('%s is nobody, even of a trusted proxy', (_name, headers) => {
    expect(role('127.0.0.1', headers, trust)).toBe('nobody');
  });
});

it('knows the addresses of this machine', () => {
  expect(isLoopbackAddress('::ffff:7f00:1')).toBe(true);
  expect(isLoopbackAddress('0.0.0.0')).toBe(false);
});
