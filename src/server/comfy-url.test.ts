import { describe, expect, it } from 'vitest';

import { parseComfyUrl } from './comfy-url';
import { DarkroomError } from './errors';

describe('parseComfyUrl', () => {
  it('reads the usual address', () => {
    expect(parseComfyUrl('http://127.0.0.1:8188')).toEqual({
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: 8188,
      host: '127.0.0.1:8188',
      origin: 'http://127.0.0.1:8188',
      basePath: '',
      authorization: undefined,
      shown: 'http://127.0.0.1:8188',
    });
  });

  it('reads literals, standard ports, paths and credentials', () => {
    expect(parseComfyUrl('http://[::1]:8188/')).toMatchObject({ hostname: '::1', host: '[::1]:8188' });
    expect(parseComfyUrl('https://comfy.example')).toMatchObject({ port: 443, host: 'comfy.example' });
    expect(parseComfyUrl(' http://box/comfy// ')).toMatchObject({ port: 80, basePath: '/comfy' });
    const secret = parseComfyUrl('https://me:p%40ss@box:8443/c');
    expect(secret.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(secret.shown).toBe('https://box:8443/c');
  });

  it.each([
    ['127.0.0.1:8188', 'Did you mean http://127.0.0.1:8188?'],
    ['localhost:8188', 'Did you mean http://localhost:8188?'],
    ['http://', 'it should look like'],
    ['http://a b', 'it should look like'],
    ['ftp://box', 'it must begin with http'],
    ['file:///etc/passwd', 'it must begin with http'],
    ['ws://box:8188', 'it must begin with http'],
    ['http://box:8188/?x=1', 'leave out'],
    ['http://box:8188/#/x', 'leave out'],
    ['', 'is not the address'],
    ['http://box:99999', 'it should look like'],
  ])('refuses %j and says why', (text, hint) => {
    expect(() => parseComfyUrl(text)).toThrow(DarkroomError);
    expect(() => parseComfyUrl(text)).toThrow(hint);
  });
});
