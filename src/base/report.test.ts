import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { redactMessage, redactPath, redactStack } from './redact';
import { redactVersion } from './redact-version';
import { MOST_REPORTS, report, reporting, reportingAs, reports, resetReports } from './report';

/** An error as src/comfy throws it. */
class ComfyError extends Error {
  override name = 'ComfyError';
  readonly path: string;
  readonly status: number;

  constructor(
    readonly kind: string,
    message: string,
    details: { path: string; status?: number },
  ) {
    super(message);
    this.path = details.path;
    this.status = details.status ?? 500;
  }
}

const SECRETS = [
  'a nude woman on a beach',
  '穿红裙的女孩',
  'portrait_of_alice_00001_.png',
  'C:\\Users\\bob\\ComfyUI\\output\\x.png',
  '/home/bob/ComfyUI/output/x.png',
  'http://192.168.1.20:8188/view?filename=x.png',
  'gpu-box.local:8188',
  '[fe80::1%eth0]:8188',
  'bob@example.org',
  'sk-3f9a0c1d2e',
  '3c391f8e-0d6c-4a31-9b1a-0a1b2c3d4e5f',
];

/** Parts of a secret that would give it away: its rarer words. */
function telling(secret: string): string[] {
  return secret.split(/[^\p{L}\d]+/u).filter((part) => part.length > 2 || /\p{Script=Han}/u.test(part));
}

describe('what is kept of an error', () => {
  beforeEach(() => resetReports(() => 1000));

  it.each(SECRETS)('never holds %s', (secret) => {
    const inside = new TypeError(`Failed to fetch ${secret}`);
    report(new Error(`cannot read "${secret}" of the file`, { cause: inside }), 'test');
    report(new ComfyError('http', `the server answered ${secret}`, { path: `/userdata/${secret}` }), 'test');
    report(secret, 'test');
    report({ message: secret, kind: secret, path: secret, name: secret }, 'test');
    report(new Error('boom'), secret);
    const fake = new Error(`x\n    at f (http://h/${secret}.js:1:2)\n    at http://h/secret-prompt.js:1:2`);
    report(fake, 'test');
    const text = JSON.stringify(reports());
    for (const part of [secret, ...telling(secret)].filter((word) => !['http', 'view'].includes(word))) {
      expect(text).not.toContain(part);
    }
    expect(text).not.toContain('secret-prompt');
  });

  it('keeps no word that is not listed, wherever it stands', () => {
    const filler = fc.constantFrom('failed', 'to', 'fetch', 'the', 'file', '"', ':', '(', ')', '\n', '404');
    const secret = fc.stringMatching(/^zq[a-z0-9\u4e00-\u9fff]{3,12}$/);
    fc.assert(
      fc.property(
        fc.array(filler),
        secret,
        fc.array(filler),
        fc.constantFrom(' ', '', '/', '"', '\\', '=', '…'),
        (before, word, after, glue) => {
          const message = [...before, glue + word + glue, ...after].join(' ');
          expect(redactMessage(message)).not.toContain(word);
        },
      ),
    );
  });

  it('still says what went wrong', () => {
    expect(redactMessage('Failed to fetch')).toBe('Failed to fetch');
    expect(redactMessage("Cannot read properties of undefined (reading 'prompt')")).toBe(
      'Cannot read properties of undefined (reading …',
    );
    expect(redactMessage('Failed to fetch dynamically imported module: http://10.0.0.2/assets/V-1.js')).toBe(
      'Failed to fetch dynamically imported module: …',
    );
    expect(redactMessage('Unexpected token \'c\', "cat with hat" is not valid JSON')).toBe(
      'Unexpected token … is not … JSON',
    );
  });

  it('tells of the server’s answer which route it was', () => {
    report(
      new ComfyError('http', 'the server answered 500', { path: '/api/jobs/42', status: 500 }),
      'jobs.list',
    );
    expect(reports()[0]).toMatchObject({
      context: 'jobs.list',
      name: 'ComfyError',
      kind: 'http',
      status: 500,
      path: '/api/jobs/*',
      message: 'the server answered #',
    });
  });

  it('counts a fault that repeats, and keeps the newest two hundred', () => {
    report(new Error('no'), 'first');
    report(new Error('no'), 'first');
    expect(reports()).toMatchObject([{ context: 'first', times: 2 }]);
    for (let i = 0; i < MOST_REPORTS; i += 1) {
      report(new Error('no'), i % 2 ? 'odd' : 'even');
    }
    expect(reports()).toHaveLength(MOST_REPORTS);
    expect(reports()[0]?.context).toBe('even');
  });

  it('leaves out what the caller gave up', () => {
    report(new DOMException('stopped', 'AbortError'), 'test');
    expect(reports()).toEqual([]);
  });

  it('comes from the handlers of promises', async () => {
    await Promise.reject(new Error('no')).catch(reporting('one'));
    expect(await Promise.reject<number>(new Error('no')).catch(reportingAs('two', null))).toBeNull();
    expect(reports().map(({ context }) => context)).toEqual(['one', 'two']);
  });
});

describe('paths, frames and versions', () => {
  it.each([
    ['/userdata/darkroom.recipes.json', '/userdata/*'],
    ['/history/3c391f8e-0d6c', '/history/*'],
    ['/view?filename=cat.png', '/view'],
    ['/api/jobs/7/cancel', '/api/jobs/*/cancel'],
    ['http://10.0.0.2:8188/queue', '*//*/queue'],
  ])('%s becomes %s', (path, expected) => {
    expect(redactPath(path)).toBe(expected);
  });

  it('frames keep the file, line and column alone', () => {
    const stack = [
      'Error: secret',
      '    at load (http://192.168.1.2:8198/assets/index-Ab1.js:10:20)',
      'save@https://host/assets/editor-X_2.js:3:4',
      '    at eval (eval at <anonymous> (secret))',
    ].join('\n');
    expect(redactStack(stack, 'secret')).toEqual(['index-Ab1.js:10:20', 'editor-X_2.js:3:4']);
  });

  it.each([
    ['0.33.0', '0.33.0'],
    ['v0.3.64-dev', 'v0.3.64-dev'],
    ['2.9.1+cu130', '2.9.1+cu130'],
    ['built by bob', '?'],
    ['10.0.0.2:8188', '?'],
    [null, null],
  ])('version %s becomes %s', (version, expected) => {
    expect(redactVersion(version)).toBe(expected);
  });
});
