import type { NetworkInterfaceInfo } from 'node:os';

import { describe, expect, it } from 'vitest';

import { addressList, machineAddresses, parseName } from './addresses';

function card(address: string, internal = false): NetworkInterfaceInfo {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return { address, internal, family, netmask: '', mac: '', cidr: null, scopeid: 0 };
}

describe('machineAddresses', () => {
  it('knows private networks from public ones, and both from containers and VPNs', () => {
    const found = machineAddresses({
      lo: [card('127.0.0.1', true), card('::1', true)],
      docker0: [card('172.17.0.1')],
      'br-1234': [card('172.18.0.1')],
      tailscale0: [card('100.101.102.103')],
      utun3: [card('fd7a::1')],
      wlan0: [card('192.168.1.5'), card('fe80::1'), card('fd00::5'), card('2001:db8::5')],
      eth0: [card('172.32.0.1'), card('169.254.1.1'), card('10.1.2.3')],
      'vEthernet (WSL)': [card('172.20.0.1')],
    });
    expect(found.map(({ address, kind }) => `${address} ${kind}`)).toEqual([
      '172.17.0.1 virtual',
      '172.18.0.1 virtual',
      '100.101.102.103 virtual',
      'fd7a::1 virtual',
      '192.168.1.5 private',
      'fd00::5 private',
      '2001:db8::5 public',
      '172.32.0.1 public',
      '10.1.2.3 private',
      '172.20.0.1 virtual',
    ]);
  });
});

describe('addressList', () => {
  it('begins with names, and leaves out standard ports', () => {
    const names = ['box.local', 'box.local:9000', 'https://pics.example/darkroom/'].map(parseName);
    expect(addressList({ scheme: 'http', port: 8199, names, bound: ['::1', '127.0.0.1'] })).toEqual([
      { url: 'http://box.local:8199/', kind: 'name' },
      { url: 'http://box.local:9000/', kind: 'name' },
      { url: 'https://pics.example/darkroom/', kind: 'name' },
      { url: 'http://127.0.0.1:8199/', kind: 'private' },
      { url: 'http://[::1]:8199/', kind: 'private' },
    ]);
    expect(addressList({ scheme: 'https', port: 443, names: [], bound: ['127.0.0.1'] })[0]?.url).toBe(
      'https://127.0.0.1/',
    );
  });
});

describe('parseName', () => {
  it('reads names, addresses, ports and whole addresses', () => {
    expect(parseName('Box.local')).toEqual({
      host: { name: 'box.local', port: undefined },
      url: null,
      prefix: '',
    });
    expect(parseName('192.168.1.5:9000').host).toEqual({ name: '192.168.1.5', port: 9000 });
    expect(parseName('https://a.example')).toEqual({
      host: { name: 'a.example', port: undefined },
      url: 'https://a.example/',
      prefix: '',
    });
    expect(parseName('https://a.example:8443/x/y/').prefix).toBe('/x/y');
  });

  it.each(['', '*', '*.local', 'a b', 'ftp://a', 'https://', 'https://u@a/', 'https://a/?x', 'https://a/#x'])(
    'refuses %j',
    (text) => {
      expect(() => parseName(text)).toThrow(/not a name to be reached by/);
    },
  );
});
