import type { Client } from './gate';

/** Browsers keep no cookie longer than 400 days. */
const LONGEST_S = 400 * 86_400;

/** The value of a cookie in a Cookie header. Only what can be a secret of ours is read. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [key, value = ''] = part.trim().split('=');
    if (key === name && /^[\w-]{16,64}$/.test(value)) {
      return value;
    }
  }
  return null;
}

/** Name of the cookie that makes a browser a guest of a link. */
export function guestCookie(share: string): string {
  return `darkroom_guest_${share}`;
}

export const DEVICE_COOKIE = 'darkroom_device';

/**
 * A Set-Cookie header for a secret. Scripts cannot read it, and no page of another site can make a browser send
 * it; over https it is never sent in the clear. (`Secure` and `__Host-` do not exist on plain-http addresses.)
 * @param path below the prefix of the client; begins with a slash.
 * @param lifeMs `null` for as long as browsers allow.
 */
export function secretCookie(
  name: string,
  secret: string,
  { client, path, lifeMs }: { client: Client; path: string; lifeMs: number | null },
): string {
  const seconds = Math.min(LONGEST_S, lifeMs === null ? LONGEST_S : Math.max(0, Math.ceil(lifeMs / 1000)));
  const secure = client.secure ? '; Secure' : '';
  return `${name}=${secret}; Path=${client.prefix}${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
