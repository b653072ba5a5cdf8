import { expect, test } from 'vitest';
import { traitsOf } from '../era';
import { isRefusedOrigin } from './origin';

// API notes §5, "Results".
test.each([
  ['127.0.0.1:8188', 'http://localhost:5173', true],
  ['127.0.0.1:8188', 'http://127.0.0.1:5173', true],
  ['127.0.0.1:8188', 'http://127.0.0.1:8188', false],
  ['127.0.0.1:8188', 'https://127.0.0.1:8188', false],
  ['127.0.0.1:8188', 'http://127.0.0.1', false],
  ['localhost:8188', 'http://127.0.0.1:8188', true],
  ['LOCALHOST:8188', 'http://localhost:8188', false],
  ['[::1]:8188', 'http://[::1]:8188', false],
  ['[::1]:8188', 'http://localhost:8188', true],
  ['192.168.1.5:8188', 'http://evil.example', false],
  ['127.0.0.1:8188', 'null', false],
])('Host %s with Origin %s: refused %s', async (host, origin, refused) => {
  expect(await isRefusedOrigin({ host, origin }, traitsOf('2026-08'))).toBe(refused);
});

test('no Origin passes; cross-site is refused if the era checks it', async () => {
  expect(await isRefusedOrigin({ host: '127.0.0.1:1' }, traitsOf('2026-08'))).toBe(false);
  const headers = { host: '192.168.1.5', 'sec-fetch-site': 'cross-site' };
  expect(await isRefusedOrigin(headers, traitsOf('2026-08'))).toBe(true);
  expect(await isRefusedOrigin(headers, traitsOf('2025-10'))).toBe(false);
});

test('the first servers refuse nobody', async () => {
  const headers = { host: '127.0.0.1:8188', origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
  expect(await isRefusedOrigin(headers, traitsOf('2024-02'))).toBe(false);
});
