import { describe, expect, it } from 'vitest';
import { FAMILIES } from './family-table';
import { cleanName, guessFamily } from './guess';

/** Files as people have them: from model sites, with folders, in every precision, on Windows. */
const DIFFUSION: readonly [file: string, family: string][] = [
  ['z_image_turbo_bf16.safetensors', 'z-image-turbo'],
  ['z-image-turbo-Q8_0.gguf', 'z-image-turbo'],
  ['Z-Image\\z_image_turbo-Q4_K_M.gguf', 'z-image-turbo'],
  ['zimage/ZIT_v2_fp8.safetensors', 'z-image-turbo'],
  ['z_image_turbo_nvfp4.safetensors', 'z-image-turbo'],
  ['z_image_bf16.safetensors', 'z-image'],
  ['Z-Image/base_int8_convrot.safetensors', 'z-image'],
  ['flux1-dev.safetensors', 'flux-dev'],
  ['FLUX1\\flux1-dev-Q6_K.gguf', 'flux-dev'],
  ['flux1-dev-bnb-nf4-v2.safetensors', 'flux-dev'],
  ['svdq-int4_r32-flux.1-dev.safetensors', 'flux-dev'],
  ['flux/pixelwave_flux1_dev_03.safetensors', 'flux-dev'],
  ['flux/my-own-merge.safetensors', 'flux-dev'],
  ['flux1-schnell.safetensors', 'flux-schnell'],
  ['flux1-schnell-Q5_K_S.gguf', 'flux-schnell'],
  ['flux1-krea-dev_fp8_scaled.safetensors', 'flux-krea'],
  ['flux1-krea-dev-Q4_K_S.gguf', 'flux-krea'],
  ['flux1-fill-dev.safetensors', 'flux-fill'],
  ['flux1-fill-dev-Q8_0.gguf', 'flux-fill'],
  ['flux1-fill-dev-OneReward-fp8.safetensors', 'flux-fill'],
  ['flux1-dev-kontext_fp8_scaled.safetensors', 'flux-kontext'],
  ['flux1-kontext-dev-Q4_K_M.gguf', 'flux-kontext'],
  ['svdq-fp4_r32-flux.1-kontext-dev.safetensors', 'flux-kontext'],
  ['flux2_dev_fp8mixed.safetensors', 'flux2-dev'],
  ['flux2-dev-Q4_K_M.gguf', 'flux2-dev'],
  ['FLUX.2-dev/flux2-dev-nvfp4.safetensors', 'flux2-dev'],
  ['flux-2-klein-4b-fp8.safetensors', 'flux2-klein-4b'],
  ['flux-2-klein-base-4b-fp8.safetensors', 'flux2-klein-4b-base'],
  ['flux-2-klein-9b-kv-fp8.safetensors', 'flux2-klein-9b'],
  ['flux-2-klein-base-9b-Q8_0.gguf', 'flux2-klein-9b-base'],
  ['chroma-unlocked-v50.safetensors', 'chroma'],
  ['Chroma1-HD-fp8mixed.safetensors', 'chroma'],
  ['Chroma1-HD-Flash_fp8_scaled.safetensors', 'chroma-flash'],
  ['chroma-radiance-x0.safetensors', 'chroma-radiance'],
  ['qwen_image_fp8_e4m3fn.safetensors', 'qwen-image'],
  ['qwen-image-Q4_K_S.gguf', 'qwen-image'],
  ['Qwen\\Qwen_Image-Q5_0.gguf', 'qwen-image'],
  ['qwen_image_2512_fp8_e4m3fn.safetensors', 'qwen-image-2512'],
  ['qwen-image-2512-Q4_K_M.gguf', 'qwen-image-2512'],
  ['qwen_image_distill_full_fp8_e4m3fn.safetensors', 'qwen-image-fast'],
  ['svdq-int4_r128-qwen-image-lightningv1.1-8steps.safetensors', 'qwen-image-fast'],
  ['qwen_image_edit_fp8_e4m3fn.safetensors', 'qwen-edit'],
  ['Qwen_Image_Edit-Q4_K_M.gguf', 'qwen-edit'],
  ['qwen_image_edit_2509_fp8_e4m3fn.safetensors', 'qwen-edit-2509'],
  ['Qwen-Image-Edit-2509-Q8_0.gguf', 'qwen-edit-2509'],
  ['qwen_image_edit_2511_int8_convrot.safetensors', 'qwen-edit-2511'],
  ['qwen-image-edit-2511-Q5_K_M.gguf', 'qwen-edit-2511'],
  ['FireRed-Image-Edit-1.1-transformer.safetensors', 'firered-edit'],
  ['hidream_i1_dev_fp8.safetensors', 'hidream-i1-dev'],
  ['hidream-i1-fast-Q4_K_M.gguf', 'hidream-i1-fast'],
  ['hidream_i1_full_fp16.safetensors', 'hidream-i1'],
  ['hidream_e1_1_bf16.safetensors', 'hidream-e1'],
  ['krea2_turbo_int8_convrot.safetensors', 'krea2-turbo'],
  ['krea2_bf16.safetensors', 'krea2'],
  ['lumina_2_model_bf16.safetensors', 'lumina2'],
  ['NetaYumev35_pretrained_unet.safetensors', 'netayume'],
  ['anima-base-v1.0.safetensors', 'anima'],
  ['anima-preview.safetensors', 'anima-preview'],
  ['ernie-image.safetensors', 'ernie'],
  ['ernie-image-turbo-Q8_0.gguf', 'ernie-turbo'],
  ['omnigen2_fp16.safetensors', 'omnigen2'],
  ['OmniGen2-Q6_K.gguf', 'omnigen2'],
  ['ovis_image_bf16.safetensors', 'ovis'],
  ['kandinsky5lite_t2i.safetensors', 'kandinsky5'],
  ['longcat_image_bf16.safetensors', 'longcat'],
  ['longcat_image_edit_bf16.safetensors', 'longcat-edit'],
  ['ideogram4_fp8_scaled.safetensors', 'ideogram4'],
  ['lens_turbo_bf16.safetensors', 'lens-turbo'],
  ['lens_bf16.safetensors', 'lens'],
  ['pixeldit_1300m_1024px_bf16.safetensors', 'pixeldit'],
  ['NewBie-Image-Exp0.1-bf16.safetensors', 'newbie'],
  ['mage_flow_int8_convrot.safetensors', 'mage'],
  ['mage_flow_edit_turbo_int8_convrot.safetensors', 'mage-edit-turbo'],
  ['boogu_image_turbo_fp8_scaled.safetensors', 'boogu-turbo'],
  ['boogu_image_edit_fp8_scaled.safetensors', 'boogu-edit'],
  ['joyai_image_edit_int8_convrot.safetensors', 'joy-edit'],
  ['sd3.5_large-Q4_0.gguf', 'sd35-large'],
  ['sd3.5_large_turbo-Q8_0.gguf', 'sd35-large-turbo'],
  // Not for pictures, or no model of their own.
  ['wan2.2_t2v_high_noise_14B_fp8_scaled.safetensors', 'no-picture'],
  ['Wan2_1-I2V-14B-480p_fp8_e4m3fn_scaled_KJ.safetensors', 'no-picture'],
  ['ltx-2.3-22b-dev-fp8.safetensors', 'no-picture'],
  ['hunyuanvideo1.5_720p_i2v_fp16.safetensors', 'no-picture'],
  ['ideogram4_unconditional_fp8_scaled.safetensors', 'no-picture'],
  ['flux1-canny-dev.safetensors', 'no-picture'],
  ['lotus-depth-d-v1-1.safetensors', 'no-picture'],
  ['kandinsky5lite_i2v_5s.safetensors', 'no-picture'],
  ['model.safetensors', 'unknown'],
];

