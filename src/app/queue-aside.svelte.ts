import { MediaQuery } from 'svelte/reactivity';
import { router } from 'svelte-spa-router';
import { queuePlaceAt, type QueuePlace } from './queue-place';
import { settings } from './settings.svelte';

/** The queue beside the room that is open. */
class QueueAside {
  readonly #beside = new MediaQuery('min-width: 1024px');
  readonly #besidePanels = new MediaQuery('min-width: 1280px');
  readonly #plenty = new MediaQuery('min-width: 1800px');

  /** Whether a picture is open in the editor. */
  get atPicture(): boolean {
    return router.location === '/edit' && new URLSearchParams(router.querystring ?? '').has('filename');
  }

  get #place(): QueuePlace {
    return queuePlaceAt(router.location, this.atPicture, {
      beside: this.#beside.current,
      besidePanels: this.#besidePanels.current,
      plenty: this.#plenty.current,
    });
  }

  /** Whether it has a place there at all. */
  get possible(): boolean {
    return this.#place !== 'none';
  }

  get shown(): boolean {
    const place = this.#place;
    return place === 'open' ? settings.queuePanel : place === 'asked' && settings.queueAtWork;
  }

  toggle(): void {
    if (this.#place === 'asked') {
      settings.toggleQueueAtWork();
    } else {
      settings.toggleQueuePanel();
    }
  }
}

export const queueAside = new QueueAside();
