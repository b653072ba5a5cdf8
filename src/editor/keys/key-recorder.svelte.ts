import { keyOf, modifierFrom, ownersOf, shortcutFrom } from '../../ui/keymap';
import type { KeyPress } from '../../ui/shortcuts';

/** A command as it can be given keys. */
export interface KeyTarget {
  id: string;
  shortcuts: readonly string[];
  /** Its default shortcuts. */
  defaults: readonly string[];
  /** A single key that acts while held, possibly a modifier. */
  held: boolean;
}

/** Where chosen keys are stored. */
export interface KeyStore {
  set: (id: string, shortcuts: readonly string[], defaults: readonly string[]) => void;
}

/** A shortcut pressed for a command that belongs to others. */
export interface KeyConflict {
  id: string;
  shortcut: string;
  others: readonly string[];
}

/** Records the keys a person presses for a command; takes none from another command without asking. */
export class KeyRecorder {
  readonly #targets: () => readonly KeyTarget[];
  readonly #store: KeyStore;
  /** `index`: which of the command's shortcuts is replaced; one past the last adds one. */
  #recording = $state.raw<{ id: string; index: number } | null>(null);
  #conflict = $state.raw<(KeyConflict & { index: number }) | null>(null);

  constructor(targets: () => readonly KeyTarget[], store: KeyStore) {
    this.#targets = targets;
    this.#store = store;
  }

  get recording(): { readonly id: string; readonly index: number } | null {
    return this.#recording;
  }

  get conflict(): KeyConflict | null {
    return this.#conflict;
  }

  start(id: string, index: number): void {
    this.#conflict = null;
    this.#recording = { id, index };
  }

  cancel(): void {
    this.#recording = null;
    this.#conflict = null;
  }

  /** @returns true when the press was for the recorder, whatever came of it. */
  press(event: KeyPress): boolean {
    const recording = this.#recording;
    const target = this.#targets().find(({ id }) => id === recording?.id);
    if (!recording || !target) {
      return false;
    }
    if (event.key === 'Escape') {
      this.cancel();
      return true;
    }
    const pressed = shortcutFrom(event);
    const shortcut = target.held ? (modifierFrom(event) ?? (pressed && keyOf(pressed))) : pressed;
    if (shortcut) {
      this.#recording = null;
      const others = ownersOf(this.#targets(), shortcut, target.id).map(({ id }) => id);
      if (others.length > 0) {
        this.#conflict = { ...recording, shortcut, others };
      } else {
        this.#give(target, recording.index, shortcut);
      }
    }
    return true;
  }

  /** Gives the shortcut to the command it was pressed for, and takes it from all others. */
  take(): void {
    const conflict = this.#conflict;
    this.#conflict = null;
    for (const target of this.#targets()) {
      if (conflict?.others.includes(target.id)) {
        const owned = ownersOf(
          target.shortcuts.map((shortcut) => ({ id: shortcut, shortcuts: [shortcut] })),
          conflict.shortcut,
          '',
        ).map(({ id }) => id);
        this.#set(
          target,
          target.shortcuts.filter((shortcut) => !owned.includes(shortcut)),
        );
      }
    }
    const target = this.#targets().find(({ id }) => id === conflict?.id);
    if (conflict && target) {
      this.#give(target, conflict.index, conflict.shortcut);
    }
  }

  remove(id: string, index: number): void {
    const target = this.#targets().find((one) => one.id === id);
    if (target) {
      this.#set(target, target.shortcuts.toSpliced(index, 1));
    }
  }

  #give(target: KeyTarget, index: number, shortcut: string): void {
    this.#set(target, target.shortcuts.toSpliced(index, 1, shortcut));
  }

  #set({ id, defaults }: KeyTarget, shortcuts: readonly string[]): void {
    this.#store.set(id, [...new Set(shortcuts)], defaults);
  }
}
