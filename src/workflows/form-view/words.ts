import { formatNumber, type MessageKey, t } from '../../i18n/index.svelte';
import type { FieldFault } from '../form/check-field';
import type { FormField } from '../form/node-form';
import type { PromptRole } from '../form/prompt-roles';

/** What common inputs are called in words. Several names may mean the same. */
const LABELS: Readonly<Record<string, MessageKey>> = {
  add_noise: 'form.input.addNoise',
  aspect_ratio: 'form.input.aspectRatio',
  audio: 'form.input.audio',
  batch_size: 'form.input.batchSize',
  cfg: 'form.input.cfg',
  ckpt_name: 'form.input.checkpoint',
  clip_name: 'form.input.textEncoder',
  clip_name1: 'form.input.textEncoder1',
  clip_name2: 'form.input.textEncoder2',
  clip_name3: 'form.input.textEncoder3',
  control_net_name: 'form.input.controlNet',
  crop: 'form.input.crop',
  denoise: 'form.input.denoise',
  duration: 'form.input.duration',
  end_at_step: 'form.input.endAtStep',
  end_percent: 'form.input.endPercent',
  file: 'form.input.file',
  filename_prefix: 'form.input.filenamePrefix',
  format: 'form.input.format',
  fps: 'form.input.fps',
  frame_rate: 'form.input.fps',
  guidance: 'form.input.guidance',
  height: 'form.input.height',
  image: 'form.input.image',
  length: 'form.input.length',
  lora_name: 'form.input.lora',
  max_shift: 'form.input.maxShift',
  base_shift: 'form.input.baseShift',
  megapixels: 'form.input.megapixels',
  model_name: 'form.input.model',
  negative_prompt: 'form.input.negative',
  noise_seed: 'form.input.seed',
  prompt: 'form.input.prompt',
  quality: 'form.input.quality',
  return_with_leftover_noise: 'form.input.leftoverNoise',
  sampler_name: 'form.input.sampler',
  scale_by: 'form.input.scaleBy',
  scheduler: 'form.input.scheduler',
  seed: 'form.input.seed',
  shift: 'form.input.shift',
  start_at_step: 'form.input.startAtStep',
  start_percent: 'form.input.startPercent',
  steps: 'form.input.steps',
  strength: 'form.input.strength',
  strength_clip: 'form.input.strengthClip',
  strength_model: 'form.input.strengthModel',
  stop_at_clip_layer: 'form.input.stopAtClipLayer',
  style_model_name: 'form.input.styleModel',
  system_prompt: 'form.input.systemPrompt',
  text: 'form.input.text',
  tile_size: 'form.input.tileSize',
  type: 'form.input.type',
  unet_name: 'form.input.diffusionModel',
  upscale_method: 'form.input.upscaleMethod',
  vae_name: 'form.input.vae',
  value: 'form.input.value',
  video: 'form.input.video',
  weight_dtype: 'form.input.weightType',
  width: 'form.input.width',
};

/**
 * What a field is called: a prompt by its side of the guidance, else as its class says, else in our words, else
 * its name made readable.
 */
export function labelOf({ path, spec }: Pick<FormField, 'path' | 'spec'>, role: PromptRole | null): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (role !== null && spec.kind === 'string' && spec.multiline) {
    return t(role === 'negative' ? 'form.input.negative' : 'form.input.prompt');
  }
  const known = Object.hasOwn(LABELS, name) ? LABELS[name] : undefined;
  return spec.displayName ?? (known === undefined ? readable(name) : t(known));
}

/** `latent_image_2` → `Latent image 2`. Names that people write in capitals stay so. */
function readable(name: string): string {
  const words = name.replaceAll(/[_\s]+/g, ' ').trim();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a field goes by in a search besides its name in the graph. */
export function searchText(field: FormField, role: PromptRole | null): string {
  return labelOf(field, field.spec.kind === 'string' ? role : null);
}

/** Models and other files. */
const FILE = /\.(safetensors|sft|ckpt|pth?|bin|gguf|onnx|ya?ml|png|jpe?g|webp|mp4|webm|wav|mp3|flac)$/i;

/** What is wrong with a field, and what to do. */
export function faultWords(fault: FieldFault): string {
  switch (fault.kind) {
    case 'missing':
      return t('form.fault.missing');
    case 'wrong-kind':
      return t('form.fault.wrongKind');
    case 'too-small':
      return t('form.fault.tooSmall', { min: exactText(fault.min) });
    case 'too-large':
      return t('form.fault.tooLarge', { max: exactText(fault.max) });
    case 'not-a-choice':
      return t(FILE.test(fault.value) ? 'form.fault.notInstalled' : 'form.fault.notOffered');
  }
}

/** Digits of a limit as people can type them. */
function exactText(value: number | bigint): string {
  return typeof value === 'bigint'
    ? String(value)
    : formatNumber(value, { useGrouping: false, maximumFractionDigits: 10 });
}
