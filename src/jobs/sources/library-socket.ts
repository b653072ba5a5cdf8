import { report } from '../../base/report';
import type { LibraryNews } from '../../ports/library-wire';
import { readStatus } from './library-client';

/** How long is waited before it is tried again, ms: first, and at most. */
const RETRY = { first: 1000, most: 30_000 };

/** The part of WebSocket that is used. */
export type Socket = Pick<WebSocket, 'close' | 'onmessage' | 'onclose' | 'onopen'>;

export interface LibrarySocketOptions {
  url: string;
  news: (news: LibraryNews) => void;
  open?: (url: string) => Socket;
}

/** Hears of every change of a library until the returned function is called; a lost connection is made again. */
export function followLibrary({
  url,
  news,
  open = (address) => new WebSocket(address),
}: LibrarySocketOptions): () => void {
  let socket: Socket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delay = RETRY.first;
  let stopped = false;
  const connect = (): void => {
    const mine = open(url);
    socket = mine;
    mine.onopen = () => (delay = RETRY.first);
    mine.onmessage = ({ data }) => {
      const status = readNews(data);
      if (status && !stopped) {
        news(status);
      }
    };
    mine.onclose = () => {
      if (!stopped) {
        timer = setTimeout(connect, delay);
        delay = Math.min(RETRY.most, delay * 2);
      }
    };
  };
  connect();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}

function readNews(data: unknown): LibraryNews | null {
  try {
    const status = readStatus(JSON.parse(String(data)));
    return status?.on ? status : null;
  } catch (error) {
    report(error, 'library.news');
    return null;
  }
}
