import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { parseName } from './addresses';
import { ownCertificate, readCertificate } from './certificate';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-cert-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('is made once, for this machine and the names given, and kept where only its owner reads the key', async () => {
  const made = await ownCertificate(folder, [parseName('box.test:9000')]);
  expect(made.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const cert = new X509Certificate(made.cert);
  expect(cert.checkHost('box.test')).toBe('box.test');
  expect(cert.checkHost('localhost')).toBe('localhost');
  expect(cert.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(cert.checkHost('evil.example')).toBeUndefined();
  expect(await ownCertificate(folder, [])).toEqual(made);
  if (process.platform !== 'win32') {
    expect(statSync(join(folder, 'certificate-key.pem')).mode & 0o077).toBe(0);
  }
});

it('is made anew shortly before it ends', async () => {
  const first = await ownCertificate(folder, []);
  const ends = Date.parse(new X509Certificate(first.cert).validTo);
  expect((await ownCertificate(folder, [], ends - 31 * 86_400_000)).fingerprint).toBe(first.fingerprint);
  const second = await ownCertificate(folder, [], ends - 29 * 86_400_000);
  expect(second.fingerprint).not.toBe(first.fingerprint);
});

it('is refused with a key that is not its own, or when it is not there', async () => {
  const other = mkdtempSync(join(tmpdir(), 'darkroom-cert-'));
  await ownCertificate(folder, []);
  await ownCertificate(other, []);
  const cert = join(folder, 'certificate.pem');
  expect(() => readCertificate(cert, join(other, 'certificate-key.pem'))).toThrow(/does not belong/);
  expect(() => readCertificate(join(folder, 'none.pem'), cert)).toThrow(/no such file/);
  writeFileSync(cert, 'nonsense');
  expect(() => readCertificate(cert, join(folder, 'certificate-key.pem'))).toThrow(/cannot be used/);
  // Its own, when damaged, is made anew.
  expect((await ownCertificate(folder, [])).cert).toContain('BEGIN CERTIFICATE');
  rmSync(other, { recursive: true });
});

it('says in a sentence when its own cannot be written', async () => {
  mkdirSync(join(folder, 'certificate-key.pem'));
  await expect(ownCertificate(folder, [])).rejects.toMatchObject({
    name: 'DarkroomError',
    code: 'no_certificate',
    message: expect.stringContaining(`No certificate can be kept in ${folder}`) as string,
  });
});
