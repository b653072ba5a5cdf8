import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphSummary } from '../../comfy/graph-summary';
import type { FileRef } from '../../comfy/file-ref';
import { newJob } from '../fixtures/records';
import type { OutputFacts } from '../library/job-facts';
import type { JobRecord, Output } from '../state/job';
import { dayAt, type DayJob, type DayJobs, mergeDays, parseDay, printDay } from './day-file';

/** Texts that are much alike, as prompts are, with whatever else people type. */
const text = fc.oneof(
  fc.constantFrom('a retro mini car with pastel flowers', '猫，水彩', '{"$": 0}', ''),
  fc.string({ unit: 'grapheme' }),
);
const number = fc.oneof(
  fc.constant(null),
  fc.nat(),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0),
);
const ref: fc.Arbitrary<FileRef> = fc.record({
  filename: text.filter((name) => name !== ''),
  subfolder: text,
  type: fc.constantFrom('output', 'temp'),
});
const summary: fc.Arbitrary<GraphSummary> = fc.record({
  ...{ prompt: fc.option(text), negative: fc.option(text), model: fc.option(text) },
  loras: fc.array(fc.record({ name: text, strength: number }), { maxLength: 2 }),
  seed: fc.oneof(fc.constant(null), fc.nat(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n })),
  ...{ steps: number, cfg: number, denoise: number, width: number, height: number },
  ...{ sampler: fc.option(text), scheduler: fc.option(text) },
});
const output: fc.Arbitrary<Output> = fc.record(
  { nodeId: text, index: fc.nat(), ref, media: fc.constantFrom('image', 'video'), cached: fc.boolean() },
  { requiredKeys: ['nodeId', 'index', 'ref', 'media'] },
);
const facts: fc.Arbitrary<OutputFacts> = fc.record({
  nodes: fc.array(text, { maxLength: 3 }),
  ...{ upscaled: fc.boolean(), mask: fc.boolean(), source: fc.boolean(), summary: fc.option(summary) },
});
const record: fc.Arbitrary<Partial<JobRecord>> = fc.record({
  state: fc.constantFrom('completed', 'failed', 'cancelled'),
  ...{ number, createdAt: number, startedAt: number, endedAt: number },
  outputs: fc.array(output, { maxLength: 3 }),
  summary: fc.option(summary),
  error: fc.option(
    fc.record({
      ...{ nodeId: fc.option(text), nodeTitle: fc.option(text), type: text, message: text },
      traceback: fc.array(text, { maxLength: 2 }),
    }),
  ),
  darkroom: fc.option(
    fc.record(
      {
        ...{ recipe: text, parent: fc.option(ref), mask: fc.option(ref) },
        area: fc.record({ x: fc.nat(), y: fc.nat(), width: fc.nat(), height: fc.nat() }),
        sweep: fc.record({
          ...{ id: text, x: fc.nat(), y: fc.nat() },
          axes: fc.array(fc.record({ name: text, labels: fc.array(text) })),
        }),
      },
      { requiredKeys: ['recipe', 'parent', 'mask'] },
    ),
  ),
});

const job: fc.Arbitrary<DayJob> = fc.record({
  record: record as fc.Arbitrary<JobRecord>,
  // No node has these ids, and the schemas read no object that has them as keys.
  facts: fc.option(
    fc.dictionary(
      text.filter((id) => !['__proto__', 'prototype', 'constructor'].includes(id)),
      facts,
      { maxKeys: 2 },
    ),
  ),
});

/** Few ids, so that several files speak of the same jobs. */
const day: fc.Arbitrary<DayJobs> = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(job)))
  .map(
    (jobs) =>
      new Map(
        jobs.map(([id, one]) => [
          id,
          one && { ...one, record: { ...newJob(id, 'completed'), ...one.record, id } },
        ]),
      ),
  );

