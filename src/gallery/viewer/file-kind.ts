/** What a file is that is no picture, video or sound, by its name: nodes put files under any output key. */
export type FileKind = 'text' | 'model' | 'page' | 'file';

const TEXT = /\.(txt|md|json|csv|tsv|srt|vtt|ya?ml|log|xml)$/i;
const MODEL = /\.(glb|gltf|obj|fbx|usdz|stl|ply|splat|spz|ksplat)$/i;
/** Whatever a browser would run programs of. */
const PAGE = /\.(x?html?|xht|mhtml|m?js)$/i;

export function fileKind(filename: string): FileKind {
  if (PAGE.test(filename)) {
    return 'page';
  }
  if (MODEL.test(filename)) {
    return 'model';
  }
  return TEXT.test(filename) ? 'text' : 'file';
}
