import { DarkroomError } from './errors';

/** The address of ComfyUI, split into what requests need and what may be shown. */
export interface ComfyAddress {
  /** `http:` or `https:`. */
  protocol: 'http:' | 'https:';
  /** Host name without brackets, as `node:http` wants it. */
  hostname: string;
  port: number;
  /** Value of the Host header. */
  host: string;
  /** `http://host:port`, the Origin a page served by ComfyUI itself would have. */
  origin: string;
  /** Path prefix of every route, without a trailing slash; empty for most servers. */
  basePath: string;
  /** `Authorization` header for addresses written as `http://user:password@host`. */
  authorization: string | undefined;
  /** The address without credentials, for messages and `/darkroom/about`. */
  shown: string;
}

/**
 * Reads the address of a ComfyUI server.
 * @throws DarkroomError `bad_comfy_url` with a message that says what is wrong.
 */
export function parseComfyUrl(text: string): ComfyAddress {
  const url = readUrl(text.trim());
  if (url.search !== '' || url.hash !== '') {
    throw bad(text, 'leave out everything after the path');
  }
  const protocol = url.protocol as 'http:' | 'https:';
  const basePath = url.pathname.replace(/\/+$/, '');
  return {
    protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (protocol === 'https:' ? 443 : 80),
    host: url.host,
    origin: url.origin,
    basePath,
    authorization: credentials(url),
    shown: url.origin + basePath,
  };
}

function readUrl(text: string): URL {
  const withoutScheme = !/^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  if (withoutScheme) {
    const guess = URL.canParse(`http://${text}`) ? ` Did you mean http://${text}?` : '';
    throw new DarkroomError('bad_comfy_url', `"${text}" is not the address of a ComfyUI server.${guess}`);
  }
  if (!URL.canParse(text)) {
    throw bad(text, 'it should look like http://127.0.0.1:8188');
  }
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw bad(text, 'it must begin with http:// or https://');
  }
  return url;
}

function bad(text: string, hint: string): DarkroomError {
  return new DarkroomError('bad_comfy_url', `"${text}" is not the address of a ComfyUI server: ${hint}.`);
}

function credentials(url: URL): string | undefined {
  if (url.username === '' && url.password === '') {
    return undefined;
  }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
