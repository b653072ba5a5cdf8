/** A choice in a menu. */
export interface MenuAction {
  label: string;
  /** Why it cannot be chosen; it can without. */
  why?: string | null;
  /** What it opens has the focus then. */
  takesFocus?: boolean;
  run: () => void;
}
