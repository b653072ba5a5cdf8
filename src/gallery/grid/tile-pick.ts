import type { Component } from 'svelte';
import type { GridView, TileBox } from './grid-view.svelte';

/** Whether a tile is selected, and whether it will be, or will not be any more, once the gesture under way ends. */
export type PickState = 'on' | 'off' | 'will' | 'wont';

/** What a tile shows of the selection; given to it once the code for selecting is there. */
export interface TilePick {
  /** Whether anything is selected, so that every tile shows its check mark. Reactive. */
  readonly active: boolean;
  /** Reactive. */
  stateOf(tile: TileBox): PickState;
  /** Moves the focus, and selects everything on the way. */
  extendBy(move: Parameters<GridView['move']>[0]): Promise<void>;
  /** The check mark. `shown`: also while the tile is not selected. */
  readonly Check: Component<{ state: PickState; shown: boolean }>;
}
