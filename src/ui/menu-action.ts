/** A choice in a menu. */
export interface MenuAction {
  label: string;
  /** What it opens has the focus then. */
  takesFocus?: boolean;
  run: () => void;
}
