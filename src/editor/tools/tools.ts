import type { ToolId } from '../editor-types';
import { BrushTool, type StrokeMemory } from './brush-tool';
import type { Tool } from './tool';

/** The tools of one session, by name. `hand` is no tool: it moves the picture. */
export function makeTools(): ReadonlyMap<ToolId, Tool> {
  const memory: StrokeMemory = { last: null };
  const tools: Tool[] = [new BrushTool('brush', memory), new BrushTool('eraser', memory)];
  return new Map(tools.map((tool) => [tool.id, tool]));
}
