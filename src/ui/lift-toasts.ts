/** Keeps toasts above a bar at the lower edge of a room, for as long as it is there. An attachment. */
export function liftToasts(bar: HTMLElement): () => void {
  const { style } = document.documentElement;
  const observer = new ResizeObserver(() => style.setProperty('--toast-lift', `${bar.offsetHeight}px`));
  observer.observe(bar);
  return () => {
    observer.disconnect();
    style.removeProperty('--toast-lift');
  };
}

/** Keeps toasts in the upper left corner of what is worked on, for as long as it is there. An attachment. */
export function cornerToasts(stage: HTMLElement): () => void {
  const { style } = document.documentElement;
  const place = (): void => {
    const { left, top } = stage.getBoundingClientRect();
    style.setProperty('--toast-left', `${left}px`);
    style.setProperty('--toast-top', `${top}px`);
  };
  // Whatever moves it, it also makes larger or smaller.
  const observer = new ResizeObserver(place);
  observer.observe(stage);
  return () => {
    observer.disconnect();
    style.removeProperty('--toast-left');
    style.removeProperty('--toast-top');
  };
}
