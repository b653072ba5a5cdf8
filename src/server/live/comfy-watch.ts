import { WebSocket } from 'ws';

import { ComfyClient } from '../../comfy/client';
import { ComfySocket } from '../../comfy/socket';
import { randomUuid } from '../../comfy/uuid';
import type { ComfyAddress } from '../comfy-url';
import { quietly } from '../errors';
import type { Sharing } from '../sharing';
import { finishedJob } from './new-outputs';
import { QueueWatch } from './queue-watch';
import type { OnMessage } from './socket-tap';

/** Newest entries of the history that are looked at after each change, ... */
const RECENT = 32;
/** ... and when the watch begins: what was made while Darkroom was off. */
const CAUGHT_UP = 500;
/** Pause between a change and the look at the history, ms: an entry is written just after it. */
const SETTLE_MS = 300;

/** Everything the server itself wants to know of ComfyUI. */
export interface ComfyWatch {
  /** Takes a message that ComfyUI sent to a socket of the app. */
  readAlong: OnMessage;
  /** Looks whether anybody needs to know: a link to all that is new, or a guest who may see the queue. */
  review: () => void;
  close(): void;
}

/**
 * Holds one socket to ComfyUI, and only while somebody needs it: for links to everything new it looks what has been
 * added to the history, and for guests it follows the queue. However many they are, ComfyUI sees one client.
 */
export function watchComfy(
  comfy: ComfyAddress,
  { store, hub }: Pick<Sharing, 'store' | 'hub'>,
  onItems: (share: string) => void,
): ComfyWatch {
  const headers: Record<string, string> =
    comfy.authorization === undefined ? {} : { Authorization: comfy.authorization };
  const client = new ComfyClient({
    baseUrl: comfy.shown,
    fetch: (input, init) =>
      fetch(input, {
        ...init,
        headers: { ...(init?.headers as Record<string, string> | undefined), ...headers },
      }),
  });
  const queue = new QueueWatch({
    read: async () => {
      const { running, pending } = await client.queue();
      const [job] = running;
      return {
        running: job ? { id: job.id, nodes: Object.keys(job.graph).length } : null,
        pending: pending.length,
      };
    },
    tell: (event, preview) => {
      quietly(() => {
        hub.tellQueue(event, preview);
      });
    },
  });
  const seen = new Set<string>();
  /** Links whose past has been looked up. */
  const caughtUp = new Set<string>();
  let socket: ComfySocket | null = null;
  let settling: NodeJS.Timeout | undefined;
  let isClosed = false;

  const wantsNew = (): boolean => store.openNew().length > 0;
  const wantsQueue = (): boolean => hub.watched().some(({ rights }) => rights.liveQueue);

  async function lookForNew(): Promise<void> {
    const links = store.openNew();
    const isFirst = links.some(({ id }) => !caughtUp.has(id));
    const items = await client.history({ maxItems: isFirst ? CAUGHT_UP : RECENT });
    if (isClosed) {
      return;
    }
    // Oldest first: each goes before the others.
    const unseen = items.filter(({ id }) => isFirst || !seen.has(id)).toReversed();
    for (const job of unseen.map(finishedJob)) {
      for (const { id, createdAt } of links) {
        // Without a time, only what was not there when the watch began is known to be new.
        const isNew = job.at === null ? !seen.has(job.id) && caughtUp.has(id) : job.at >= createdAt;
        if (isNew && job.files.length > 0 && store.prepend(id, job.files)) {
          onItems(id);
        }
      }
    }
    items.forEach(({ id }) => seen.add(id));
    links.forEach(({ id }) => caughtUp.add(id));
  }

  function settle(): void {
    settling ??= setTimeout(() => {
      settling = undefined;
      quietly(() => {
        if (wantsNew()) {
          // ComfyUI is off, or about to be: its next message, or its return, leads here again.
          lookForNew().catch(() => undefined);
        }
      });
    }, SETTLE_MS).unref();
  }

  function open(): ComfySocket {
    const opened = new ComfySocket({
      clientId: `darkroom-${randomUuid()}`,
      url: (id) => client.socketUrl(id),
      open: (url) => {
        const raw = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: 32 * 1024 * 1024 });
        return raw;
      },
    });
    opened.onState((state) => {
      if (state === 'open') {
        settle();
        queue.refresh();
      }
    });
    opened.onEvent((event) => {
      if (event.type === 'status') {
        settle();
        queue.refresh();
      }
    });
    opened.connect();
    return opened;
  }

  return {
    readAlong: (message) => {
      quietly(() => {
        if (socket && wantsQueue()) {
          queue.take(message);
        }
      });
    },
    review: () => {
      const isWanted = !isClosed && (wantsNew() || wantsQueue());
      if (isWanted) {
        if (socket) {
          settle();
          queue.refresh();
        }
        socket ??= open();
      } else {
        socket?.close();
        socket = null;
      }
    },
    close: () => {
      isClosed = true;
      clearTimeout(settling);
      queue.close();
      socket?.close();
    },
  };
}
