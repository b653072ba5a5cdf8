import type { ToolId } from '../model/editor-types';
import { BoxTool } from './box-tool';
import { type Copies, CopyTool } from './copy-tool';
import { BrushTool, type StrokeMemory } from './brush-tool';
import { FillTool } from './fill-tool';
import { GradientTool } from './gradient-tool';
import { LassoTool } from './lasso-tool';
import { PaintTool } from './paint-tool';
import { PaintFillTool } from './paint-fill-tool';
import { PaintGradientTool } from './paint-gradient-tool';
import type { PlaceTool } from './place-tool';
import { PictureFeed } from './picture-feed';
import { PolygonTool } from './polygon-tool';
import { QuickTool } from './quick-tool';
import { RangeTool } from './range-tool';
import type { SmartSelection } from '../smart/smart-selection.svelte';
import { SmartTool } from './smart-tool';
import type { Tool } from './tool';
import { WandTool } from './wand-tool';

/**
 * The tools of one session, by name. `hand` is not a tool: it moves the picture.
 * @param smart what a model on the server selects.
 * @param place what is being put on the paint layer.
 * @param copies what is being copied onto it.
 */
export function makeTools(
  smart: SmartSelection,
  place: PlaceTool,
  copies: Copies,
): ReadonlyMap<ToolId, Tool> {
  const memory: StrokeMemory = { last: null };
  const feed = new PictureFeed();
  const tools: Tool[] = [
    new BrushTool('brush', memory),
    new BrushTool('eraser', memory),
    new BoxTool('rect'),
    new BoxTool('ellipse'),
    new LassoTool(),
    new PolygonTool(),
    new FillTool(),
    new GradientTool(),
    new WandTool(feed),
    new RangeTool(feed),
    new QuickTool('quick', feed),
    new QuickTool('quickBox', feed),
    new SmartTool(smart),
    new PaintTool('paint'),
    new PaintTool('paintEraser'),
    new CopyTool('clone', feed, copies),
    new CopyTool('heal', feed, copies),
    new PaintFillTool(feed),
    new PaintGradientTool(),
    place,
  ];
  return new Map(tools.map((tool) => [tool.id, tool]));
}
