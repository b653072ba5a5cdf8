import { expect, test } from 'vitest';
import { empty } from './responses';
import { Router } from './router';

const router = new Router();
router.add('GET', '/queue', () => empty());
router.add('POST', '/queue', () => empty());
router.add('GET', '/userdata/{file}', () => empty());
router.addBare('GET', '/internal/files/{type}', () => empty());

function params(method: string, path: string): Record<string, string> | null {
  const found = router.resolve(method, path);
  return found.handler ? found.params : null;
}

test('both prefixes, HEAD with GET, no trailing slash', () => {
  expect(params('GET', '/queue')).toEqual({});
  expect(params('HEAD', '/api/queue')).toEqual({});
  expect(params('GET', '/queue/')).toBeNull();
  expect(params('GET', '/api/internal/files/input')).toBeNull();
});

test('a parameter is one segment, which may contain an encoded slash', () => {
  expect(params('GET', '/userdata/a%2Fb%20c.json')).toEqual({ file: 'a/b c.json' });
  expect(params('GET', '/userdata/a/b')).toBeNull();
  expect(params('GET', '/userdata/')).toBeNull();
});

test('lists the methods of a path', () => {
  const found = router.resolve('PUT', '/queue');
  expect(found.handler === null && [...found.allowed].sort()).toEqual(['GET', 'HEAD', 'POST']);
});
