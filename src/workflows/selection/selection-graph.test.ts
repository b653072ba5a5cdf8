import { describe, expect, it } from 'vitest';
import { isLink } from '../../comfy/graph';
import { type NodeInfo, parseNodeInfo } from '../../comfy/object-info';
import { type SelectionWish, missingForSelection, selectionGraph, selectionModels } from './selection-graph';

const OPTIONS = { image: 'photo.png [input]', threshold: 0.4, refine: 3 };

/** A server with these classes; those with an input have files to choose from. */
function server(classes: Record<string, [input: string, files: string[]] | null>): Map<string, NodeInfo> {
  return new Map(
    Object.entries(classes).flatMap(([name, choice]) => {
      const required = choice ? { [choice[0]]: ['COMBO', { options: choice[1] }] } : {};
      const info = parseNodeInfo(name, { input: { required }, output: [], output_name: [] });
      return info ? [[name, info]] : [];
    }),
  );
}

const CORE = {
  LoadImage: null,
  MaskToImage: null,
  PreviewImage: null,
  CLIPTextEncode: null,
  InvertMask: null,
};
const points = (...positive: [number, number][]): SelectionWish => ({
  kind: 'points',
  positive: positive.map(([x, y]) => ({ x, y })),
  negative: [],
});

/** The node of a class, with its links replaced by the class they come from. */
function node(wish: SelectionWish, class_type: string): Record<string, unknown> | undefined {
  const { graph } = selectionGraph(wish, 'model.safetensors', OPTIONS);
  const found = Object.values(graph).find((one) => one.class_type === class_type);
  return (
    found &&
    Object.fromEntries(
      Object.entries(found.inputs).map(([name, value]) => [
        name,
        isLink(value) ? `${graph[value[0]]?.class_type ?? '?'} ${value[1]}` : value,
      ]),
    )
  );
}

describe('the graph of a selection', () => {
  it('brings each object back as a picture of its own', () => {
    const { graph, result } = selectionGraph(points([1, 2]), 'sam3.safetensors', OPTIONS);
    expect(graph[result]?.class_type).toBe('PreviewImage');
    expect(node(points([1, 2]), 'PreviewImage')).toEqual({ images: 'MaskToImage 0' });
    expect(node(points([1, 2]), 'MaskToImage')).toEqual({ mask: 'SAM3_Detect 0' });
    expect(node(points([1, 2]), 'LoadImage')).toEqual({ image: 'photo.png [input]' });
    expect(node(points([1, 2]), 'CheckpointLoaderSimple')).toEqual({ ckpt_name: 'model.safetensors' });
    expect(Object.values(graph).some(({ class_type }) => class_type === 'SaveImage')).toBe(false);
  });

  it('looks for words', () => {
    const wish: SelectionWish = { kind: 'words', text: ' left hand, window:4 ' };
    expect(node(wish, 'CLIPTextEncode')).toEqual({
      text: 'left hand, window:4',
      clip: 'CheckpointLoaderSimple 1',
    });
    expect(node(wish, 'SAM3_Detect')).toEqual({
      model: 'CheckpointLoaderSimple 0',
      image: 'LoadImage 0',
      threshold: 0.4,
      refine_iterations: 3,
      individual_masks: true,
      conditioning: 'CLIPTextEncode 0',
    });
  });

  it('hands points over as text in whole px, negative ones only when there are some', () => {
    expect(node(points([10.7, 20.2], [3, 4]), 'PrimitiveString')).toEqual({
      value: '[{"x":10,"y":20},{"x":3,"y":4}]',
    });
    expect(node(points([1, 1]), 'SAM3_Detect')).not.toHaveProperty('negative_coords');
    const { graph } = selectionGraph(
      { kind: 'points', positive: [{ x: 1, y: 1 }], negative: [{ x: 5, y: 6 }] },
      'm',
      OPTIONS,
    );
    const detect = Object.values(graph).find(({ class_type }) => class_type === 'SAM3_Detect');
    const link = detect?.inputs['negative_coords'];
    expect(isLink(link) && graph[link[0]]?.inputs).toEqual({ value: '[{"x":5,"y":6}]' });
  });

  it('keeps a box within what the server takes', () => {
    expect(
      node({ kind: 'box', box: { x: -3, y: 7.6, width: 20_000, height: 0 } }, 'PrimitiveBoundingBox'),
    ).toEqual({
      x: 0,
      y: 8,
      width: 16_384,
      height: 1,
    });
  });

  it('selects the subject, and what is not the subject', () => {
    expect(node({ kind: 'subject' }, 'MaskToImage')).toEqual({ mask: 'RemoveBackground 0' });
    expect(node({ kind: 'background' }, 'MaskToImage')).toEqual({ mask: 'InvertMask 0' });
    expect(node({ kind: 'background' }, 'InvertMask')).toEqual({ mask: 'RemoveBackground 0' });
    expect(node({ kind: 'subject' }, 'RemoveBackground')).toEqual({
      bg_removal_model: 'LoadBackgroundRemovalModel 0',
      image: 'LoadImage 0',
    });
  });

  it('selects parts of every face', () => {
    const wish: SelectionWish = { kind: 'face', parts: ['lips', 'left_eye'] };
    expect(node(wish, 'MediaPipeFaceLandmarker')).toMatchObject({ num_faces: 0, min_confidence: 0.4 });
    expect(node(wish, 'MediaPipeFaceMask')).toEqual({
      face_landmarks: 'MediaPipeFaceLandmarker 0',
      regions: 'custom',
      'regions.face_oval': false,
      'regions.lips': true,
      'regions.left_eye': true,
      'regions.right_eye': false,
      'regions.irises': false,
    });
  });

  it.each<SelectionWish>([
    { kind: 'words', text: '  ' },
    { kind: 'points', positive: [], negative: [{ x: 1, y: 1 }] },
    { kind: 'face', parts: [] },
  ])('is not made of nothing: $kind', (wish) => {
    expect(() => selectionGraph(wish, 'm', OPTIONS)).toThrow(RangeError);
  });
});

