import { describe, expect, it } from 'vitest';
import { readLoras, stepsOfLora, writeLoras } from './lora-stack';
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

describe('a LoRA for few steps', () => {
  it.each([
    ['Qwen-Image-Lightning-8steps-V1.0.safetensors', 8],
    ['Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16.safetensors', 4],
    ['sdxl_lightning_4step_lora.safetensors', 4],
    ['Hyper-FLUX.1-dev-8steps-lora.safetensors', 8],
    ['pixel_art_style_z_image_turbo.safetensors', null],
    ['my-lora-step00002500.safetensors', null],
    ['portrait-3000-steps.safetensors', null],
  ])('%s says %s', (name, steps) => {
    expect(stepsOfLora(name)).toBe(steps);
  });
});
