import Brush from '@lucide/svelte/icons/brush';
import Heal from '@lucide/svelte/icons/bandage';
import Circle from '@lucide/svelte/icons/circle';
import Eraser from '@lucide/svelte/icons/eraser';
import Gradient from '@lucide/svelte/icons/blend';
import Hand from '@lucide/svelte/icons/hand';
import Place from '@lucide/svelte/icons/image-plus';
import Lasso from '@lucide/svelte/icons/lasso';
import Quick from '@lucide/svelte/icons/lasso-select';
import LayerEraser from '@lucide/svelte/icons/square-x';
import PaintBucket from '@lucide/svelte/icons/paint-bucket';
import Paint from '@lucide/svelte/icons/paintbrush-vertical';
import PaintRoller from '@lucide/svelte/icons/paint-roller';
import Pentagon from '@lucide/svelte/icons/pentagon';
import Square from '@lucide/svelte/icons/square';
import QuickBox from '@lucide/svelte/icons/square-dashed-mouse-pointer';
import Range from '@lucide/svelte/icons/swatch-book';
import MaskGradient from '@lucide/svelte/icons/sunset';
import Clone from '@lucide/svelte/icons/stamp';
import Smart from '@lucide/svelte/icons/mouse-pointer-click';
import Wand from '@lucide/svelte/icons/wand';
import type { Component } from 'svelte';
import type { ToolId } from '../model/editor-types';
import { AREA_TOOLS } from './area-tools';
import { PAINT_LAYER_TOOLS } from './paint-layer-tools';

export const TOOL_ICONS: Readonly<Record<ToolId, Component<{ size?: number | string }>>> = {
  brush: Brush,
  eraser: Eraser,
  rect: Square,
  ellipse: Circle,
  lasso: Lasso,
  polygon: Pentagon,
  fill: PaintBucket,
  gradient: MaskGradient,
  wand: Wand,
  range: Range,
  quick: Quick,
  quickBox: QuickBox,
  smart: Smart,
  paint: Paint,
  paintEraser: LayerEraser,
  clone: Clone,
  heal: Heal,
  paintFill: PaintRoller,
  paintGradient: Gradient,
  place: Place,
  hand: Hand,
};

/** Tools in the groups they are shown in. */
export const TOOL_GROUPS: readonly (readonly ToolId[])[] = [
  ['brush', 'eraser'],
  AREA_TOOLS,
  ['fill', 'gradient', 'wand', 'range', 'quick', 'quickBox', 'smart'],
  PAINT_LAYER_TOOLS,
  ['hand'],
];
