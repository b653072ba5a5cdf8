import { describe, expect, it } from 'vitest';
import { itemAt, publicPath, readAddress } from './guest-address';

describe("the address of a guest's page", () => {
  it.each([
    ['/s/AbC-_1', { base: '/', key: 'AbC-_1', slug: null }],
    ['/s/AbC/my-trip', { base: '/', key: 'AbC', slug: 'my-trip' }],
    ['/darkroom/s/AbC/my-trip/', { base: '/darkroom/', key: 'AbC', slug: 'my-trip' }],
    ['/s/s/AbC', { base: '/s/', key: 'AbC', slug: null }],
  ])('%s is read', (path, address) => {
    expect(readAddress(path)).toEqual(address);
  });

  it.each(['/', '/s/', '/guest.html', '/s/a/b/c'])('%s is none', (path) => {
    expect(readAddress(path)).toBeNull();
  });

  it('loses the secret, and keeps what a proxy put in front and the slug', () => {
    const address = readAddress('/darkroom/s/SECRET/my-trip');
    expect(address && publicPath(address, 'id/1')).toBe('/darkroom/s/id%2F1/my-trip');
    expect(publicPath({ base: '/', key: 'SECRET', slug: null }, 'x')).toBe('/s/x');
  });

  it.each([
    ['#b', 1],
    ['#2', 1],
    ['#9', 0],
    ['#4', -1],
    ['#0', -1],
    ['', -1],
    ['#zzz', -1],
    ['#%E4%', -1],
  ])('names an item by %s: %d', (hash, index) => {
    expect(itemAt(hash, [{ id: '9' }, { id: 'b' }, { id: 'c' }])).toBe(index);
  });
});
