import type { PaintBrushTool, PaintLayerTool, ToolId } from '../model/editor-types';

/** Tools of the paint layer, in the order of the toolbar. */
export const PAINT_LAYER_TOOLS: readonly PaintLayerTool[] = [
  'paint',
  'paintEraser',
  'paintFill',
  'paintGradient',
  'place',
];

export function isPaintLayerTool(tool: ToolId): tool is PaintLayerTool {
  return PAINT_LAYER_TOOLS.some((one) => one === tool);
}

export function isPaintBrush(tool: ToolId): tool is PaintBrushTool {
  return tool === 'paint' || tool === 'paintEraser';
}