const CHECKPOINTS: readonly [file: string, family: string][] = [
  ['flux1-dev-fp8.safetensors', 'flux-dev'],
  ['sd3.5_large_fp8_scaled.safetensors', 'sd35-large'],
  ['sd3_medium_incl_clips_t5xxlfp8.safetensors', 'sd3'],
  ['hidream_o1_image_bf16.safetensors', 'hidream-o1'],
  ['hidream_o1_image_dev_fp8_scaled.safetensors', 'hidream-o1-dev'],
  ['NetaYumev35_pretrained_all_in_one.safetensors', 'netayume'],
  ['Qwen-Rapid-AIO-NSFW-v9.safetensors', 'qwen-edit-fast'],
  ['sd-v1-5-inpainting.ckpt', 'sd-inpainting'],
  ['SD15\\dreamshaper_8Inpainting.safetensors', 'sd-inpainting'],
  ['sd_xl_turbo_1.0_fp16.safetensors', 'sdxl-turbo'],
  ['dreamshaperXL_v21TurboDPMSDE.safetensors', 'sdxl-turbo'],
  ['sdxl_lightning_8step.safetensors', 'sdxl-lightning'],
  ['realvisxlV50_v50_dmd2.safetensors', 'sdxl-hyper'],
  ['sd_xl_base_1.0.safetensors', 'checkpoint'],
  ['Illustrious/waiNSFWIllustrious_v150.safetensors', 'checkpoint'],
  ['ponyDiffusionV6XL_v6StartWithThisOne.safetensors', 'checkpoint'],
  ['v1-5-pruned-emaonly-fp16.safetensors', 'checkpoint'],
  ['animagineXL40_v4Opt.safetensors', 'checkpoint'],
  ['chromanimationMix.safetensors', 'checkpoint'],
  ['svd_xt_1_1.safetensors', 'no-picture'],
  ['sd_xl_refiner_1.0.safetensors', 'no-picture'],
  ['ace_step_v1_3.5b.safetensors', 'no-picture'],
];

describe('the family of a model', () => {
  it.each(DIFFUSION)('%s is %s', (file, family) => {
    expect(guessFamily({ file, whole: false })).toBe(family);
  });

  it.each(CHECKPOINTS)('the checkpoint %s is %s', (file, family) => {
    expect(guessFamily({ file, whole: true })).toBe(family);
  });

  it('goes by the type of the text encoder where names say nothing', () => {
    expect(guessFamily({ file: 'my-model.safetensors', whole: false }, 'chroma')).toMatch(/^chroma/);
    expect(guessFamily({ file: 'my-model.safetensors', whole: false }, 'nonsense')).toBe('unknown');
    expect(guessFamily({ file: 'z_image.safetensors', whole: false }, 'chroma')).toBe('z-image');
  });

  it('prefers the file’s own name to its folder', () => {
    expect(guessFamily({ file: 'flux/qwen_image_fp8.safetensors', whole: false })).toBe('qwen-image');
  });

  it('compares names without ending, case and separators', () => {
    expect(cleanName('Flux\\FLUX.1 [dev]_Q8_0.gguf')).toBe('flux/flux-1-dev-q8-0');
  });

  it('has families with ids of their own, each of which some name leads to', () => {
    const ids = FAMILIES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z\d-]{1,50}$/.test(id))).toEqual([]);
  });
});
