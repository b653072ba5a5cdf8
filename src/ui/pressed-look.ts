/**
 * The frame of a button that is an icon, with or without a word: quiet until it is pointed at, tinted while it is
 * pressed. Only one colour at a time: of two, the order in the style sheet would decide.
 */
export function pressedLook(pressed: boolean | undefined): string {
  const frame =
    'inline-flex shrink-0 items-center justify-center rounded border transition-colors disabled:cursor-not-allowed disabled:opacity-40';
  const colours = pressed
    ? 'border-line bg-accent-quiet text-accent'
    : 'border-transparent text-text-muted hover:bg-raised hover:text-text';
  return `${frame} ${colours}`;
}
