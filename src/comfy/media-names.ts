/** What a file holds, by its name: videos arrive under `images` too, and packs invent keys (API reference 6). */
export const VIDEO_NAME = /\.(mp4|webm|mkv|mov|avi|m4v)$/i;
export const AUDIO_NAME = /\.(flac|mp3|wav|ogg|opus|m4a)$/i;
export const IMAGE_NAME = /\.(a?png|jpe?g|webp|gif|avif|bmp|svg)$/i;
/** Meshes, point clouds and splats. */
export const MODEL_NAME = /\.(glb|gltf|obj|fbx|usdz|stl|ply|splat|spz|ksplat)$/i;
