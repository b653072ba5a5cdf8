import { describe, expect, it } from 'vitest';
import { modelServer } from './families/fixtures/model-server';
import { inpaintCheckpoint } from './inpaint-checkpoint';
import { writeLoras } from './lora-stack';
import { fillValues, recipeInput } from './recipe';
import { all, behind, faults, only } from './surgery/fixtures/small-server';

const SOURCE = {
  kind: 'apart',
  image: { filename: 'photo.png', subfolder: '', type: 'input' },
  mask: { filename: 'mask.png', subfolder: '', type: 'input' },
} as const;

describe('the LoRAs of the checkpoint recipe', () => {
  const infos = modelServer({ checkpoints: ['base.safetensors'], loras: ['a.safetensors', 'b.safetensors'] });
  const build = (loras: string) => {
    const values = { ...fillValues(inpaintCheckpoint.fields(infos), { loras }), seed: 1 };
    const graph = inpaintCheckpoint.build(recipeInput(SOURCE, { width: 64, height: 64 }), values, infos);
    expect(faults(graph, infos)).toEqual([]);
    return graph;
  };

  it('lie between the checkpoint and all that takes model or text encoder from it', () => {
    const graph = build(
      writeLoras([
        { name: 'a.safetensors', strength: 0.7 },
        { name: 'b.safetensors', strength: 1 },
      ]),
    );
    const last = behind(graph, only(graph, 'DifferentialDiffusion'), 'model');
    expect(last.inputs).toMatchObject({ lora_name: 'b.safetensors', strength_model: 1, strength_clip: 1 });
    const first = behind(graph, last, 'clip');
    expect(first.inputs).toMatchObject({ lora_name: 'a.safetensors', strength_clip: 0.7 });
    expect(behind(graph, first, 'model').class_type).toBe('CheckpointLoaderSimple');
    for (const encoder of all(graph, 'CLIPTextEncode')) {
      expect(behind(graph, encoder, 'clip')).toBe(last);
    }
    expect(behind(graph, only(graph, 'VAEDecode'), 'vae').class_type).toBe('CheckpointLoaderSimple');
  });

  it('add nothing while there are none', () => {
    expect(all(build(''), 'LoraLoader')).toEqual([]);
  });
});
