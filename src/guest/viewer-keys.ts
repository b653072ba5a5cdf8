import type { GuestView } from './guest-view.svelte';

/** What keys do that needs more than the view. */
export interface ViewerVerbs {
  back: () => void;
  details: () => void;
  favourite: () => void;
  vote: () => void;
}

/** Does what a key stands for in the viewer; returns whether it stands for anything. */
export function viewerKey(event: KeyboardEvent, view: GuestView, verbs: ViewerVerbs): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) {
    return false;
  }
  if (event.key === 'Escape') {
    verbs.back();
    return true;
  }
  const target = event.target as HTMLElement;
  // Fields, buttons and players have keys of their own.
  const own = target.matches('input, textarea') || (event.key === ' ' && target.matches('button, a, video'));
  const run = own ? undefined : verbsByKey(view, verbs)[event.key.toLowerCase()];
  run?.();
  return run !== undefined;
}

function verbsByKey(view: GuestView, verbs: ViewerVerbs): Record<string, () => void> {
  return {
    arrowleft: () => view.go(-1),
    arrowright: () => view.go(1),
    home: () => view.toFirst(),
    end: () => view.toLast(),
    ' ': () => view.toggle(),
    p: () => view.toggle(),
    f: verbs.favourite,
    v: verbs.vote,
    i: verbs.details,
    '+': () => view.stage.step(1),
    '=': () => view.stage.step(1),
    '-': () => view.stage.step(-1),
    '0': () => view.stage.fit(),
    z: () => view.stage.toggle(),
  };
}
