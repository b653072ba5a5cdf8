import { replaceRoute } from '../ui/routes';

/** As much of the Navigation API as is needed here: not every browser has it. */
interface NavigationLike {
  currentEntry: { index: number } | null;
  entries(): { url: string | null }[];
}

/**
 * Leaves a view: back to the gallery or viewer it was opened from, else to a route that takes its place. A view
 * opened from a link has nothing of ours before it, and `history.back()` would leave the app.
 */
export function leaveTo(route: string): void {
  const navigation = (globalThis as { navigation?: NavigationLike }).navigation;
  const index = navigation?.currentEntry?.index ?? 0;
  const before = index > 0 ? navigation?.entries()[index - 1]?.url : null;
  const [page, hash] = before?.split('#') ?? [];
  if (page === location.href.split('#')[0] && hash?.startsWith('/gallery')) {
    history.back();
  } else {
    replaceRoute(route);
  }
}
