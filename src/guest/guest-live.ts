import type { GuestEvent } from '../ports/share-wire';

/** As much of a WebSocket as is needed. */
export type LiveSocket = Pick<WebSocket, 'close' | 'binaryType'> & {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
};

export interface LiveHandlers {
  opened: () => void;
  event: (event: GuestEvent) => void;
  /** The picture being made, as it looks now. */
  preview: (picture: Blob) => void;
  /** The socket is gone, and was not closed from here. */
  lost: () => void;
}

/**
 * Listens to what happens to a link until the returned function is called. A socket that closes is not opened
 * again: only a question to the server tells whether the link is still there.
 */
export function listen(socket: LiveSocket, handlers: LiveHandlers): () => void {
  let over = false;
  socket.binaryType = 'blob';
  socket.onopen = () => handlers.opened();
  socket.onmessage = ({ data }: MessageEvent) => {
    if (over) {
      return;
    }
    if (data instanceof Blob) {
      handlers.preview(data);
    } else if (typeof data === 'string') {
      const event = JSON.parse(data) as GuestEvent;
      if (event.type !== 'preview') {
        handlers.event(event);
      }
    }
  };
  socket.onclose = () => {
    if (!over) {
      over = true;
      handlers.lost();
    }
  };
  return () => {
    over = true;
    socket.close();
  };
}
