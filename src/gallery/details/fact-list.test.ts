import { describe, expect, it } from 'vitest';
import type { GraphSummary } from '../../comfy/graph-summary';
import type { JobRecord } from '../../jobs/state/job';
import { loadWords } from '../../i18n/index.svelte';
import { fileFacts, makingFacts, textFacts } from './fact-list';

await loadWords('viewer');

const SUMMARY: GraphSummary = {
  prompt: 'a harbour\nat dusk',
  negative: null,
  model: 'dream.safetensors',
  loras: [
    { name: 'ink.safetensors', strength: 0.8 },
    { name: 'fog.safetensors', strength: null },
  ],
  seed: 18446744073709551615n,
  steps: 20,
  cfg: 6.5,
  sampler: 'euler',
  scheduler: 'karras',
  denoise: 0,
  width: null,
  height: null,
};

const JOB: JobRecord = {
  id: 'job',
  state: 'completed',
  number: 0,
  mine: true,
  createdAt: null,
  startedAt: 1_700_000_000_000,
  endedAt: 1_700_000_065_000,
  outputs: [],
  error: null,
  problems: [],
  summary: null,
  darkroom: null,
};

const itemIn = (subfolder: string, job = JOB) => ({
  key: 'job/0',
  job,
  repeats: [],
  replaced: false,
  output: {
    nodeId: '9',
    index: 0,
    ref: { filename: 'a.png', subfolder, type: 'output' as const },
    media: 'image' as const,
  },
});

describe('how a picture was made', () => {
  it('is told to the last digit', () => {
    const facts = makingFacts(SUMMARY, null);
    const seed = facts.find(({ label }) => label === 'Seed');
    expect([seed?.text, seed?.copy]).toEqual(['18446744073709551615', '18446744073709551615']);
  });

  it('tells what is known and nothing else, words first', () => {
    expect(makingFacts(SUMMARY, null).map(({ label, text }) => `${label}: ${text}`)).toEqual([
      'Prompt: a harbour\nat dusk',
      'Model: dream.safetensors',
      'LoRA: ink.safetensors at 0.8',
      'LoRA: fog.safetensors',
      'Seed: 18446744073709551615',
      'Steps: 20',
      'CFG: 6.5',
      'Sampler: euler',
      'Scheduler: karras',
      'Denoise: 0',
    ]);
    expect(makingFacts(null, null)).toEqual([]);
  });

  it('tells what was typed beside what was sent', () => {
    const prompts = [{ typed: '{a|the} harbour', sent: 'the harbour' }];
    const words = (prompt: string): string[] =>
      makingFacts({ ...SUMMARY, prompt }, null, null, prompts).map(({ label, text }) => `${label}: ${text}`);
    expect(words('the harbour').slice(0, 2)).toEqual([
      'Prompt: the harbour',
      'Prompt as typed: {a|the} harbour',
    ]);
    expect(words('another').join()).not.toContain('as typed');
  });

  it('tells the prompt of the picture that was edited beside the own one, if it is another', () => {
    const words = (original: string | null): string[] =>
      makingFacts({ ...SUMMARY, prompt: 'a cup' }, null, original)
        .filter(({ long }) => long)
        .map(({ label, copy }) => `${label}: ${copy}`);
    expect(words('a long story')).toEqual(['Prompt: a cup', 'Prompt of the original: a long story']);
    expect(words('a cup')).toEqual(['Prompt: a cup']);
    expect(words(null)).toEqual(['Prompt: a cup']);
    expect(makingFacts(null, 'blur', 'a long story')[0]?.text).toBe('a long story');
  });

  it('names a LoRA for copying without its strength', () => {
    expect(makingFacts(SUMMARY, null).find(({ label }) => label === 'LoRA')?.copy).toBe('ink.safetensors');
  });
});

describe('the words a job made', () => {
  it('are told whole, and copied', () => {
    const texts = [{ nodeId: '4', text: 'a red fox\nin snow' }];
    expect(textFacts({ ...JOB, texts })).toEqual([
      { label: 'Text', text: 'a red fox\nin snow', copy: 'a red fox\nin snow', long: true },
    ]);
    expect(textFacts(JOB)).toEqual([]);
  });
});

describe('the file', () => {
  it('is described for people, and copied for programs', () => {
    const facts = fileFacts(itemIn('2026\\may'), { width: 2048, height: 1024 }, 1_500);
    expect(facts.map(({ label, text, copy }) => [label, text, copy])).toEqual([
      ['Name', 'a.png', 'a.png'],
      ['Folder', '2026/may', '2026/may'],
      ['Size', '2,048 × 1,024 px', '2048x1024'],
      ['On disk', '2 kB', '1500'],
      ['Made', expect.stringContaining('2023'), '2023-11-14T22:14:25.000Z'],
      ['Took', '1\u00a0min 05\u00a0s', '65'],
    ]);
  });

  it('leaves out what the server does not tell', () => {
    const old = { ...JOB, startedAt: null, endedAt: null };
    expect(fileFacts(itemIn('', old), null, null).map(({ label }) => label)).toEqual(['Name']);
  });
});
