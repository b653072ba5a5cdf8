/** What can cover the whole page, one at a time. */
export type OverlayName = 'palette' | 'sheet' | 'settings' | 'wildcards' | 'newPicture';

/** Which overlay is open. */
export class Overlay {
  #open = $state<OverlayName | null>(null);

  get open(): OverlayName | null {
    return this.#open;
  }

  show(name: OverlayName): void {
    this.#open = name;
  }

  close(): void {
    this.#open = null;
  }
}
