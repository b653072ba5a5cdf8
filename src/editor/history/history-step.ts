import Blend from '@lucide/svelte/icons/blend';
import BrushIcon from '@lucide/svelte/icons/brush';
import Circle from '@lucide/svelte/icons/circle';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import Contrast from '@lucide/svelte/icons/contrast';
import Eraser from '@lucide/svelte/icons/eraser';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import Lasso from '@lucide/svelte/icons/lasso';
import LassoSelect from '@lucide/svelte/icons/lasso-select';
import Layers from '@lucide/svelte/icons/layers';
import MousePointerClick from '@lucide/svelte/icons/mouse-pointer-click';
import PaintBucket from '@lucide/svelte/icons/paint-bucket';
import Palette from '@lucide/svelte/icons/palette';
import Pentagon from '@lucide/svelte/icons/pentagon';
import Square from '@lucide/svelte/icons/square';
import SquareDashed from '@lucide/svelte/icons/square-dashed';
import Sunset from '@lucide/svelte/icons/sunset';
import SwatchBook from '@lucide/svelte/icons/swatch-book';
import Trash2 from '@lucide/svelte/icons/trash-2';
import WandSparkles from '@lucide/svelte/icons/wand-sparkles';
import type { Component } from 'svelte';
import type { MessageKey } from '../../i18n/index.svelte';

interface StepLook {
  icon: Component<{ size?: number | string }>;
  name: MessageKey;
}

const LOOKS: Partial<Record<string, StepLook>> = {
  brush: { icon: BrushIcon, name: 'editor.history.step.brush' },
  eraser: { icon: Eraser, name: 'editor.history.step.eraser' },
  rect: { icon: Square, name: 'editor.history.step.rect' },
  ellipse: { icon: Circle, name: 'editor.history.step.ellipse' },
  lasso: { icon: Lasso, name: 'editor.history.step.lasso' },
  polygon: { icon: Pentagon, name: 'editor.history.step.polygon' },
  fill: { icon: PaintBucket, name: 'editor.history.step.fill' },
  wand: { icon: WandSparkles, name: 'editor.history.step.wand' },
  gradient: { icon: Sunset, name: 'editor.history.step.gradient' },
  range: { icon: SwatchBook, name: 'editor.history.step.range' },
  quick: { icon: LassoSelect, name: 'editor.history.step.quick' },
  smart: { icon: MousePointerClick, name: 'editor.history.step.smart' },
  paint: { icon: Palette, name: 'editor.history.step.paint' },
  'paint-erase': { icon: Palette, name: 'editor.history.step.paintErase' },
  'paint-clone': { icon: Palette, name: 'editor.history.step.paintClone' },
  'paint-heal': { icon: Palette, name: 'editor.history.step.paintHeal' },
  'paint-fill': { icon: Palette, name: 'editor.history.step.paintFill' },
  'paint-gradient': { icon: Palette, name: 'editor.history.step.paintGradient' },
  'paint-place': { icon: Palette, name: 'editor.history.step.paintPlace' },
  'paint-mask': { icon: Palette, name: 'editor.history.step.paintMask' },
  clear: { icon: Trash2, name: 'editor.history.step.clear' },
  all: { icon: SquareDashed, name: 'editor.history.step.all' },
  invert: { icon: Contrast, name: 'editor.history.step.invert' },
  load: { icon: FolderOpen, name: 'editor.history.step.load' },
  modifiers: { icon: Blend, name: 'editor.history.step.modifiers' },
  holes: { icon: Blend, name: 'editor.history.step.holes' },
  contour: { icon: CircleDashed, name: 'editor.history.step.contour' },
  specks: { icon: Blend, name: 'editor.history.step.specks' },
  'mask-unite': { icon: Layers, name: 'editor.history.step.maskUnite' },
  'mask-subtract': { icon: Layers, name: 'editor.history.step.maskSubtract' },
  'mask-intersect': { icon: Layers, name: 'editor.history.step.maskIntersect' },
  'mask-add': { icon: Layers, name: 'editor.history.step.maskAdd' },
  'mask-remove': { icon: Layers, name: 'editor.history.step.maskRemove' },
  'mask-rename': { icon: Layers, name: 'editor.history.step.maskRename' },
  'mask-color': { icon: Layers, name: 'editor.history.step.maskColor' },
  'mask-mode': { icon: Layers, name: 'editor.history.step.maskMode' },
  'mask-show': { icon: Layers, name: 'editor.history.step.maskShow' },
  'mask-hide': { icon: Layers, name: 'editor.history.step.maskHide' },
  'mask-order': { icon: Layers, name: 'editor.history.step.maskOrder' },
};

/** Icon and name of what a step did; steps of unknown tools are changes. */
export function stepLook(tool: string): StepLook {
  return LOOKS[tool] ?? { icon: Blend, name: 'editor.history.step.other' };
}
