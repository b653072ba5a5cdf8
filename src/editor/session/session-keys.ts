import { isTextField, isTyping } from '../../ui/commands.svelte';
import type { EditorCommand } from '../model/editor-types';
import { editorCommand } from '../input/shortcuts';
import type { Edits } from './edits.svelte';
import type { KeyboardPainting } from './keyboard-painting.svelte';
import type { SessionCore } from './session-core.svelte';
import type { StagePointers } from './stage-pointers.svelte';
import type { ToolInHand } from './tool-in-hand.svelte';

/** What the editor's keys work with. */
export interface KeyParts {
  core: SessionCore;
  edits: Edits;
  keyboard: KeyboardPainting;
  pointers: StagePointers;
  /** Takes keys before any shortcut does. */
  tool: Pick<ToolInHand, 'key'>;
  /** Runs a registered command, if it may run now. */
  run: (command: EditorCommand) => void;
  /** A held key went down or up. */
  heldChanged: () => void;
}

/** Decides who takes a key: the tool in hand, Escape, painting by keyboard, held keys, then shortcuts. */
export class SessionKeys {
  readonly #parts: KeyParts;

  constructor(parts: KeyParts) {
    this.#parts = parts;
  }

  /** A key went down. Returns true when the editor took it and prevented its default. */
  down(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing) {
      return false;
    }
    if (this.#borrow(event)) {
      // The focused control must not see the key: Space would press it.
      event.preventDefault();
      event.stopPropagation();
      return true;
    }
    if (belongsElsewhere(event)) {
      return false;
    }
    const { core, keyboard, pointers, tool } = this.#parts;
    const { target } = event;
    const onStage = target === core.container || target === document.body;
    // An element reached by keyboard is also pressed by keyboard, whatever the tool would do with the key.
    const presses =
      target instanceof HTMLElement &&
      !onStage &&
      !core.pointed.has(target) &&
      (event.key === 'Enter' || event.key === ' ');
    pointers.keysChanged(event);
    const taken =
      (!presses && tool.key(event)) ||
      this.#cancel(event) ||
      (onStage && (keyboard.press(event) || this.#hold(event))) ||
      this.#command(event);
    if (taken) {
      event.preventDefault();
    }
    return taken;
  }

  /** A key went up. Returns true when it was the editor's. */
  up(event: KeyboardEvent): boolean {
    const { core, keyboard, pointers, heldChanged } = this.#parts;
    if (keyboard.release(event)) {
      return true;
    }
    pointers.keysChanged(event);
    if (!core.held.release(event)) {
      return false;
    }
    heldChanged();
    event.preventDefault();
    return true;
  }

  #command(event: KeyboardEvent): boolean {
    const command = editorCommand(event);
    if (command === null) {
      return false;
    }
    this.#parts.run(command);
    // Taken even when there was nothing to do: Ctrl+Z must not reach anything else.
    return true;
  }

  #cancel(event: KeyboardEvent): boolean {
    const { edits, keyboard } = this.#parts;
    if (event.key !== 'Escape' || !(edits.painting || keyboard.cursor)) {
      return false;
    }
    edits.cancelAll();
    keyboard.moveTo(null);
    return true;
  }

  /**
   * Held keys also work beside a control that was clicked and takes no text, as if it had not been clicked.
   */
  #borrow(event: KeyboardEvent): boolean {
    const { core } = this.#parts;
    const { target } = event;
    return (
      target !== core.container &&
      core.pointed.has(target) &&
      target instanceof HTMLElement &&
      target.closest(OVER) === null &&
      !isTyped(target) &&
      this.#hold(event)
    );
  }

  #hold(event: KeyboardEvent): boolean {
    if (!this.#parts.core.held.press(event)) {
      return false;
    }
    this.#parts.heldChanged();
    return true;
  }
}

/** What floats over the page and has keys of its own. */
const OVER = '[role="dialog"], [role="menu"]';

/** Whether an element is, or lies within, something to type into or choose from. */
function isTyped(target: HTMLElement): boolean {
  const field = target.closest('input, textarea, select, [contenteditable="true"]');
  return field !== null && !(field instanceof HTMLInputElement && !isTextField(field));
}

/**
 * Whether a key belongs to what has the focus: text fields, widgets moved by arrows, menus and dialogs.
 * Popovers beside the stage that do not lock it leave Ctrl+Z and the like to the editor.
 */
function belongsElsewhere(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  const over = target.closest(OVER);
  const locked =
    over !== null && !(over.matches('[data-popover-content]') && (event.ctrlKey || event.metaKey));
  return locked || isTyped(target) || isTyping(event);
}
