import type { ApiGraph, ApiInput, ApiNode } from '../../comfy/graph';
import { sampleGraph } from '../samples/graph';
import { SAMPLES, type SampleSpec } from '../samples/specs';

/** A graph the engine offers as a beginning. */
export interface DemoTemplate {
  /** File name without ending. */
  name: string;
  title: { en: string; zh: string };
  about: { en: string; zh: string };
  /** Position among `SAMPLES` of the picture that stands for it. */
  picture: number;
  graph: ApiGraph;
}

function node(title: string, className: string, inputs: Record<string, ApiInput>): ApiNode {
  return { class_type: className, inputs, _meta: { title } };
}

const LOAD = node('Load Image', 'LoadImage', { image: 'example.png' });
const EXAMPLE: SampleSpec = { ...(SAMPLES[0] as SampleSpec), width: 512, height: 512 };

/** The engine's templates: its own graphs, made of the nodes it has. */
export const DEMO_TEMPLATES: readonly { group: { en: string; zh: string }; templates: DemoTemplate[] }[] = [
  {
    group: { en: 'Image', zh: '图像' },
    templates: [
      {
        name: 'darkroom_text_to_image',
        title: { en: 'Text to image', zh: '文生图' },
        about: {
          en: 'A picture from a prompt. The demo paints it by classical means.',
          zh: '按提示词生成图片。演示引擎用传统方法绘制。',
        },
        picture: 0,
        graph: sampleGraph(EXAMPLE),
      },
      {
        name: 'darkroom_soften_image',
        title: { en: 'Soften a picture', zh: '柔化图片' },
        about: { en: 'Blurs a picture, without a model.', zh: '模糊图片，无需模型。' },
        picture: 5,
        graph: {
          '1': LOAD,
          '2': node('Blur', 'ImageBlur', { image: ['1', 0], blur_radius: 4, sigma: 2 }),
          '3': node('Save Image', 'SaveImage', { images: ['2', 0], filename_prefix: 'soft' }),
        },
      },
      {
        name: 'darkroom_resize_image',
        title: { en: 'Resize a picture', zh: '缩放图片' },
        about: { en: 'Scales a picture by a factor, without a model.', zh: '按倍数缩放图片，无需模型。' },
        picture: 2,
        graph: {
          '1': LOAD,
          '2': node('Resize', 'ImageScaleBy', {
            image: ['1', 0],
            upscale_method: 'lanczos',
            scale_by: 0.5,
          }),
          '3': node('Save Image', 'SaveImage', { images: ['2', 0], filename_prefix: 'resized' }),
        },
      },
    ],
  },
  {
    group: { en: 'Video', zh: '视频' },
    templates: [
      {
        name: 'darkroom_image_to_animation',
        title: { en: 'Image to animation', zh: '图片转动画' },
        about: {
          en: 'Sets a picture in motion and saves it as a GIF.',
          zh: '让图片动起来，并保存为 GIF。',
        },
        picture: 3,
        graph: {
          '3': node('KSampler', 'KSampler', {
            seed: 0,
            steps: 6,
            cfg: 2.5,
            sampler_name: 'euler',
            scheduler: 'karras',
            denoise: 1,
            model: ['14', 0],
            positive: ['12', 0],
            negative: ['12', 1],
            latent_image: ['12', 2],
          }),
          '8': node('VAE Decode', 'VAEDecode', { samples: ['3', 0], vae: ['15', 2] }),
          '12': node('SVD conditioning', 'SVD_img2vid_Conditioning', {
            width: 512,
            height: 288,
            video_frames: 14,
            motion_bucket_id: 64,
            fps: 6,
            augmentation_level: 0,
            clip_vision: ['15', 1],
            init_image: ['23', 0],
            vae: ['15', 2],
          }),
          '14': node('Linear CFG guidance', 'VideoLinearCFGGuidance', { min_cfg: 1, model: ['15', 0] }),
          '15': node('Load Checkpoint', 'ImageOnlyCheckpointLoader', { ckpt_name: 'svd_xt_1_1.safetensors' }),
          '23': LOAD,
          '24': node('Video Combine', 'VHS_VideoCombine', {
            frame_rate: 6,
            loop_count: 0,
            filename_prefix: 'animation',
            format: 'image/gif',
            pingpong: false,
            save_output: true,
            images: ['8', 0],
          }),
        },
      },
    ],
  },
];
