import type { CopyToolId, PaintBrushTool, PaintLayerTool, ToolId } from '../model/editor-types';

/** Tools of the paint layer, in the order of the toolbar. */
export const PAINT_LAYER_TOOLS: readonly PaintLayerTool[] = [
  'paint',
  'paintEraser',
  'clone',
  'heal',
  'paintFill',
  'paintGradient',
  'place',
];

export function isPaintLayerTool(tool: ToolId): tool is PaintLayerTool {
  return PAINT_LAYER_TOOLS.some((one) => one === tool);
}

export function isPaintBrush(tool: ToolId): tool is PaintBrushTool | CopyToolId {
  return tool === 'paint' || tool === 'paintEraser' || isCopyTool(tool);
}

export function isCopyTool(tool: ToolId): tool is CopyToolId {
  return tool === 'clone' || tool === 'heal';
}
