import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Attempts, network } from './attempts';
import { checkPassword, hashPassword } from './passwords';
import { hashSecret, newId, newSecret, tokenSeal } from './secrets';

describe('secrets', () => {
  it('are long, differ, and need no escaping', () => {
    const made = new Set(Array.from({ length: 100 }, newSecret));
    expect(made.size).toBe(100);
    made.forEach((secret) => {
      expect(secret).toMatch(/^[\w-]{32}$/);
      expect(hashSecret(secret)).not.toContain(secret);
    });
    expect(newId()).toMatch(/^[\w-]{16}$/);
  });
});

describe('the seal of tokens', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-key-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('opens what it has closed, also the next time, and nothing else does', () => {
    const token = newSecret();
    const sealed = tokenSeal(folder).seal(token);
    expect(sealed).not.toContain(token);
    expect(tokenSeal(folder).seal(token)).not.toBe(sealed);
    expect(tokenSeal(folder).open(sealed)).toBe(token);
    expect(tokenSeal(folder).open(sealed.slice(0, -2))).toBeNull();
    rmSync(join(folder, 'link-key'));
    expect(tokenSeal(folder).open(sealed)).toBeNull();
  });

  it('keeps its key from others, and replaces one that is damaged', () => {
    tokenSeal(folder);
    const path = join(folder, 'link-key');
    if (process.platform !== 'win32') {
      expect(statSync(path).mode & 0o077).toBe(0);
    }
    writeFileSync(path, 'short');
    const token = newSecret();
    const sealed = tokenSeal(folder).seal(token);
    expect(tokenSeal(folder).open(sealed)).toBe(token);
  });
});

describe('passwords', () => {
  it('are recognised, and kept so that two equal ones look different', async () => {
    const [one, two] = await Promise.all([hashPassword('pass'), hashPassword('pass')]);
    expect(one).not.toBe(two);
    expect(one).not.toContain('pass');
    expect(await checkPassword('pass', one)).toBe(true);
    expect(await checkPassword('Pass', one)).toBe(false);
    expect(await checkPassword('', one)).toBe(false);
    expect(await checkPassword('pass', 'plain$pass')).toBe(false);
  });
});

describe('Attempts', () => {
  it('are five, then pauses that double; a right one starts afresh', () => {
    let now = 0;
    const attempts = new Attempts(() => now);
    const waits = Array.from({ length: 6 }, () => attempts.begin('link', '10.0.0.1'));
    expect(waits).toEqual([0, 0, 0, 0, 0, 30]);
    now += 30_000;
    expect([attempts.begin('link', '10.0.0.1'), attempts.begin('link', '10.0.0.1')]).toEqual([0, 60]);
    expect(attempts.begin('link', '10.0.0.2')).toBe(0);
    expect(attempts.begin('other', '10.0.0.1')).toBe(0);
    now += 60_000;
    expect(attempts.begin('link', '10.0.0.1')).toBe(0);
    attempts.succeed('link', '10.0.0.1');
    expect(attempts.begin('link', '10.0.0.1')).toBe(0);
  });

  it('of many addresses together end, too, for an hour', () => {
    let now = 0;
    const attempts = new Attempts(() => now);
    for (let address = 0; address < 200; address += 1) {
      expect(attempts.begin('link', `10.0.1.${address}`)).toBe(0);
    }
    expect(attempts.begin('link', '10.0.2.1')).toBe(3_600);
    expect(attempts.begin('other', '10.0.2.1')).toBe(0);
    now += 3_600_000;
    expect(attempts.begin('link', '10.0.2.1')).toBe(0);
  });
});

describe('network', () => {
  it.each([
    ['192.168.1.7', '192.168.1.7'],
    ['::ffff:192.168.1.7', '192.168.1.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:1:2::6', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
  ])('of %s is %s', (address, expected) => {
    expect(network(address)).toBe(expected);
  });
});
