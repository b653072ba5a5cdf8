import { Stored } from '../../base/stored';
import type { ViewMode, ViewSettings } from '../model/editor-types';
import { readViewSettings } from './view-settings';

const stored = new Stored<ViewSettings>('darkroom.editor.view', { read: readViewSettings });

/** How masks are displayed in this browser. Nothing here changes what a mask holds. */
export class ViewState {
  readonly #settings: ViewSettings = $state(stored.load());
  readonly #onChange: () => void;
  #mode = $state<ViewMode>('overlay');
  #hidden = $state(false);
  #bare = $state(false);
  #transparency = $state(false);

  /** @param onChange called when the stage must be redrawn. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get settings(): Readonly<ViewSettings> {
    return this.#settings;
  }

  /** Whether picture, mask or both are shown. */
  get mode(): ViewMode {
    return this.#mode;
  }

  setMode(mode: ViewMode): void {
    this.#mode = mode;
    this.#onChange();
  }

  /** Shows a transparent picture with its transparency, not with the colours beneath it. */
  get transparency(): boolean {
    return this.#transparency;
  }

  setTransparency(shown: boolean): void {
    this.#transparency = shown;
  }

  /** Only the picture is shown: tools, results and the generate panel are hidden. */
  get bare(): boolean {
    return this.#bare;
  }

  setBare(bare: boolean): void {
    this.#bare = bare;
  }

  /** The mask is hidden while a key is held. */
  get hidden(): boolean {
    return this.#hidden;
  }

  /** Changes some settings and stores them. */
  set(change: Partial<ViewSettings>): void {
    Object.assign(this.#settings, change);
    stored.save(this.#settings);
    this.#onChange();
  }

  hide(hidden: boolean): void {
    if (hidden !== this.#hidden) {
      this.#hidden = hidden;
      this.#onChange();
    }
  }
}
