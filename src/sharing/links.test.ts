import { describe, expect, it } from 'vitest';
import type { AddressList } from '../ports/share-wire';
import { bestAddress, lanCommand, linkAt } from './links';
import { qrPath } from './qr-path';

const LIST: AddressList = {
  lan: true,
  addresses: [
    { url: 'http://192.168.1.2:8199/', kind: 'private' },
    { url: 'http://10.8.0.3:8199/', kind: 'virtual' },
  ],
};

describe('links', () => {
  it.each([
    ['http://192.168.1.2:8199', 'http://192.168.1.2:8199/s/T/trip'],
    ['http://192.168.1.2:8199/', 'http://192.168.1.2:8199/s/T/trip'],
    ['https://box.example/darkroom', 'https://box.example/darkroom/s/T/trip'],
  ])('lie below %s', (address, link) => {
    expect(linkAt(address, 's/T/trip')).toBe(link);
  });

  it('are given out under the likeliest address, until somebody chooses another', () => {
    expect(bestAddress(LIST, null)).toBe('http://192.168.1.2:8199/');
    expect(bestAddress(LIST, 'http://10.8.0.3:8199/')).toBe('http://10.8.0.3:8199/');
    expect(bestAddress(LIST, 'http://192.168.9.9:8199/')).toBe('http://192.168.1.2:8199/');
    expect(bestAddress({ lan: false, addresses: [] }, null)).toBeNull();
  });

  it.each([
    ['http://127.0.0.1:8188', false, 'npm start -- --lan'],
    ['http://gpu:8188', false, 'npm start -- --lan --comfy http://gpu:8188'],
    ['http://127.0.0.1:41234', true, 'npm run demo -- --lan'],
  ])('to a server for %s need a command', (comfy, isDemo, command) => {
    expect(lanCommand(comfy, isDemo)).toBe(command);
  });

  it('become a code with a white edge of four modules', () => {
    const { path, side } = qrPath('http://192.168.1.2:8199/s/T');
    const places = [...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(places.length).toBeGreaterThan(200);
    expect(Math.min(...places.flat())).toBe(4);
    expect(Math.max(...places.flat())).toBe(side - 5);
  });
});
