import type { ApiGraph, ApiInput, ApiNode, NodeLink } from '../../src/comfy/graph';

/** A node id under which a graph keeps an output. */
export type OutputName = string;

/** Any node; the class must be one that needs no model. */
export function node(classType: string, inputs: Record<string, ApiInput>): ApiNode {
  return { class_type: classType, inputs };
}

export function emptyImage(width: number, height: number, color = 0, batch = 1): ApiNode {
  return node('EmptyImage', { width, height, batch_size: batch, color });
}

export function solidMask(value: number, width: number, height: number): ApiNode {
  return node('SolidMask', { value, width, height });
}

export function saveImage(images: NodeLink, prefix: string): ApiNode {
  return node('SaveImage', { images, filename_prefix: prefix });
}

export function previewImage(images: NodeLink): ApiNode {
  return node('PreviewImage', { images });
}

/** EmptyImage `1` into SaveImage `2`. A new colour makes new content, which no cache can answer. */
export function saveGraph(prefix: string, color = anyColor()): ApiGraph {
  return { '1': emptyImage(8, 8, color), '2': saveImage(['1', 0], prefix) };
}

/** EmptyImage `1` into PreviewImage `2`: leaves nothing in the output folder. */
export function previewGraph(color = anyColor()): ApiGraph {
  return { '1': emptyImage(8, 8, color), '2': previewImage(['1', 0]) };
}

export function anyColor(): number {
  return Math.floor(Math.random() * 0x1000000);
}

/**
 * A graph that works for several seconds in many small steps, so that it can be interrupted at once: masks
 * (new in every graph, so that nothing is cached) grown by several amounts, all combined into one preview
 * under node `out`.
 */
export function slowGraph(masks = 16, amounts = 16): ApiGraph {
  const graph: ApiGraph = {};
  let level: NodeLink[] = [];
  for (let m = 0; m < masks; m++) {
    graph[`mask${m}`] = solidMask(Math.random(), 256, 256);
    for (let a = 0; a < amounts; a++) {
      const id = `grow${m}-${a}`;
      graph[id] = node('GrowMask', { mask: [`mask${m}`, 0], expand: 60 + a, tapered_corners: true });
      level.push([id, 0]);
    }
  }
  for (let depth = 0; level.length > 1; depth++) {
    const next: NodeLink[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [destination, source] = [level[i], level[i + 1]];
      if (!destination || !source) {
        next.push(...level.slice(i));
        continue;
      }
      const id = `join${depth}-${i / 2}`;
      graph[id] = node('MaskComposite', { destination, source, x: 0, y: 0, operation: 'or' });
      next.push([id, 0]);
    }
    level = next;
  }
  graph.image = node('MaskToImage', { mask: level[0] ?? ['mask0', 0] });
  graph.out = previewImage(['image', 0]);
  return graph;
}
