import { t } from '../../i18n/index.svelte';
import type { Command } from '../../ui/commands.svelte';
import { HOLD_KEYS, commandId, defaultShortcuts } from '../input/shortcuts';
import type { Masks } from '../mask-list/masks.svelte';
import type { EditorCommand, EditorStatus } from '../model/editor-types';
import type { ViewState } from './view-state.svelte';
import type { Camera } from './camera.svelte';
import type { ComposedMask } from './composed-mask.svelte';
import type { Edits } from './edits.svelte';
import type { StagePointers } from './stage-pointers.svelte';
import type { StepHistory } from './step-history.svelte';
import type { ToolInHand } from './tool-in-hand.svelte';
import type { ToolOptions } from './tool-options.svelte';

/** What the painting commands act on: a session. */
export interface PaintingParts {
  readonly status: EditorStatus;
  readonly camera: Camera;
  readonly edits: Edits;
  readonly history: StepHistory;
  readonly mask: Pick<ComposedMask, 'empty'>;
  readonly masks: Pick<Masks, 'empty'>;
  readonly options: ToolOptions;
  readonly pointers: Pick<StagePointers, 'hover'>;
  readonly tool: ToolInHand;
  readonly view: ViewState;
}

/** Every tool, in the order of the toolbar. */
export const TOOLS = [
  'brush',
  'eraser',
  'rect',
  'ellipse',
  'lasso',
  'polygon',
  'fill',
  'gradient',
  'wand',
  'range',
  'quick',
  'quickBox',
  'smart',
  'paint',
  'paintEraser',
  'clone',
  'heal',
  'paintFill',
  'paintGradient',
  'place',
  'hand',
] as const;
const COMBINES = ['add', 'subtract', 'intersect'] as const;
const OPACITIES = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100] as const;
const HOLDS = ['pan', 'erase', 'turn', 'peek'] as const;

/** All painting commands. The editor lists other commands among them. */
export function paintingCommands(parts: PaintingParts): Command[] {
  return [...toolCommands(parts), ...editCommands(parts), ...viewCommands(parts)];
}

/** Tools, their options, and the keys that change their meaning while held. */
export function toolCommands({ tool, options }: PaintingParts): Command[] {
  const paints = (): boolean => options.paints;
  const sized = (): boolean => options.sized;
  const softens = (): boolean => options.softens;
  const steps = (): boolean => options.steps;
  return [
    ...TOOLS.map((id) =>
      command(
        `tool.${id}`,
        () => t(`tools.name.${id}`),
        always,
        () => {
          tool.choose(id);
        },
      ),
    ),
    command(
      'tool.swap',
      () => t('tools.swap'),
      always,
      () => {
        swap(tool, options);
      },
    ),
    ...COMBINES.map((choice) =>
      command(
        `combine.${choice}`,
        () => t(`tools.combine.${choice}`),
        () => options.combine !== null,
        () => {
          options.setCombine(choice);
        },
      ),
    ),
    command(
      'brush.unit',
      () => t('tools.unit.swap'),
      sized,
      () => {
        options.swapUnit();
      },
    ),
    command(
      'brush.tip',
      () => t('tools.tip.swap'),
      () => options.tips,
      () => {
        options.setTip(options.tip === 'round' ? 'square' : 'round');
      },
    ),
    command(
      'brush.source',
      () => t('tools.copy.source'),
      () => options.copies,
      () => {
        options.askSource();
      },
    ),
    ...OPACITIES.map((value) =>
      command(
        `brush.opacity.${value}`,
        () => t('tools.opacityCommand', { value }),
        () => options.opacity !== null,
        () => {
          options.setOpacity(value / 100);
        },
      ),
    ),
    ...HOLDS.map((hold): Command => ({
      id: commandId(`hold.${hold}`),
      group: 'editor',
      title: () => t(`tools.hold.${hold}`),
      shortcuts: [HOLD_KEYS[hold]],
      // Listed for its key; there is nothing to run.
      enabled: () => false,
      handledElsewhere: true,
      run: () => undefined,
    })),
    command(
      'brush.smaller',
      () => t('editor.command.smaller'),
      steps,
      () => {
        options.step(-1);
      },
    ),
    command(
      'brush.larger',
      () => t('editor.command.larger'),
      steps,
      () => {
        options.step(1);
      },
    ),
    command(
      'brush.softer',
      () => t('editor.command.softer'),
      softens,
      () => {
        options.stepHardness(-1);
      },
    ),
    command(
      'brush.harder',
      () => t('editor.command.harder'),
      softens,
      () => {
        options.stepHardness(1);
      },
    ),
    command(
      'brush.rougher',
      () => t('editor.command.rougher'),
      paints,
      () => {
        options.stepSmoothing(-1);
      },
    ),
    command(
      'brush.smoother',
      () => t('editor.command.smoother'),
      paints,
      () => {
        options.stepSmoothing(1);
      },
    ),
  ];
}