const sorted = (jobs: DayJobs): [string, DayJob | null][] =>
  [...jobs].toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('a day file', () => {
  it('says what was written into it, every digit of a seed', () => {
    fc.assert(
      fc.property(day, (jobs) => {
        expect(sorted(parseDay(printDay(jobs)))).toEqual(sorted(jobs));
      }),
    );
  });

  it('keeps a busy day small', () => {
    const jobs = new Map(
      Array.from({ length: 300 }, (_, i) => {
        const id = `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
        const file = { filename: `ComfyUI_${i}_.png`, subfolder: '2026-11', type: 'output' } as const;
        const made = {
          prompt: 'a retro mini car overflowing with pastel flowers, soft green ground, high detail',
          negative: 'blurry, low quality',
          model: 'flux1-schnell.safetensors',
          loras: [],
          seed: BigInt(i) * 7919n + 2n ** 60n,
          ...{
            steps: 20,
            cfg: 1,
            sampler: 'euler',
            scheduler: 'simple',
            denoise: 1,
            width: 1024,
            height: 1024,
          },
        };
        const nodes = [
          'SaveImage',
          'VAEDecode',
          'KSampler',
          'UNETLoader',
          'CLIPTextEncode',
          'DualCLIPLoader',
        ];
        return [
          id,
          {
            record: newJob(id, 'completed', {
              ...{ createdAt: 1.7e12 + i, startedAt: 1.7e12 + i + 1, endedAt: 1.7e12 + i + 9, summary: made },
              outputs: [{ nodeId: '9', index: 0, ref: file, media: 'image', cached: false }],
            }),
            facts: { '9': { nodes, upscaled: false, mask: false, source: false, summary: null } },
          },
        ] as const;
      }),
    );
    expect(printDay(jobs).length / 300).toBeLessThan(600);
  });

  it('loses no more than the lines that are damaged', () => {
    fc.assert(
      fc.property(day, fc.nat(), fc.string(), (jobs, at, noise) => {
        const text = printDay(jobs);
        const head = text.indexOf('\n') + 1;
        const cut = head + (at % Math.max(1, text.length - head));
        const read = parseDay(text.slice(0, cut) + noise.replaceAll('\n', ''));
        const whole = text.slice(0, cut).split('\n').slice(1, -1).length;
        expect(read.size).toBeGreaterThanOrEqual(whole);
        sorted(read)
          .slice(0, whole)
          .forEach(([id, one]) => expect(one).toEqual(jobs.get(id)));
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ["another program's file", '{"format":1}\n{"id":"a"}\n'],
    ['a later format', '{"darkroom":"jobs","format":2,"shared":[]}\n{"id":"a"}\n'],
    ['no JSON', 'hello\nworld\n'],
    [
      'wrong types',
      '{"darkroom":"jobs","format":1,"shared":7}\n{"id":7}\n[]\nnull\n{"id":"a","outputs":{}}\n',
    ],
    ['a reference to itself', '{"darkroom":"jobs","format":1,"shared":[{"$":0}]}\n{"id":{"$":0}}\n'],
  ])('says nothing when it is %s', (_what, text) => {
    expect(parseDay(text).size).toBe(0);
  });

  it('drops what it cannot use of a job rather than the job', () => {
    const line = {
      id: 'a',
      number: 'x',
      error: 7,
      texts: 'none',
      darkroom: [],
      facts: { '9': 1 },
      endedAt: 5,
    };
    const read = parseDay(`{"darkroom":"jobs","format":1}\n${JSON.stringify(line)}\n`);
    expect(read.get('a')).toEqual({
      record: newJob('a', 'completed', { number: null, endedAt: 5 }),
      facts: null,
    });
  });
});

describe('the merge of day files', () => {
  it('is commutative, associative and idempotent, and loses no job', () => {
    fc.assert(
      fc.property(day, day, day, (a, b, c) => {
        const ab = mergeDays(a, b);
        expect(sorted(mergeDays(b, a))).toEqual(sorted(ab));
        expect(sorted(mergeDays(ab, c))).toEqual(sorted(mergeDays(a, mergeDays(b, c))));
        expect(sorted(mergeDays(ab, b))).toEqual(sorted(ab));
        expect(new Set(ab.keys())).toEqual(new Set([...a.keys(), ...b.keys()]));
      }),
    );
  });

  it('believes that a job was forgotten, whatever others still have of it', () => {
    const known = new Map([['a', { record: newJob('a', 'completed'), facts: null }]]);
    expect(mergeDays(known, new Map([['a', null]])).get('a')).toBeNull();
    expect(mergeDays(new Map([['a', null]]), known).get('a')).toBeNull();
  });
});

it('a job belongs to a day in UTC', () => {
  expect(dayAt(Date.UTC(2026, 10, 29, 23, 59))).toBe('2026-11-29');
  expect(dayAt(0)).toBe('undated');
});
