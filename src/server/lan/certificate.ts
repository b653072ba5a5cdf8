import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

import { DarkroomError, systemCode } from '../errors';
import { type GivenName, machineAddresses } from './addresses';

const CERT_FILE = 'certificate.pem';
const KEY_FILE = 'certificate-key.pem';
/** Apple's systems take no longer life, days. */
const LIFE_DAYS = 800;
const DAY_MS = 86_400_000;
/** A certificate is made anew so many days before it ends. */
const RENEW_DAYS = 30;

export interface Certificate {
  /** PEM. */
  cert: string;
  key: string;
  /** SHA-256, as browsers show it. */
  fingerprint: string;
}

/**
 * Reads a certificate and its key.
 * @throws DarkroomError `no_certificate` when either cannot be read, or they do not belong together.
 */
export function readCertificate(certFile: string, keyFile: string): Certificate {
  try {
    return pair(readFileSync(certFile, 'utf8'), readFileSync(keyFile, 'utf8'));
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'there is no such file' : String(error);
    throw new DarkroomError('no_certificate', `${certFile} and ${keyFile} cannot be used: ${reason}.`);
  }
}

function pair(cert: string, key: string): Certificate {
  const parsed = new X509Certificate(cert);
  if (!parsed.checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the key does not belong to the certificate');
  }
  return { cert, key, fingerprint: parsed.fingerprint256 };
}

/**
 * The certificate kept in a data folder, made at first use and shortly before it ends. Browsers cannot know it and
 * warn once; the owner compares the fingerprint.
 * @throws DarkroomError `no_certificate` when it cannot be written.
 */
export async function ownCertificate(
  folder: string,
  names: readonly GivenName[],
  now = Date.now(),
): Promise<Certificate> {
  const kept = keptCertificate(folder);
  if (kept && Date.parse(new X509Certificate(kept.cert).validTo) - now > RENEW_DAYS * DAY_MS) {
    return kept;
  }
  const { generate } = await import('selfsigned');
  const hosts = ['localhost', ...names.map(({ host }) => host.name.replace(/^\[|\]$/g, ''))];
  const addresses = ['127.0.0.1', '::1', ...machineAddresses().map(({ address }) => address)];
  const made = await generate([{ name: 'commonName', value: 'Comfy Darkroom' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + LIFE_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...new Set([...hosts, ...addresses])].map((text) =>
          isIP(text) === 0 ? { type: 2, value: text } : { type: 7, ip: text },
        ),
      },
    ],
  });
  try {
    writeFileSync(join(folder, KEY_FILE), made.private, { mode: 0o600 });
    writeFileSync(join(folder, CERT_FILE), made.cert);
  } catch (error) {
    throw new DarkroomError('no_certificate', `No certificate can be kept in ${folder}: ${String(error)}.`);
  }
  return pair(made.cert, made.private);
}

function keptCertificate(folder: string): Certificate | null {
  try {
    return readCertificate(join(folder, CERT_FILE), join(folder, KEY_FILE));
  } catch {
    // None yet, or not a whole one: another is made.
    return null;
  }
}
