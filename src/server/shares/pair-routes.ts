import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { DEVICE_COOKIE, secretCookie } from '../cookies';
import type { Admission } from '../gate';
import { type Language, languageOf } from '../languages';
import type { Sharing } from '../sharing';

type ByCode = { Params: { code: string } };

/** A form with a name in it. */
const BODY_BYTES = 4 * 1024;
const LONGEST_NAME = 60;

/**
 * Where a device is paired. Opening the address shows a button and changes nothing: cameras and messengers fetch
 * the addresses they find, and would use the code up.
 */
export function pairRoutes(
  app: FastifyInstance,
  sharing: Sharing,
  admissionOf: (request: FastifyRequest) => Admission | undefined,
): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: BODY_BYTES },
    (_request, body, done) => {
      done(null, new URLSearchParams(String(body)));
    },
  );

  app.get<ByCode>('/pair/:code', (request, reply) =>
    sharing.devices.isOpen(request.params.code)
      ? page(request, reply, 200, (words) => form(words, suggestName(request, words)))
      : page(request, reply, 404, expired),
  );

  app.post<ByCode>('/pair/:code', (request, reply) => {
    const admission = admissionOf(request);
    const given = request.body instanceof URLSearchParams ? (request.body.get('name') ?? '').trim() : '';
    const name =
      [...given].slice(0, LONGEST_NAME).join('') ||
      suggestName(request, WORDS[languageOf(request.headers['accept-language'])]);
    const secret = admission ? sharing.devices.pair(request.params.code, name) : null;
    if (!admission || secret === null) {
      return page(request, reply, 404, expired);
    }
    const cookie = secretCookie(DEVICE_COOKIE, secret, { client: admission.client, path: '/', lifeMs: null });
    return reply.header('Set-Cookie', cookie).header('Cache-Control', 'no-store').redirect('../', 303);
  });
}

interface Words {
  expired: string;
  askAgain: string;
  title: string;
  power: string;
  name: string;
  pair: string;
  device: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    expired: 'This code no longer works',
    askAgain: 'It pairs one device, within five minutes. Ask for a new one in Darkroom, under Settings.',
    title: 'Pair this device',
    power: 'It will have all of Darkroom until the owner removes it.',
    name: 'Name',
    pair: 'Pair',
    device: 'Device',
  },
  'zh-CN': {
    expired: '此配对码已失效',
    askAgain: '它只能在五分钟内配对一台设备。请在 Darkroom 的“设置”中获取新的配对码。',
    title: '配对这台设备',
    power: '在主人移除它之前，它可以使用 Darkroom 的全部功能。',
    name: '名称',
    pair: '配对',
    device: '设备',
  },
};

function expired({ expired: title, askAgain }: Words): string {
  return `<h1>${title}</h1>
<p>${askAgain}</p>`;
}

function form({ title, power, name: label, pair }: Words, name: string): string {
  return `<h1>${title}</h1>
<p>${power}</p>
<form method="post">
<label>${label}<input name="name" maxlength="${LONGEST_NAME}" value="${name}" autocomplete="off"></label>
<button type="submit">${pair}</button>
</form>`;
}

function page(
  { headers }: FastifyRequest<ByCode>,
  reply: FastifyReply,
  status: number,
  content: (words: Words) => string,
): FastifyReply {
  const language = languageOf(headers['accept-language']);
  const html = SHELL.replace('LANGUAGE', language).replace('CONTENT', () => content(WORDS[language]));
  return (
    reply
      .code(status)
      .type('text/html; charset=utf-8')
      .header('Cache-Control', 'no-store')
      .header('X-Robots-Tag', 'noindex, nofollow')
      .header(
        'Content-Security-Policy',
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      )
      // Under `no-referrer`, browsers send a form with the origin `null`, which the gate refuses.
      .header('Referrer-Policy', 'same-origin')
      .send(html)
  );
}

/** It looks like the app, whose style sheet is not for whoever is not paired: colours as in `tailwind.config.js`. */
const SHELL = `<!doctype html>
<html lang="LANGUAGE">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Comfy Darkroom</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  --surface: #f6f6f6; --raised: #ffffff; --line: #7f7f7f; --text: #191919; --muted: #575757;
  --accent: #b83a0b; --on-accent: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --surface: #161616; --raised: #212121; --line: #7d7d7d; --text: #efefef; --muted: #a8a8a8;
    --accent: #ff7a45; --on-accent: #1c0d06; }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--surface); color: var(--text); }
main { box-sizing: border-box; width: 100%; max-width: 22rem; padding: 1.5rem; text-align: center; }
h1 { margin: 0; font-size: 1.125rem; font-weight: 600; }
p { margin: .5rem 0 0; color: var(--muted); }
label { display: block; margin-top: 1.5rem; text-align: start; font-size: .875rem; color: var(--muted); }
input, button { box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: 0 .75rem; border-radius: 6px; font: inherit; }
input { margin-top: .25rem; border: 1px solid var(--line); background: var(--raised); color: var(--text); font-size: 1rem; }
button { margin-top: .75rem; border: 0; background: var(--accent); color: var(--on-accent); font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
</style>
<main>
CONTENT
</main>
</html>
`;

/** `iPad`, `Android`, `Windows`…: a name to begin with. Never text of the header itself. */
function suggestName({ headers }: FastifyRequest<ByCode>, { device }: Words): string {
  const known = ['iPad', 'iPhone', 'Android', 'Windows', 'CrOS', 'Macintosh', 'Linux'];
  const found = known.find((name) => headers['user-agent']?.includes(name)) ?? device;
  return { CrOS: 'Chromebook', Macintosh: 'Mac' }[found] ?? found;
}
