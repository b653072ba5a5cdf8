import type { ViewMode, ViewSettings } from '../model/editor-types';
import { DEFAULT_VIEW, readViewSettings } from './view-settings';

const KEY = 'darkroom.editor.view';

/** How masks are looked at in this browser. Nothing here touches what a mask holds. */
export class ViewState {
  readonly #settings: ViewSettings = $state(load());
  readonly #onChange: () => void;
  #mode = $state<ViewMode>('overlay');
  #hidden = $state(false);
  #bare = $state(false);
  #transparency = $state(false);

  /** @param onChange called when the stage must be drawn anew. */
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

  /** A picture with transparency of its own is shown with it, not with what lies under it. */
  get transparency(): boolean {
    return this.#transparency;
  }

  setTransparency(shown: boolean): void {
    this.#transparency = shown;
  }

  /** Only the picture is there: tools, results and the generate panel are put away. */
  get bare(): boolean {
    return this.#bare;
  }

  setBare(bare: boolean): void {
    this.#bare = bare;
  }

  /** The mask is out of sight for as long as a key is held. */
  get hidden(): boolean {
    return this.#hidden;
  }

  /** Changes some of the settings and keeps them. */
  set(change: Partial<ViewSettings>): void {
    Object.assign(this.#settings, change);
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#settings));
    } catch {
      // Where storage is forbidden they last as long as the page.
    }
    this.#onChange();
  }

  hide(hidden: boolean): void {
    if (hidden !== this.#hidden) {
      this.#hidden = hidden;
      this.#onChange();
    }
  }
}

function load(): ViewSettings {
  try {
    return readViewSettings(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
  } catch {
    return { ...DEFAULT_VIEW };
  }
}
