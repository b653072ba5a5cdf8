import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseExact } from './exact-json';
import { HOSTILE_HISTORY } from './fixtures/hostile-history';
import { SEED_HISTORY } from './fixtures/seed-samples';
import { historyDamage } from './history-damage';
import { historyEntrySchema } from './schemas';

function damageOf(value: unknown): string {
  const parsed = v.safeParse(historyEntrySchema, value);
  return historyDamage(value, parsed.success ? parsed.output : null).join(' ');
}

describe('what is wrong with a history entry', () => {
  it.each([
    ['bad-null', 'entry'],
    ['bad-text', 'entry'],
    ['bad-list', 'entry'],
    ['bad-prompt-null', 'prompt'],
    ['bad-prompt-text', 'prompt'],
    ['bad-graph', 'prompt'],
    ['bad-outputs-missing', 'outputs'],
    ['bad-outputs-types', 'outputs'],
    ['bad-status', 'status'],
    ['bad-messages', ''],
    ['bad-cycle', ''],
    ['bad-long', 'outputs'],
    ['bad-markup', ''],
  ])('%s: %s', (id, damage) => {
    expect(damageOf(HOSTILE_HISTORY[id])).toBe(damage);
  });

  it('is nothing where ComfyUI wrote it', () => {
    Object.values(parseExact(SEED_HISTORY) as object).forEach((entry) => expect(damageOf(entry)).toBe(''));
    const text = {
      prompt: [0, 'a', {}, {}, []],
      outputs: { '1': { text: ['a'], animated: [true] } },
      status: null,
    };
    expect(damageOf(text)).toBe('');
  });
});
