import type { Component } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { matchesPlace } from './keymap';
import { keymap } from './keymap.svelte';
import { formatShortcut, matchesShortcut } from './shortcuts';

/** Headings of the palette and the shortcut sheet. */
export type CommandGroup = 'go' | 'gallery' | 'queue' | 'editor' | 'workflows' | 'app';

/** Something a person can do: one definition feeds the button, the shortcut, the palette and the `?` sheet. */
export interface Command {
  id: string;
  group: CommandGroup;
  /** Worded at the time of showing, so that it follows the language. */
  title: () => string;
  icon?: Component<{ size?: number | string }>;
  /** Such as `g q`, `mod+k`, `?`, `shift+mod+z`; `mod` is Ctrl, on a Mac ⌘. */
  shortcuts?: readonly string[];
  /** How a pointer does it, as shown to people, where no key does: for the sheet alone. */
  gesture?: () => string;
  /** Absent means always. */
  enabled?: () => boolean;
  /** Why it is not, for its line in a menu; absent where that is plain to see. */
  why?: () => string | null;
  run: () => void;
  /** Listed in the sheet but handled elsewhere, for example by the painting stage. */
  handledElsewhere?: boolean;
}

/**
 * All commands of what is on screen. The newest registration of a shortcut wins, so an open room goes
 * before the application, and a dialog before the room.
 */
class CommandRegistry {
  readonly #commands = new SvelteMap<string, Command>();

  /** Every registered command, in order of registration, with the shortcuts the person chose. */
  get all(): Command[] {
    return [...this.#commands.values()].map((command) => ({
      ...command,
      shortcuts: keymap.of(command.id, command.shortcuts ?? []),
    }));
  }

  /** The shortcuts a command comes with. */
  defaults(id: string): readonly string[] {
    return this.#commands.get(id)?.shortcuts ?? [];
  }

  /** The command, when it is registered and may run now. */
  get(id: string): Command | undefined {
    return this.#commands.get(id);
  }

  /** Adds commands until the returned function is called. */
  register(commands: readonly Command[]): () => void {
    commands.forEach((command) => this.#commands.set(command.id, command));
    return () => {
      for (const command of commands) {
        if (this.#commands.get(command.id) === command) {
          this.#commands.delete(command.id);
        }
      }
    };
  }

  /** Whether a command is registered and may run now. */
  can(id: string): boolean {
    const command = this.#commands.get(id);
    return command !== undefined && command.enabled?.() !== false;
  }

  /** Runs a command if it may run; returns whether it did. */
  run(id: string): boolean {
    const able = this.can(id);
    if (able) {
      this.#commands.get(id)?.run();
    }
    return able;
  }

  /** The first shortcut of a command. */
  shortcut(id: string): string | undefined {
    const command = this.#commands.get(id);
    return command && keymap.of(id, command.shortcuts ?? [])[0];
  }

  /** The first shortcut of a command as shown to people, for tooltips. */
  hint(id: string): string | undefined {
    const shortcut = this.shortcut(id);
    return shortcut && formatShortcut(shortcut);
  }

  /** Handles a key press of the page; returns whether a command took it. */
  handleKey(event: KeyboardEvent): boolean {
    const command = this.taker(event);
    if (!command) {
      return false;
    }
    event.preventDefault();
    command.run();
    return true;
  }

  /** Whether a command would take a key press of the page. */
  takes(event: KeyboardEvent): boolean {
    return this.taker(event) !== undefined;
  }

  /** The command that would take a key press of the page. */
  taker(event: KeyboardEvent): Command | undefined {
    if (event.defaultPrevented || isTyping(event) || isDialogOpen()) {
      return undefined;
    }
    const usable = this.all.toReversed().filter(({ handledElsewhere }) => !handledElsewhere);
    const by = (matches: (shortcut: string, event: KeyboardEvent) => boolean): Command | undefined =>
      usable.find(
        ({ shortcuts, enabled }) =>
          shortcuts?.some((shortcut) => matches(shortcut, event)) === true && enabled?.() !== false,
      );
    // What a key types goes before where it is.
    return by(matchesShortcut) ?? by(matchesPlace);
  }
}

export const commands = new CommandRegistry();

/**
 * Whether a dialog lies over the page: keys are its own then, wherever the focus is. A dialog that is a room
 * of its own (`data-room`) has commands like any other room.
 */
export function isDialogOpen(): boolean {
  return (
    typeof document !== 'undefined' &&
    document.querySelector('[data-dialog-content][data-state="open"]:not([data-room])') !== null
  );
}

/** Whether something is typed into it. Sliders, switches and their like only take a few keys. */
export function isTextField(field: HTMLInputElement): boolean {
  return !/^(?:range|checkbox|radio|color|button|file)$/.test(field.type);
}

/** Whether a key press belongs to a text field rather than to shortcuts. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement) || event.isComposing) {
    return event.isComposing;
  }
  const field = target.closest('input, textarea, select, [contenteditable="true"]');
  const plainKey = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (field instanceof HTMLInputElement && !isTextField(field)) {
    return plainKey && /^(?:Arrow|Home$|End$|Page| $|Enter$)/.test(event.key);
  }
  const textEditing = (event.ctrlKey || event.metaKey) && /^[acvxyz]$/i.test(event.key);
  // Escape, Ctrl+Enter and the like also work from inside a field.
  return field !== null && ((plainKey && event.key !== 'Escape') || textEditing);
}
