import type { CombineChoice, EditorCommand, ToolId } from '../model/editor-types';
import type { EditorSession } from './editor-session.svelte';

type Verb = (session: EditorSession) => void;

const COMMANDS: Partial<Record<EditorCommand, Verb>> = {
  'tool.swap': swap,
  'brush.unit': ({ options }) => {
    options.swapUnit();
  },
  'brush.smaller': ({ options }) => {
    options.step(-1);
  },
  'brush.larger': ({ options }) => {
    options.step(1);
  },
  'brush.softer': ({ options }) => {
    options.stepHardness(-1);
  },
  'brush.harder': ({ options }) => {
    options.stepHardness(1);
  },
  'brush.rougher': ({ options }) => {
    options.stepSmoothing(-1);
  },
  'brush.smoother': ({ options }) => {
    options.stepSmoothing(1);
  },
  'history.undo': (session) => {
    session.undo();
  },
  'history.redo': (session) => {
    session.redo();
  },
  'mask.all': (session) => {
    session.selectAll();
  },
  'mask.clear': (session) => {
    session.clear();
  },
  'mask.invert': (session) => {
    session.invert();
  },
  'view.fit': ({ camera }) => {
    camera.zoomTo('fit');
  },
  'view.actual': ({ camera }) => {
    camera.zoomTo('100%');
  },
  'view.mask': ({ camera }) => {
    camera.zoomTo('mask');
  },
  'view.in': ({ camera, pointer }) => {
    camera.zoomStep(1, pointer);
  },
  'view.out': ({ camera, pointer }) => {
    camera.zoomStep(-1, pointer);
  },
  'view.rotateLeft': ({ camera }) => {
    camera.rotateStep(-1);
  },
  'view.rotateRight': ({ camera }) => {
    camera.rotateStep(1);
  },
  'view.rotateReset': ({ camera }) => {
    camera.rotateTo(0);
  },
  'view.maskOnly': ({ view }) => {
    view.setMode(view.mode === 'mask' ? 'overlay' : 'mask');
  },
};

/** Commands named by what they choose: `tool.lasso`, `combine.add`, `brush.opacity.50`. */
const FAMILIES: readonly { prefix: string; run: (session: EditorSession, choice: string) => void }[] = [
  {
    prefix: 'brush.opacity.',
    run: ({ options }, choice) => {
      options.setOpacity(Number(choice) / 100);
    },
  },
  {
    prefix: 'combine.',
    run: ({ options }, choice) => {
      options.setCombine(choice as CombineChoice);
    },
  },
  {
    prefix: 'tool.',
    run: (session, choice) => {
      session.setTool(choice as ToolId);
    },
  },
];

/** Whether a command would do something now. */
export function canRun(session: EditorSession, command: EditorCommand): boolean {
  const { options } = session;
  if (command.startsWith('combine.')) {
    return options.combine !== null;
  }
  if (command.startsWith('tool.')) {
    return true;
  }
  if (command.startsWith('brush.opacity.')) {
    return options.opacity !== null;
  }
  switch (command) {
    case 'brush.smaller':
    case 'brush.larger':
      return options.steps;
    case 'brush.softer':
    case 'brush.harder':
      return options.softens;
    case 'brush.rougher':
    case 'brush.smoother':
    case 'brush.unit':
      return options.paints;
    case 'history.undo':
      return session.canUndo || session.painting;
    case 'history.redo':
      return session.canRedo;
    case 'mask.clear':
      return session.status === 'ready' && !session.masks.empty;
    case 'view.mask':
      return session.status === 'ready' && !session.isEmpty;
    default:
      return session.status === 'ready';
  }
}

/** Does what a shortcut or a button names. */
export function runCommand(session: EditorSession, command: EditorCommand): void {
  const verb = COMMANDS[command];
  if (verb) {
    verb(session);
    return;
  }
  const family = FAMILIES.find(({ prefix }) => command.startsWith(prefix));
  family?.run(session, command.slice(family.prefix.length));
}

/** Brush and eraser change places; other tools take away instead of adding. */
function swap(session: EditorSession): void {
  if (session.tool === 'brush' || session.tool === 'eraser') {
    session.setTool(session.tool === 'eraser' ? 'brush' : 'eraser');
  } else {
    session.options.setCombine(session.options.combine === 'subtract' ? 'add' : 'subtract');
  }
}
