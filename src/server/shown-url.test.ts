import { expect, it } from 'vitest';

import { newId, newSecret } from './shares/secrets';
import { shownUrl } from './shown-url';

/** Every sign as its percent code, which is another spelling of the same address. */
function spelledOut(text: string): string {
  return [...text].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join('');
}

it.each(['s', 'pair', '%73', 'p%61ir'])('leaves the secret below /%s out, however it is spelled', (first) => {
  const secret = newSecret();
  for (const spelling of [secret, spelledOut(secret), spelledOut(secret.slice(0, 4)) + secret.slice(4)]) {
    for (const rest of ['', '/cats', `?again=${secret}`]) {
      const shown = decodeURIComponent(shownUrl(`/${first}/${spelling}${rest}`));
      expect(shown).toContain('/…');
      expect(shown).not.toContain(secret.slice(4));
    }
  }
});

it('shows everything else as it is', () => {
  const id = newId();
  for (const url of ['/', '/view?filename=a.png', `/s/${id}/gallery`, `/s/${id}/items/${newId()}/thumb`]) {
    expect(shownUrl(url)).toBe(url);
  }
  expect(shownUrl('//s/secret')).toBe('(malformed)');
});
