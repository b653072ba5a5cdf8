import type { ApiGraph, ApiNode, NodeLink } from '../../../src/comfy/graph';
import { checkpointGraph } from '../../../src/workflows/surgery/fixtures/small-graphs';

/** A graph of so many nodes in API format, most of which the sampler needs: LoRAs, maps, texts, and other pictures. */
export function bigGraph(count: number): ApiGraph {
  const graph = checkpointGraph();
  const add = (id: string, class_type: string, inputs: ApiNode['inputs']): NodeLink => {
    graph[id] = { class_type, inputs };
    return [id, 0];
  };
  const sampler = graph['3'] as ApiNode;
  let [model, text]: NodeLink[] = [['4', 0], add('t', 'PrimitiveStringMultiline', { value: 'a cat' })] as [
    NodeLink,
    NodeLink,
  ];
  let [positive, negative]: NodeLink[] = [
    ['6', 0],
    ['7', 0],
  ] as [NodeLink, NodeLink];
  const net = add('net', 'ControlNetLoader', { control_net_name: 'depth.safetensors' });
  for (let i = 0; Object.keys(graph).length + 7 <= count; i++) {
    model = add(`lora${i}`, 'LoraLoaderModelOnly', {
      model: model,
      lora_name: 'style.safetensors',
      strength_model: i / 100,
    });
    if (i < 6) {
      text = add(`text${i}`, 'StringConcatenate', {
        string_a: text,
        string_b: `${i}`,
        delimiter: ' ',
      });
    }
    const picture = add(`picture${i}`, 'LoadImage', { image: 'pose.png' });
    const image = add(`edges${i}`, 'Canny', { image: picture, low_threshold: 0.1 });
    const map = { positive, negative, control_net: net, image, strength: 1 } as ApiNode['inputs'];
    positive = add(`map${i}`, 'ControlNetApplyAdvanced', map);
    negative = [`map${i}`, 1];
    add(`shown${i}`, 'PreviewImage', { images: image });
    add(`saved${i}`, 'SaveImage', { images: picture, filename_prefix: 'x' });
  }
  while (Object.keys(graph).length < count) {
    add(`more${Object.keys(graph).length}`, 'PrimitiveInt', { value: 1 });
  }
  graph['6'] = { class_type: 'CLIPTextEncode', inputs: { text: text, clip: ['4', 1] } };
  sampler.inputs = { ...sampler.inputs, model, positive, negative };
  return graph;
}
