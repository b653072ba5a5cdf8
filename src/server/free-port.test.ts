import { describe, expect, it } from 'vitest';

import { DarkroomError } from './errors';
import { startOnFreePort } from './free-port';

/** Starts on every port but the taken ones, and notes what was tried. */
function machine(isTaken: (port: number) => boolean): {
  tried: number[];
  start: (port: number) => Promise<string>;
} {
  const tried: number[] = [];
  return {
    tried,
    start: (port) => {
      tried.push(port);
      return isTaken(port)
        ? Promise.reject(new DarkroomError('port_in_use', 'taken'))
        : Promise.resolve(`on ${port}`);
    },
  };
}

describe('startOnFreePort', () => {
  it('takes the wanted port, or the next free one', async () => {
    expect(await startOnFreePort(8198, false, machine(() => false).start)).toBe('on 8198');
    const { start, tried } = machine((port) => port < 8201);
    expect(await startOnFreePort(8198, false, start)).toBe('on 8201');
    expect(tried).toEqual([8198, 8199, 8200, 8201]);
  });

  it('tries no port but the one that was asked for', async () => {
    const { start, tried } = machine((port) => port === 8198);
    await expect(startOnFreePort(8198, true, start)).rejects.toThrow(
      'Port 8198 is in use by another program. Choose another with --port, for example --port 8199.',
    );
    expect(tried).toEqual([8198]);
  });

  it('gives up after a while', async () => {
    const { start, tried } = machine(() => true);
    await expect(startOnFreePort(8198, false, start)).rejects.toThrow('Ports 8198 to 8217 are all in use.');
    expect(tried.length).toBe(20);
  });

  it('passes other errors on at once', async () => {
    const fault = new DarkroomError('no_app', 'nothing built');
    await expect(startOnFreePort(1, false, () => Promise.reject(fault))).rejects.toBe(fault);
  });
});