/** Undo, redo, and changes of the whole mask. */
export function editCommands(parts: PaintingParts): Command[] {
  const { edits, history, masks } = parts;
  const ready = isReady(parts);
  return [
    command(
      'history.undo',
      () => t('editor.undo'),
      () => history.canUndo || edits.painting,
      () => {
        history.undo();
      },
    ),
    command(
      'history.redo',
      () => t('editor.redo'),
      () => history.canRedo,
      () => {
        history.redo();
      },
    ),
    command(
      'mask.all',
      () => t('editor.selectAll'),
      ready,
      () => {
        edits.selectAll();
      },
    ),
    command(
      'mask.clear',
      () => t('editor.clear'),
      () => ready() && !masks.empty,
      () => {
        edits.clear();
      },
    ),
    command(
      'mask.invert',
      () => t('editor.invert'),
      ready,
      () => {
        edits.invert();
      },
    ),
  ];
}

/** Zoom, turn and what is shown. */
export function viewCommands(parts: PaintingParts): Command[] {
  const { camera, mask, pointers, view } = parts;
  const ready = isReady(parts);
  return [
    command(
      'view.fit',
      () => t('editor.fit'),
      ready,
      () => {
        camera.zoomTo('fit');
      },
    ),
    command(
      'view.actual',
      () => t('editor.actual'),
      ready,
      () => {
        camera.zoomTo('100%');
      },
    ),
    command(
      'view.mask',
      () => t('editor.fitMask'),
      () => ready() && !mask.empty,
      () => {
        camera.zoomTo('mask');
      },
    ),
    command(
      'view.in',
      () => t('editor.zoomIn'),
      ready,
      () => {
        camera.zoomStep(1, pointers.hover);
      },
    ),
    command(
      'view.out',
      () => t('editor.zoomOut'),
      ready,
      () => {
        camera.zoomStep(-1, pointers.hover);
      },
    ),
    command(
      'view.rotateLeft',
      () => t('editor.view.rotateLeft'),
      ready,
      () => {
        camera.rotateStep(-1);
      },
    ),
    command(
      'view.rotateRight',
      () => t('editor.view.rotateRight'),
      ready,
      () => {
        camera.rotateStep(1);
      },
    ),
    command(
      'view.rotateReset',
      () => t('editor.view.rotateReset'),
      ready,
      () => {
        camera.rotateTo(0);
      },
    ),
    command(
      'view.mirror',
      () => t('editor.view.mirror'),
      ready,
      () => {
        camera.mirror();
      },
    ),
    command(
      'view.maskOnly',
      () => t('editor.maskOnly'),
      ready,
      () => {
        view.setMode(view.mode === 'mask' ? 'overlay' : 'mask');
      },
    ),
  ];
}

/** The session handles these keys itself, before any other shortcut: see `SessionKeys`. */
function command(id: EditorCommand, title: () => string, enabled: () => boolean, run: () => void): Command {
  const shortcuts = defaultShortcuts(id);
  return { id: commandId(id), group: 'editor', title, shortcuts, enabled, handledElsewhere: true, run };
}

const always = (): boolean => true;

function isReady(parts: PaintingParts): () => boolean {
  return () => parts.status === 'ready';
}

/** Brush and eraser trade places; other tools toggle between adding and subtracting. */
function swap(tool: ToolInHand, options: ToolOptions): void {
  if (tool.id === 'brush' || tool.id === 'eraser') {
    tool.choose(tool.id === 'eraser' ? 'brush' : 'eraser');
  } else {
    options.setCombine(options.combine === 'subtract' ? 'add' : 'subtract');
  }
}
