import { describe, expect, it } from 'vitest';
import { guestPageAt } from './share-wire';

describe("the guest's page", () => {
  const html = '<link href="./favicon.svg" /><script type="module" src="./assets/guest-1.js"></script>';

  it.each([
    [1, 's/token'],
    [2, 's/token/my-holiday'],
  ] as const)('finds its files from %d folders below', (depth, path) => {
    const page = new URL(path, 'http://darkroom.test/prefix/');
    const addresses = [...guestPageAt(html, depth).matchAll(/="([^"]+\.(?:svg|js))"/g)].map(
      ([, address = '']) => new URL(address, page).pathname,
    );
    expect(addresses).toEqual(['/prefix/favicon.svg', '/prefix/assets/guest-1.js']);
  });
});
