/** Runs an effect of its own, outside any component, until the returned function is called. */
export function watch(effect: () => void | (() => void)): () => void {
  return $effect.root(() => {
    $effect(effect);
  });
}
