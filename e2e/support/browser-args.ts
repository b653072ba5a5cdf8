/** Name under which tests open Darkroom like a machine on the LAN: plain http, so no secure context. */
export const LAN_HOST = 'darkroom.test';

/**
 * Chromium arguments that keep every look-up on this machine: the given names lead to 127.0.0.1, all others
 * nowhere.
 */
export function loopbackArgs(names: readonly string[] = []): string[] {
  const rules = [
    ...names.map((name) => `MAP ${name} 127.0.0.1`),
    'MAP * ~NOTFOUND',
    ...['localhost', '127.0.0.1', '::1'].map((name) => `EXCLUDE ${name}`),
  ];
  return [`--host-resolver-rules=${rules.join(', ')}`];
}
