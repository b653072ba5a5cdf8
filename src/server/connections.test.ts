import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';

import { expect, it } from 'vitest';

import { limitConnections } from './connections';

class Connection extends EventEmitter {
  readonly remoteAddress: string;
  isCut = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.isCut = true;
  }
}

function door(): (address: string) => Connection {
  const server = new EventEmitter();
  limitConnections(server as Server, {
    total: 5,
    perAddress: 2,
    exempt: (address) => address === '10.0.0.1',
  });
  return (address) => {
    const connection = new Connection(address);
    server.emit('connection', connection);
    return connection;
  };
}

it('limits the connections of one address, until it closes some, and those of all', () => {
  const connect = door();
  const first = connect('192.168.1.7');
  expect(connect('192.168.1.7').isCut).toBe(false);
  expect(connect('::ffff:192.168.1.7').isCut).toBe(true);
  first.emit('close');
  expect(connect('192.168.1.7').isCut).toBe(false);
  expect([1, 2, 3, 4].map(() => connect('10.0.0.1').isCut)).toEqual([false, false, false, true]);
});

it('does not let anybody have more by choosing another address of the same network', () => {
  const connect = door();
  expect(
    ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:1::3'].map((address) => connect(address).isCut),
  ).toEqual([false, false, true]);
  expect(connect('2001:db8:0:1::1').isCut).toBe(false);
});
