import type { Writable } from 'node:stream';

import * as ws from 'ws';

/** The largest message that is read along, bytes: previews are far smaller. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Part of `ws` that its type package leaves out: turns bytes of a connection into messages. */
const { Receiver } = ws as unknown as {
  Receiver: new (options: { isServer: boolean; maxPayload: number }) => Writable;
};

/** Told each message that ComfyUI sends on a socket: text, or a binary frame. */
export type OnMessage = (message: string | Uint8Array) => void;

/**
 * Reads along what ComfyUI says to the app. It tells progress and previews of a job only to the socket that queued
 * it (ComfyUI API notes §4.3), and a second socket of the same client would make it lose both (§4.2). The handshake
 * must not have agreed on compression.
 * @returns takes the bytes as they arrive. What cannot be read ends the reading along, never the connection.
 */
export function readAlong(onMessage: OnMessage): (bytes: Buffer) => void {
  const receiver = new Receiver({ isServer: false, maxPayload: MOST_BYTES });
  let isReadable = true;
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    onMessage(isBinary ? new Uint8Array(data) : data.toString('utf8'));
  });
  receiver.on('error', () => {
    isReadable = false;
  });
  return (bytes) => {
    if (isReadable) {
      // The app still has these bytes to receive; the receiver unmasks in place where it has to.
      receiver.write(Buffer.from(bytes));
    }
  };
}
