/** A stretch of a text; `hit` where a search found it. */
export interface Stretch {
  text: string;
  hit: boolean;
}

/** Marks what was searched for, in whatever text the gallery shows. The search puts its means here when it is there. */
class Highlight {
  /** Cuts a text; `full` is a longer one it was cut from. */
  cut = $state.raw<((text: string, full: string) => Stretch[]) | null>(null);
}

export const highlight = new Highlight();
