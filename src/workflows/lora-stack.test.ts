import { describe, expect, it } from 'vitest';
import { readLoras, writeLoras } from './lora-stack';
import { fillValues, type RecipeField } from './recipe';

describe('a stack of LoRAs', () => {
  it('survives as one value of a form', () => {
    const rows = [
      { name: 'styles\\ink "2".safetensors', strength: 0.85 },
      { name: 'b.safetensors', strength: -1 },
    ];
    expect(readLoras(writeLoras(rows))).toEqual(rows);
    expect(writeLoras([])).toBe('');
  });

  it.each(['', 'nonsense', '{}', '[{"name":""}]', '[{"name":"a","strength":"1"}]', 7, undefined])(
    'is empty for %j',
    (value) => {
      expect(readLoras(value)).toEqual([]);
    },
  );

  it('loses what the server does not have', () => {
    const field: RecipeField = {
      kind: 'loras',
      key: 'loras',
      label: { text: 'LoRAs' },
      options: [{ value: 'a.safetensors', label: { text: 'a' } }],
      preset: '',
    };
    const kept = writeLoras([
      { name: 'gone.safetensors', strength: 1 },
      { name: 'a.safetensors', strength: 0.5 },
    ]);
    const { loras } = fillValues([field], { loras: kept });
    expect(readLoras(loras)).toEqual([{ name: 'a.safetensors', strength: 0.5 }]);
  });
});
