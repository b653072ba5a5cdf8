import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseExact, stringifyExact } from './exact-json';
import { entriesOf, QueueItems } from './queue-items';
import { type QueueEntry, queueSchema } from './schemas';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An answer in parts of these lengths, over and over; it may break off after the last. */
function inParts(text: string, lengths: readonly number[], breaksOff = false): Response {
  const bytes = bytesOf(text);
  let at = 0;
  let turn = 0;
  return new Response(
    new ReadableStream(
      {
        pull: (controller) => {
          const part = bytes.subarray(at, at + (lengths[turn % lengths.length] ?? 1));
          turn += 1;
          at += part.length;
          if (part.length > 0) {
            controller.enqueue(part);
          } else if (breaksOff) {
            controller.error(new TypeError('network error'));
          } else {
            controller.close();
          }
        },
      },
      { highWaterMark: 0 },
    ),
  );
}

async function read(answer: Response, wanted: readonly string[]): Promise<QueueEntry[]> {
  const found: QueueEntry[] = [];
  for await (const entry of entriesOf(answer, new Set(wanted))) {
    found.push(entry);
  }
  return found;
}

const graph = (text: string) => ({ '1': { class_type: 'Text', inputs: { text } } });
const queue = (running: unknown[], pending: unknown[]): string =>
  stringifyExact({ queue_running: running, queue_pending: pending });

describe('the items of a queue', () => {
  it('are those of the whole answer wherever it is cut, whatever its texts hold', async () => {
    const nasty = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('"}]', '\\', '\\"', '[[{', '片'));
    const item = fc.tuple(
      fc.integer(),
      fc.uuid(),
      nasty.map(graph),
      fc.dictionary(nasty, nasty),
      fc.constant(['1']),
    );
    const items = fc.uniqueArray(item, { maxLength: 6, selector: ([, id]) => id });
    await fc.assert(
      fc.asyncProperty(
        items,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        async (all, cuts) => {
          const text = queue(all.slice(0, 1), all.slice(1));
          const { queue_running, queue_pending } = v.parse(queueSchema, parseExact(text));
          const ids = all.map(([, id]) => id);
          expect(await read(inParts(text, cuts), ids)).toEqual([...queue_running, ...queue_pending]);
        },
      ),
    );
  });

  it('come as soon as they are there', () => {
    const text = queue(
      [],
      [
        [1, 'a', graph('x'), {}, []],
        [2, 'b', graph('y'), {}, []],
      ],
    );
    const items = new QueueItems();
    const half = text.indexOf('[2,');
    expect(items.take(bytesOf(text.slice(0, half)))).toHaveLength(1);
    expect(items.complete).toBe(false);
    expect(items.take(bytesOf(text.slice(half)))).toHaveLength(1);
    expect(items.complete).toBe(true);
  });

  it('keep every number exact', async () => {
    const nodes = { '1': { class_type: 'S', inputs: { seed: 2n ** 64n - 1n } } };
    const [entry] = await read(new Response(queue([], [[1.5, 'a', nodes, {}, ['1']]])), ['a']);
    expect(entry).toMatchObject({ number: 1.5, graph: nodes, outputNodes: ['1'] });
  });

  it('are parsed only where they are wanted', async () => {
    const broken = '{"queue_running": [], "queue_pending": [[1, "a", NONSENSE], [2, "b", {}, {}, []]]}';
    expect(await read(new Response(broken), ['b'])).toHaveLength(1);
    await expect(read(new Response(broken), ['a'])).rejects.toMatchObject({
      kind: 'invalid',
      path: '/queue',
    });
  });

  it.each(['', '<html></html>', '{"queue_running": [[1, "a"', 'null'])('are no part of %j', async (text) => {
    await expect(read(new Response(text), ['a'])).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('come until the answer breaks off, which is said', async () => {
    const text = queue(
      [],
      [
        [1, 'a', {}, {}, []],
        [2, 'b', {}, {}, []],
      ],
    );
    const entries = entriesOf(inParts(text.slice(0, -5), [text.indexOf('[2')], true), new Set(['a', 'b']));
    expect((await entries.next()).value).toMatchObject({ id: 'a' });
    await expect(entries.next()).rejects.toMatchObject({ kind: 'unreachable', path: '/queue' });
  });

  it('are read no further than they are asked for', async () => {
    let stopped = false;
    const part = bytesOf('{"queue_running": [], "queue_pending": [[1, "a", {}, {}, []], ');
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(part),
      cancel: () => void (stopped = true),
    });
    for await (const { id } of entriesOf(new Response(body), new Set(['a']))) {
      expect(id).toBe('a');
      break;
    }
    expect(stopped).toBe(true);
  });
});