describe('what a selection needs', () => {
  const sam = { ...CORE, SAM3_Detect: null, PrimitiveString: null, PrimitiveBoundingBox: null };

  it('takes the checkpoints that are SAM 3', () => {
    const infos = server({
      ...sam,
      CheckpointLoaderSimple: [
        'ckpt_name',
        ['flux.safetensors', 'sam3.1_multiplex_fp16.safetensors', 'SAM-3.pt'],
      ],
    });
    expect(selectionModels(points([1, 1]), infos)).toEqual(['sam3.1_multiplex_fp16.safetensors', 'SAM-3.pt']);
    expect(missingForSelection(points([1, 1]), infos)).toEqual([]);
  });

  it('says which file goes where when only that is missing', () => {
    const infos = server({
      ...sam,
      RemoveBackground: null,
      CheckpointLoaderSimple: ['ckpt_name', ['flux.safetensors']],
      LoadBackgroundRemovalModel: ['bg_removal_name', []],
    });
    expect(missingForSelection({ kind: 'words', text: 'cat' }, infos)).toEqual([
      { kind: 'model', folder: 'checkpoints', example: 'sam3.1_multiplex_fp16.safetensors' },
    ]);
    expect(missingForSelection({ kind: 'subject' }, infos)).toEqual([
      { kind: 'model', folder: 'background_removal', example: 'birefnet.safetensors' },
    ]);
  });

  it('takes the model for faces among other detectors', () => {
    const face = { ...CORE, MediaPipeFaceLandmarker: null, MediaPipeFaceMask: null };
    const wish: SelectionWish = { kind: 'face', parts: ['lips'] };
    const among = (...files: string[]) =>
      server({ ...face, LoadMediaPipeFaceLandmarker: ['model_name', files] });
    const infos = among('vitpose.safetensors', 'mediapipe_face_fp32.safetensors');
    expect(selectionModels(wish, infos)).toEqual(['mediapipe_face_fp32.safetensors']);
    expect(missingForSelection(wish, infos)).toEqual([]);
    expect(missingForSelection(wish, among('vitpose.safetensors'))).toEqual([
      { kind: 'model', folder: 'detection', example: 'mediapipe_face_fp32.safetensors' },
    ]);
  });

  it('names the classes an older server lacks', () => {
    const old = server({ ...CORE, CheckpointLoaderSimple: ['ckpt_name', ['sam3.safetensors']] });
    expect(missingForSelection({ kind: 'box', box: { x: 0, y: 0, width: 1, height: 1 } }, old)).toEqual([
      { kind: 'node', name: 'SAM3_Detect' },
      { kind: 'node', name: 'PrimitiveBoundingBox' },
    ]);
    expect(
      missingForSelection({ kind: 'face', parts: ['lips'] }, old).map((need) => 'name' in need && need.name),
    ).toEqual(['LoadMediaPipeFaceLandmarker', 'MediaPipeFaceLandmarker', 'MediaPipeFaceMask']);
  });
});
