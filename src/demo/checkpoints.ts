/**
 * Names in models/checkpoints. There is no model behind any of them: the first two are the engine's own,
 * the others are those the early 2024 API document uses, so that its examples run as they stand.
 */
export const DEMO_CHECKPOINTS: readonly string[] = [
  'darkroom-demo-classical.safetensors',
  'darkroom-demo-inpaint.safetensors',
  'sdxl-动漫二次元_2.0.safetensors',
  'svd_xt_1_1.safetensors',
];
