import { describe, expect, it } from 'vitest';
import type { ApiGraph } from '../../comfy/graph';
import { textsOfRuns, withNewPrompts, withTyped } from './typed-prompts';

const TYPED = '{red|blue} door';

function graphOf(text: string): ApiGraph {
  return {
    '1': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['3', 1] } },
    '2': { class_type: 'CLIPTextEncode', inputs: { text: 'fog', clip: ['3', 1] } },
  };
}

function jobOf(sent: string) {
  const darkroom = { recipe: 'x', values: { prompt: TYPED }, prompts: [{ typed: TYPED, sent }] };
  return { graph: graphOf(sent), pngInfo: { darkroom, workflow: {} } };
}

describe('the texts of a batch', () => {
  it('are expanded for each seed, and tell what was typed', () => {
    const runs = textsOfRuns({ prompt: TYPED, negative: 'fog' }, [7, 8, 9, 10n], 0);
    expect(runs.map(({ texts }) => texts['prompt']).toSorted()).toEqual([
      ...['blue door', 'blue door', 'red door', 'red door'],
    ]);
    for (const { texts, prompts } of runs) {
      expect(texts['negative']).toBe('fog');
      expect(prompts).toEqual([{ typed: TYPED, sent: texts['prompt'] }]);
    }
  });

  it('differ by field and by throw', () => {
    const text = '{a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u|v|w|x|y|z}';
    const thrown = (roll: number): unknown => textsOfRuns({ a: text, b: text }, [7], roll)[0]?.texts;
    const { a, b } = thrown(0) as { a: string; b: string };
    expect(a).not.toBe(b);
    expect(thrown(1)).not.toEqual({ a, b });
    expect(thrown(0)).toEqual({ a, b });
  });

  it('stand in the graph as they were typed, to go on from', () => {
    const sent = graphOf('red door');
    expect(withTyped(sent, [{ typed: TYPED, sent: 'red door' }])).toEqual(graphOf(TYPED));
    expect(sent).toEqual(graphOf('red door'));
    expect(withTyped(sent, [])).toBe(sent);
  });
});

describe('a job that is run again', () => {
  it('has its prompts drawn anew, in graph and record', () => {
    const job = jobOf('red door');
    const before = structuredClone(job);
    const sent = new Set<unknown>();
    for (let seed = 0; seed < 20; seed++) {
      const again = withNewPrompts(job, job.pngInfo.darkroom.prompts, String(seed));
      const text = again.graph['1']?.inputs['text'];
      sent.add(text);
      expect(again.graph['2']).toEqual(job.graph['2']);
      expect(again.pngInfo).toEqual({
        workflow: {},
        darkroom: { ...job.pngInfo.darkroom, prompts: [{ typed: TYPED, sent: text }] },
      });
    }
    expect([...sent].toSorted()).toEqual(['blue door', 'red door']);
    expect(job).toEqual(before);
  });

  it('keeps what came of a list that is gone', () => {
    const job = jobOf('red door');
    const prompts = [{ typed: '__colour__ door', sent: 'red door' }];
    expect(withNewPrompts(job, prompts, '1').graph).toEqual(job.graph);
    const list = { wildcard: () => ['green'] };
    expect(withNewPrompts(job, prompts, '1', list).graph['1']?.inputs['text']).toBe('green door');
  });
});
