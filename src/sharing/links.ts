import type { AddressList } from '../ports/share-wire';

/** A path below an address: `http://192.168.1.2:8199/` and `s/TOKEN`. */
export function linkAt(address: string, path: string): string {
  return new URL(path, address.endsWith('/') ? address : `${address}/`).href;
}

/** The address a link is best given out under, unless somebody chose one that still exists. */
export function bestAddress(list: AddressList | null, chosen: string | null): string | null {
  const urls = list?.addresses.map(({ url }) => url) ?? [];
  return urls.find((url) => url === chosen) ?? urls[0] ?? null;
}

/** The command that lets guests in. */
export function lanCommand(comfyAddress: string, isDemo: boolean): string {
  if (isDemo) {
    return 'npm run demo -- --lan';
  }
  const isUsual = /^https?:\/\/(127\.0\.0\.1|localhost):8188\/?$/.test(comfyAddress);
  return isUsual ? 'npm start -- --lan' : `npm start -- --lan --comfy ${comfyAddress}`;
}
