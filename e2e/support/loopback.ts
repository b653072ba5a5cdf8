import { networkInterfaces } from 'node:os';

/** Whether this machine has ::1; containers often have not. */
export const HAS_IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

/** Every name under which a page on this machine can be opened, as it stands in an address. */
export const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', ...(HAS_IPV6 ? ['[::1]'] : [])];

/** The same as `node:http` and `node:net` want them: without brackets. */
export const LOOPBACK_ADDRESSES = ['127.0.0.1', ...(HAS_IPV6 ? ['::1'] : [])];
