import type { AreaTool, ToolId } from '../model/editor-types';

export const AREA_TOOLS: readonly AreaTool[] = ['rect', 'ellipse', 'lasso', 'polygon'];

export function isAreaTool(tool: ToolId): tool is AreaTool {
  return AREA_TOOLS.some((area) => area === tool);
}
