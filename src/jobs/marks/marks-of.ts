import { browser } from '../../base/browser';
import type { ComfyClient } from '../../comfy/client';
import { MarkBook } from './mark-book.svelte';
import { MarkDocuments } from './mark-documents';
import { openMarkLocal } from './mark-local';

/** What another device marks is seen so long after at the latest, ms, while the page is looked at. */
const LOOK_EVERY = 60_000;

const books = new WeakMap<ComfyClient, { book: MarkBook; documents: MarkDocuments }>();

/**
 * The marks of a server's pictures, the same for as long as the page lives.
 * @param address of the server, as people know it: what this browser keeps is kept for each by itself.
 */
export function marksOf(client: ComfyClient, address: string): MarkBook {
  return partsOf(client, address).book;
}

/** The documents they are written in. */
export function markDocumentsOf(client: ComfyClient, address: string): MarkDocuments {
  return partsOf(client, address).documents;
}

function partsOf(client: ComfyClient, address: string): { book: MarkBook; documents: MarkDocuments } {
  const known = books.get(client);
  if (known) {
    return known;
  }
  // The demo listens at a new address each time.
  const server = client.server.current.isDemo === true ? 'demo' : address;
  const channel = browser.broadcastChannel ? new BroadcastChannel(`darkroom-marks ${server}`) : null;
  const documents = new MarkDocuments(client, openMarkLocal(server), channel);
  const look = (): void => {
    if (document.visibilityState === 'visible') {
      void documents.refresh();
    }
  };
  look();
  client.server.onReconnect(look);
  document.addEventListener('visibilitychange', look);
  setInterval(look, LOOK_EVERY);
  const parts = { book: new MarkBook(documents), documents };
  books.set(client, parts);
  return parts;
}
