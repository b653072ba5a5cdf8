import { expect, it } from 'vitest';
import { writeLoras } from './lora-stack';
import { recipeFieldOf } from './recipe-field';

const values = {
  ckpt_name: 'a.safetensors',
  prompt: 'a red fox',
  steps: 20,
  cfg: 20,
  'clip.type': 'flux',
  lora: writeLoras([{ name: 'ink.safetensors', strength: 1 }]),
};

it('goes by the name first: several fields can hold the same value', () => {
  expect(recipeFieldOf(values, 'cfg', '20')).toBe('cfg');
  expect(recipeFieldOf(values, 'steps', '20')).toBe('steps');
  expect(recipeFieldOf(values, 'ckpt_name', 'gone.safetensors')).toBe('ckpt_name');
  expect(recipeFieldOf(values, 'type', 'flux')).toBe('clip.type');
});

it('finds what the recipe passes on under another name', () => {
  expect(recipeFieldOf(values, 'text', 'a red fox')).toBe('prompt');
  expect(recipeFieldOf(values, 'lora_name', 'ink.safetensors')).toBe('lora');
});

it('names no field for what the recipe itself put there', () => {
  expect(recipeFieldOf(values, 'upscale_method', 'lanczos')).toBeNull();
  expect(recipeFieldOf(values, 'image', null)).toBeNull();
  expect(recipeFieldOf({ ...values, negative: '' }, 'text', '')).toBeNull();
});
