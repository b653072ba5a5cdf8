import type { Component, Snippet } from 'svelte';
import { reporting } from '../base/report';
import { searchPart } from '../gallery/search-part';
import { selectionPart } from '../gallery/selection-part';
import { viewerPart } from '../gallery/viewer-part';
import { loadWords } from '../i18n/index.svelte';
import { LatePart } from '../ui/late-part.svelte';
import { whenIdle } from '../ui/when-idle';

/** A room that loads on demand. */
export type LateRoomPart = LatePart<Component>;

export const lateRooms = {
  queue: new LatePart<Component>(async () => {
    const [room] = await Promise.all([import('../queue/QueueRoom.svelte'), loadWords('queue')]);
    return room.default;
  }),
  /** The queue beside the gallery. */
  panel: new LatePart<Component>(async () => {
    const [panel] = await Promise.all([import('../queue/QueuePanel.svelte'), loadWords('queue')]);
    return panel.default;
  }),
  /** Follows the queue whichever room is open. */
  queueWatch: new LatePart<Component>(async () => {
    const [watch] = await Promise.all([import('../queue/QueueWatch.svelte'), loadWords('queue')]);
    return watch.default;
  }),
  /** The queue as a line on a phone. */
  queueStrip: new LatePart<Component>(async () => {
    const [strip] = await Promise.all([import('../queue/QueueStrip.svelte'), loadWords('queue')]);
    return strip.default;
  }),
  editor: new LatePart<Component>(async () => {
    const [editor] = await Promise.all([import('../editor/Editor.svelte'), loadWords('editor')]);
    return editor.default;
  }),
  compare: new LatePart<Component>(async () => {
    const [room] = await Promise.all([
      import('../gallery/compare/CompareRoom.svelte'),
      loadWords('viewer'),
      loadWords('compare'),
    ]);
    return room.default;
  }),
  workflows: new LatePart<Component>(async () => {
    const [room] = await Promise.all([
      import('../workflows/room/WorkflowsRoom.svelte'),
      loadWords('workflows'),
      loadWords('form'),
      loadWords('prompt'),
    ]);
    return room.default;
  }),
};

/** Gives the rooms on demand what they ask the server with. */
export const queryScope = new LatePart<Component<{ children: Snippet }>>(
  async () => (await import('./QueryScope.svelte')).default,
);

/** The server's memory in the status line. */
export const serverMeters = new LatePart<Component>(async () => {
  const [meters] = await Promise.all([import('./LiveMeters.svelte'), loadWords('library')]);
  return meters.default;
});

/** Share links and paired devices. */
export const sharing = new LatePart<Component>(async () => {
  const [host] = await Promise.all([import('../sharing/SharingHost.svelte'), loadWords('sharing')]);
  return host.default;
});

/** The first sight of the gallery comes first, ms. */
const REST = 1500;

/** Small parts which have to work even after the server of the page has gone. */
const SMALL_PARTS: readonly (() => Promise<unknown>)[] = [
  () => viewerPart.load(),
  () => queryScope.load(),
  () => searchPart.load(),
  () => selectionPart.load(),
  () => lateRooms.queue.load(),
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
