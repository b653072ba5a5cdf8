const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A random version 4 UUID in canonical lower-case form. `crypto.randomUUID` does not exist on plain-http
 * LAN pages, `getRandomValues` does everywhere.
 */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Whether ComfyUI takes the text as a client-chosen `prompt_id` (API reference 2.1: canonical, lower case). */
export function isCanonicalUuid(text: string): boolean {
  return CANONICAL.test(text);
}
