import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, loadWords, setLocale } from '../i18n/index.svelte';
import type { ConvertProblem } from './convert/problems';
import { describeConvertProblem, describeFault, type OpenFault } from './fault-words';

const node = { id: '57:30', title: 'My loader', type: 'LoadThing' };
const at = { node, input: 'text' };

/** One of each kind: a kind without an entry here does not compile. */
const PROBLEMS: Record<ConvertProblem['kind'], ConvertProblem> = {
  empty: { kind: 'empty' },
  'unknown-class': { kind: 'unknown-class', node },
  'group-node': { kind: 'group-node', node },
  'values-do-not-fit': { kind: 'values-do-not-fit', node, expected: 3, found: 4 },
  'wrong-value': { kind: 'wrong-value', ...at, value: '"x"', wanted: 'a number' },
  'disputed-value': { kind: 'disputed-value', ...at },
  'made-by-editor': { kind: 'made-by-editor', ...at },
  'random-text': { kind: 'random-text', ...at },
  'date-text': { kind: 'date-text', ...at },
  'text-reference': { kind: 'text-reference', ...at, reference: '%a.b%' },
  'dangling-link': { kind: 'dangling-link', ...at, link: '8' },
  'crossed-link': { kind: 'crossed-link', ...at, link: '8' },
  'missing-output': { kind: 'missing-output', node, slot: 2 },
  cycle: { kind: 'cycle', node },
  'no-setter': { kind: 'no-setter', node },
  'recursive-subgraph': { kind: 'recursive-subgraph', node },
  'half-muted-subgraph': { kind: 'half-muted-subgraph', node },
  'primitive-into-subgraph': { kind: 'primitive-into-subgraph', node },
  'primitive-out-of-range': { kind: 'primitive-out-of-range', ...at },
};

const FAULTS: Record<OpenFault['kind'], OpenFault> = {
  'too-large': { kind: 'too-large', bytes: 20 * 2 ** 20 },
  'not-json': { kind: 'not-json' },
  'too-deep': { kind: 'too-deep' },
  'unknown-format': { kind: 'unknown-format' },
  'no-metadata': { kind: 'no-metadata', media: 'PNG' },
  'no-nodes': { kind: 'no-nodes' },
  'bad-node-id': { kind: 'bad-node-id', id: '__proto__' },
  'no-class': { kind: 'no-class', id: '4' },
  'bad-inputs': { kind: 'bad-inputs', id: '4' },
  'no-link': { kind: 'no-link', id: '4', input: 'model' },
  'lost-link': { kind: 'lost-link', id: '4', input: 'model', to: '9' },
  circle: { kind: 'circle', id: '4' },
  'not-a-workflow': { kind: 'not-a-workflow', at: 'nodes' },
  'bad-node': { kind: 'bad-node', at: 'nodes.1' },
  'bad-id': { kind: 'bad-id', at: 'nodes.1' },
  'duplicate-id': { kind: 'duplicate-id', at: 'nodes.1' },
  'bad-link': { kind: 'bad-link', at: 'links.1' },
  'bad-subgraph': { kind: 'bad-subgraph', at: 'definitions.1' },
  'job-gone': { kind: 'job-gone' },
  'kept-gone': { kind: 'kept-gone' },
  'form-gone': { kind: 'form-gone' },
  'file-gone': { kind: 'file-gone', name: 'a.json' },
};

describe.each(LOCALES)('what stands in the way, in %s', (locale) => {
  beforeAll(async () => {
    await loadWords('workflows');
    await setLocale(locale);
  });
  afterAll(() => setLocale('en'));

  const sentences = (): [string, string][] => [
    ...Object.values(PROBLEMS).map((problem): [string, string] => [
      problem.kind,
      describeConvertProblem(problem),
    ]),
    ...Object.values(FAULTS).map((fault): [string, string] => [fault.kind, describeFault(fault)]),
  ];

  it('is said in a sentence of its own, with nothing left to fill in', () => {
    for (const [kind, sentence] of sentences()) {
      expect(sentence, kind).toMatch(/[.。]$/);
      expect(sentence, kind).not.toMatch(/\{\{|\}\}|workflowFaults|undefined/);
    }
    const all = sentences().map(([, sentence]) => sentence);
    // The graph of a file and the workflow of the editor can both go in a circle.
    expect(new Set(all).size).toBeGreaterThanOrEqual(all.length - 1);
  });

  it('names the node, the input and what was found', () => {
    expect(describeConvertProblem(PROBLEMS['wrong-value'])).toMatch(
      /text.*57:30.*My loader.*LoadThing.*"x"|57:30.*text.*"x"/s,
    );
    expect(describeConvertProblem(PROBLEMS['missing-output'])).toContain('3');
    expect(describeFault(FAULTS['too-large'])).toMatch(/20 MB.*16 MB/);
  });

  it('keeps hostile texts harmless and short', () => {
    const hostile = `\u202e\u0007${'x'.repeat(500)}`;
    const sentence = describeFault({ kind: 'lost-link', id: '1', input: hostile, to: '<b>' });
    // eslint-disable-next-line no-control-regex
    expect(sentence).not.toMatch(/[\u0007\u202e]/);
    expect(sentence.length).toBeLessThan(200);
  });
});
