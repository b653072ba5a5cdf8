import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable, Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { pour } from './pour';

/** Takes chunks only when asked to. */
function slowTarget(): { target: Writable; take: () => void; taken: Buffer[] } {
  const waiting: (() => void)[] = [];
  const taken: Buffer[] = [];
  const target = new Writable({
    highWaterMark: 10_000,
    write(chunk: Buffer, _encoding, done) {
      waiting.push(() => {
        taken.push(Buffer.from(chunk));
        done();
      });
    },
  });
  return { target, take: () => waiting.shift()?.(), taken };
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('pour', () => {
  it('frees the memory of a chunk when it is written, and not before', async () => {
    const from = new PassThrough();
    const { target, take, taken } = slowTarget();
    pour(from, target);
    const chunk = Buffer.alloc(8_192, 7);
    from.write(chunk);
    await tick();
    expect(chunk.byteLength).toBe(8_192);
    take();
    await tick();
    expect(chunk.byteLength).toBe(0);
    expect(taken).toEqual([Buffer.alloc(8_192, 7)]);
  });

  it('leaves memory alone that a chunk shares with others, or that was never written', async () => {
    const from = new PassThrough();
    const { target, take } = slowTarget();
    target.on('error', () => undefined);
    pour(from, target);
    const whole = Buffer.alloc(16_384, 7);
    from.write(whole.subarray(8_192));
    await tick();
    take();
    await tick();
    const unwritten = Buffer.alloc(8_192, 7);
    from.write(unwritten);
    await tick();
    target.destroy(new Error('gone'));
    await tick();
    expect([whole.byteLength, unwritten.byteLength]).toEqual([16_384, 8_192]);
  });

  it('waits while the target is full, and goes on', async () => {
    let read = 0;
    const from = new Readable({
      highWaterMark: 8_192,
      read() {
        read += 1;
        this.push(read > 20 ? null : Buffer.alloc(8_192, read));
      },
    });
    const { target, take, taken } = slowTarget();
    pour(from, target);
    await tick();
    expect(read).toBeLessThan(6);
    const ended = once(target, 'finish');
    const taking = setInterval(take);
    await ended;
    clearInterval(taking);
    const sent = Buffer.concat(Array.from({ length: 20 }, (_, index) => Buffer.alloc(8_192, index + 1)));
    expect(Buffer.concat(taken).equals(sent)).toBe(true);
  });

  it('stops when told to, and lets go of a target that has closed', async () => {
    const from = new PassThrough();
    const { target, take, taken } = slowTarget();
    const stop = pour(from, target);
    from.write('a');
    await tick();
    take();
    stop();
    from.end('b');
    await once(from.resume(), 'end');
    expect([Buffer.concat(taken).toString(), target.writableEnded]).toEqual(['a', false]);
    pour(new PassThrough(), target);
    target.destroy();
    await once(target, 'close');
    expect([target.listenerCount('drain'), from.listenerCount('data')]).toEqual([0, 0]);
  });

  it('changes no byte of what passes through a server', async () => {
    const server = createServer((request, response) => {
      pour(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const body = Buffer.alloc(3_000_000, 'a pattern of no round length');
    const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', agent: false });
    sent.end(body);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const back: Buffer[] = [];
    for await (const chunk of answer) {
      back.push(chunk as Buffer);
    }
    expect(Buffer.concat(back).equals(body)).toBe(true);
    server.close();
  });
});
