import { expect, it } from 'vitest';
import { isCanonicalUuid, randomUuid } from './uuid';

it('makes canonical version 4 ids, each different', () => {
  const ids = Array.from({ length: 200 }, randomUuid);
  expect(new Set(ids).size).toBe(200);
  for (const id of ids) {
    expect(isCanonicalUuid(id)).toBe(true);
    expect(id).toMatch(/^.{14}4.{4}[89ab]/);
  }
});

it('knows what ComfyUI refuses as an id', () => {
  const id = '533ef3a3-39c0-4e39-9ced-37d290f371f8';
  expect(isCanonicalUuid(id)).toBe(true);
  for (const other of [id.toUpperCase(), id.replaceAll('-', ''), `{${id}}`, ` ${id}`, `${id}\n`, '5', '']) {
    expect(isCanonicalUuid(other)).toBe(false);
  }
});
