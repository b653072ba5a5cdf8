import { tick } from 'svelte';
import { on } from 'svelte/events';
import { t } from '../i18n/index.svelte';
import { commands, isDialogOpen, isTyping } from '../ui/commands.svelte';
import { LatePart } from '../ui/late-part.svelte';
import type { GalleryRoom } from './gallery-room.svelte';
import { organise } from './marks/organise.svelte';
import { searchPart } from './search-part';
import { selectionPart } from './selection-part';
import { tileCommandsPart, viewerPart } from './viewer-part';

/** A key press, and the picture it was meant for. */
export interface EarlyPress {
  event: KeyboardEvent;
  key: string | undefined;
}

const earlyActsPart = new LatePart(() => import('./menu/early-acts'));

/**
 * Keeps the keys whose code is still to come until it is there; then they act in turn. Escape forgets them, and
 * closes the viewer whether or not it is there. Until the component that called it is gone.
 * @param load loads what brings the commands.
 */
export function followEarlyKeys(room: GalleryRoom, load: () => void): void {
  const presses: EarlyPress[] = [];
  const acts = $derived(earlyActsPart.value && new earlyActsPart.value.EarlyActs(room, presses));
  const viewing = $derived(room.openKey !== null);
  const hasOpen = $derived(!viewing || room.open !== undefined || room.jobs.loaded);
  const parts = $derived([
    organise.parts,
    selectionPart.value,
    tileCommandsPart.value,
    viewerPart.value,
    hasOpen,
  ]);
  /** The viewer is not there yet. */
  const comes = $derived(viewing && !(viewerPart.value && hasOpen));
  const missing = $derived(parts.filter((part) => !part).length);

  function hold(event: KeyboardEvent): void {
    if (/^(?:.|Arrow.+|Home|End|Delete)$/.test(event.key) && !event.repeat) {
      presses.push({ event, key: room.openKey ?? room.grid.current?.key });
      load();
      void earlyActsPart.load();
    }
  }

  /** Before anybody else has the key. */
  function first(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      presses.length = 0;
      room.typedEarly = '';
    } else if (isTyping(event) || isDialogOpen()) {
      return;
    } else if (room.searchWishes > 0 && !room.search && searchPart.state.status === 'loading') {
      // It is typed into the field that is about to be there.
      if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        event.stopImmediatePropagation();
        room.typedEarly += event.key;
      }
    } else if (comes) {
      const taker = commands.taker(event);
      if (taker?.group === 'gallery') {
        // What marks the picture may be there before what goes on to another.
        event.stopImmediatePropagation();
      }
      if (!taker || taker.group === 'gallery') {
        hold(event);
      }
    }
  }

  function last(event: KeyboardEvent): void {
    if (!comes && !event.defaultPrevented && !isTyping(event) && !isDialogOpen() && !commands.takes(event)) {
      hold(event);
    }
  }

  $effect(() =>
    commands.register([
      {
        id: 'gallery.viewer.back',
        group: 'gallery',
        title: () => t('gallery.viewer.back'),
        shortcuts: ['escape'],
        enabled: () => viewing,
        run: () => room.close(),
      },
    ]),
  );
  $effect(() => {
    const [acting, left] = [acts, missing];
    // Once they are registered.
    void tick().then(() => acting?.act(left === 0));
    if (left > 0) {
      const stop = on(window, 'keydown', first, { capture: true });
      const stopLast = on(window, 'keydown', last);
      return () => {
        stop();
        stopLast();
      };
    }
  });
}
