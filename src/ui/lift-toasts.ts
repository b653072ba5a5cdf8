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
