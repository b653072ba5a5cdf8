/** A choice in a menu. */
export interface MenuAction {
  label: string;
  run: () => void;
}
