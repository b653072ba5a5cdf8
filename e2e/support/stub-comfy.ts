import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { type WebSocket, WebSocketServer } from 'ws';

/** A request as it arrived at the stub. */
export interface Arrival {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  upgrade: boolean;
}

/** A bare HTTP and WebSocket server in ComfyUI's place that tells exactly what reached it. */
export interface StubComfy {
  url: string;
  port: number;
  /** Everything that arrived, oldest first. */
  arrivals: Arrival[];
  /** WebSockets that are open or were. */
  sockets: WebSocket[];
  /** Raw connections that are open now. */
  connections: Set<Socket>;
  /** Answers HTTP requests; replace it in a test. The default says 200 `{}` after reading the body. */
  handler: (request: IncomingMessage, response: ServerResponse) => void;
  /** Answers WebSocket handshakes with a refusal of this status instead of accepting them. */
  refuseSocketsWith: number | null;
  onSocket: (socket: WebSocket) => void;
  stop(): Promise<void>;
}

export async function startStubComfy(host = '127.0.0.1'): Promise<StubComfy> {
  const server = createServer((request, response) => {
    arrive(request, false);
    stub.handler(request, response);
  });
  const wss = new WebSocketServer({ noServer: true });
  const arrive = (request: IncomingMessage, upgrade: boolean): void => {
    const { method = '', url = '', headers } = request;
    stub.arrivals.push({ method, url, headers, upgrade });
  };
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    arrive(request, true);
    if (stub.refuseSocketsWith !== null) {
      socket.end(`HTTP/1.1 ${stub.refuseSocketsWith} No\r\nContent-Length: 4\r\n\r\nnope`);
      return;
    }
    wss.handleUpgrade(request, socket, head, (websocket) => {
      stub.sockets.push(websocket);
      websocket.on('error', () => undefined);
      stub.onSocket(websocket);
    });
  });
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const stub: StubComfy = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    arrivals: [],
    sockets: [],
    connections,
    handler: (request, response) => {
      request.resume();
      request.once('end', () => {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end('{}');
      });
    },
    refuseSocketsWith: null,
    onSocket: () => undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of connections) {
          socket.destroy();
        }
      }),
  };
  return stub;
}
