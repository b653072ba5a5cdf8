import { type KeyOverrides, readOverrides, withShortcuts } from './keymap';
import { Stored } from '../base/stored';

const stored = new Stored<KeyOverrides>('darkroom.keys', { read: readOverrides });

/** The shortcuts a person chose, kept in this browser. */
class Keymap {
  #overrides = $state.raw<KeyOverrides>(stored.load());

  /** The shortcuts of a command that comes with these. */
  of(id: string, defaults: readonly string[]): readonly string[] {
    return this.#overrides[id] ?? defaults;
  }

  /** Whether a command has other shortcuts than it comes with. */
  changed(id: string): boolean {
    return id in this.#overrides;
  }

  get anyChanged(): boolean {
    return Object.keys(this.#overrides).length > 0;
  }

  /** Gives a command other shortcuts; an empty list takes them all away. */
  set(id: string, shortcuts: readonly string[], defaults: readonly string[]): void {
    this.#keep(withShortcuts(this.#overrides, id, shortcuts, defaults));
  }

  /** Back to what the command comes with. */
  reset(id: string): void {
    this.#keep(withShortcuts(this.#overrides, id, [], []));
  }

  resetAll(): void {
    this.#keep({});
  }

  #keep(overrides: KeyOverrides): void {
    this.#overrides = overrides;
    stored.save(overrides);
  }
}

export const keymap = new Keymap();
