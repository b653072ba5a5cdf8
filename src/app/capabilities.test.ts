import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ComfyClient } from '../comfy/client';
import { ComfySocket, type SocketLike } from '../comfy/socket';
import { ConnectionCapabilities } from './capabilities.svelte';

const GREETING = { type: 'status', data: { status: { exec_info: { queue_remaining: 0 } }, sid: 'me' } };

class FakeSocket implements SocketLike {
  binaryType = 'blob';
  readyState = 1;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  send(): void {
    // Flags are answered by the test.
  }
  close(): void {
    this.onclose?.();
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

describe('the capabilities of the connection', () => {
  let sockets: FakeSocket[];
  let asked: string[];
  let version: string;
  let socket: ComfySocket;
  let capabilities: ConnectionCapabilities;
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    asked = [];
    version = '0.3.64';
    const client = new ComfyClient({
      baseUrl: 'http://host',
      fetch: (input) => {
        asked.push(input as string);
        return Promise.resolve(Response.json({ system: { comfyui_version: version }, devices: [] }));
      },
    });
    socket = new ComfySocket({
      url: () => 'ws://host/ws',
      clientId: 'me',
      open: () => {
        const made = new FakeSocket();
        sockets.push(made);
        return made;
      },
    });
    capabilities = new ConnectionCapabilities(client, socket);
    stop = capabilities.follow();
    socket.connect();
  });
  afterEach(() => {
    stop();
    socket.close();
    vi.useRealTimers();
  });

  it('come with the greeting, without a request', () => {
    sockets[0]?.say(GREETING);
    sockets[0]?.say({ type: 'feature_flags', data: { supports_preview_metadata: true, max_upload_size: 9 } });
    expect(capabilities.server).toMatchObject({ previewMetadata: true, maxUploadBytes: 9 });
    expect(asked).toEqual([]);
  });

  it('survive flags of no good shape', () => {
    sockets[0]?.say(GREETING);
    sockets[0]?.say({ type: 'feature_flags', data: { max_upload_size: 'much', assets: 'yes' } });
    expect(capabilities.server).toMatchObject({ maxUploadBytes: null, assets: null });
  });

  it('are resolved anew after a reconnect, because another server may answer', async () => {
    sockets[0]?.say(GREETING);
    sockets[0]?.say({ type: 'feature_flags', data: { assets: true, asset_deletion_enabled: true } });
    expect(capabilities.server.routes.jobs).toBe(true);
    version = '0.33.0';
    sockets[0]?.close();
    await vi.advanceTimersByTimeAsync(5000);
    sockets.at(-1)?.say(GREETING);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual(['http://host/system_stats']);
    expect(capabilities.server).toMatchObject({ version: '0.33.0', assetDeletion: null });
    expect(capabilities.server.routes.jobs).toBeNull();
  });
});
