import type { Component, Snippet } from 'svelte';
import { reporting } from '../base/report';
import { searchPart } from '../gallery/search-part';
import { selectionPart } from '../gallery/selection-part';
import { tileCommandsPart, viewerPart } from '../gallery/viewer-part';
import { loadWords, type RoomWords } from '../i18n/index.svelte';
import { LatePart } from '../ui/late-part.svelte';
import { whenIdle } from '../ui/when-idle';

/** A room that loads on demand. */
export type LateRoomPart = LatePart<Component>;

/** A component that loads on demand, with the words it says. */
function late<Part = Component>(
  load: () => Promise<{ default: Part }>,
  ...words: RoomWords[]
): LatePart<Part> {
  return new LatePart(async () => (await Promise.all([load(), ...words.map(loadWords)]))[0].default);
}

export const lateRooms = {
  queue: late(() => import('../queue/QueueRoom.svelte'), 'queue'),
  /** The queue beside the gallery. */
  panel: late(() => import('../queue/QueuePanel.svelte'), 'queue'),
  /** Follows the queue whichever room is open. */
  queueWatch: late(() => import('../queue/QueueWatch.svelte'), 'queue'),
  /** The queue as a line on a phone. */
  queueStrip: late(() => import('../queue/QueueStrip.svelte'), 'queue'),
  editor: late(() => import('../editor/Editor.svelte'), 'editor'),
  compare: late(() => import('../gallery/compare/CompareRoom.svelte'), 'viewer', 'compare'),
  workflows: late(
    () => import('../workflows/room/WorkflowsRoom.svelte'),
    'workflows',
    'form',
    'prompt',
    'lineage',
  ),
  notFound: late(() => import('./NotFound.svelte')),
};

/** Gives the rooms on demand what they ask the server with. */
export const queryScope = late<Component<{ children: Snippet }>>(() => import('./QueryScope.svelte'));

/** The server's memory in the status line. */
export const serverMeters = late(() => import('./LiveMeters.svelte'), 'library');

/** Share links and paired devices. */
export const sharing = late(() => import('../sharing/SharingHost.svelte'), 'sharing');

/** The first sight of the gallery comes first, ms. */
const REST = 1500;

/** Small parts which have to work even after the server of the page has gone. */
const SMALL_PARTS: readonly (() => Promise<unknown>)[] = [
  () => viewerPart.load(),
  () => queryScope.load(),
  () => searchPart.load(),
  () => selectionPart.load(),
  () => tileCommandsPart.load(),
  () => lateRooms.queue.load(),
  () => lateRooms.notFound.load(),
  () => sharing.load(),
  () => import('../comfy/graph-seeds'),
  () => import('../ui/CommandMenu.svelte'),
  () => import('../ui/TooltipFloat.svelte'),
  () => import('./Toasts.svelte'),
  () => loadWords('dialogs'),
  () => import('./SettingsDialog.svelte'),
  () => import('./ShortcutSheet.svelte'),
  () => import('./CommandPalette.svelte'),
];

/**
 * Fetches the small parts one after another while the page is idle.
 * @returns stops it.
 */
export function warmSmallParts(): () => void {
  let stopped = false;
  const timer = setTimeout(() => void warmNext(SMALL_PARTS, () => stopped), REST);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

async function warmNext(parts: typeof SMALL_PARTS, stopped: () => boolean): Promise<void> {
  for (const part of parts) {
    await new Promise<void>((resolve) => {
      whenIdle(() => resolve());
    });
    if (stopped()) {
      return;
    }
    await part().catch(reporting('shell.warm-part'));
  }
}
