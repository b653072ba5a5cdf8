import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type WebSocket, WebSocketServer, WebSocket as Client } from 'ws';

/** A line to an engine on which more events can be sent to the page than the engine has. */
export interface EventPump {
  /** `http://127.0.0.1:port`. */
  url: string;
  /** Sends progress of a job, so many events a second, until the returned function is called, which tells how many. */
  begin: (promptId: string, node: string, hertz: number) => () => number;
  stop: () => Promise<void>;
}

/** How often a batch of events is sent, ms. */
const TICK = 20;
/** Steps of the sampler that is told of. */
const STEPS = 4000;

/** Passes everything on to an engine and back. */
export async function openPump(engine: string): Promise<EventPump> {
  const pages = new Set<WebSocket>();
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    const onward = request(new URL(url ?? '/', engine), { method, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (page, { url }) => {
    const upstream = new Client(new URL(url ?? '/', engine.replace('http', 'ws')));
    pages.add(page);
    page.on(
      'message',
      (data, binary) => upstream.readyState === upstream.OPEN && upstream.send(data, { binary }),
    );
    upstream.on('message', (data, binary) => page.send(data, { binary }));
    page.on('close', () => {
      pages.delete(page);
      upstream.close();
    });
    upstream.on('close', () => page.close());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    begin: (promptId, node, hertz) => {
      const began = performance.now();
      let sent = 0;
      const timer = setInterval(() => {
        // By the clock, because a timer of a busy machine is late.
        for (const due = ((performance.now() - began) / 1000) * hertz; sent < due; sent++) {
          const text = JSON.stringify(sent % 2 === 0 ? progress(sent) : state(sent));
          pages.forEach((page) => page.send(text));
        }
      }, TICK);
      const step = (count: number): number => 1 + ((count >> 1) % STEPS);
      const progress = (count: number): object => ({
        type: 'progress',
        data: { value: step(count), max: STEPS, prompt_id: promptId, node },
      });
      const state = (count: number): object => {
        const at = { value: step(count), max: STEPS, state: 'running', node_id: node, prompt_id: promptId };
        return { type: 'progress_state', data: { prompt_id: promptId, nodes: { [node]: at } } };
      };
      return () => {
        clearInterval(timer);
        return sent;
      };
    },
    stop: async () => {
      sockets.close();
      server.closeAllConnections();
      pages.forEach((page) => page.terminate());
      server.close();
      await once(server, 'close');
    },
  };
}
