/** Whether the key settings lie over the page. */
class KeySettingsState {
  #shown = $state(false);

  get shown(): boolean {
    return this.#shown;
  }

  open(): void {
    this.#shown = true;
  }

  close(): void {
    this.#shown = false;
  }
}

export const keySettings = new KeySettingsState();
