import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseNodeInfo } from '../../comfy/object-info';
import { promptBook, type PromptBook } from './prompt-book.svelte';

const stored = new Map<string, string>();

/** A server with some names, that keeps documents. */
class Server {
  readonly documents = new Map<string, unknown>();
  readonly server = { current: { routes: {} }, onReconnect: () => () => undefined };
  failing = false;

  readUserdata(path: string): Promise<unknown> {
    return Promise.resolve(this.documents.get(path) ?? null);
  }

  writeUserdata(path: string, document: unknown): Promise<void> {
    this.documents.set(path, document);
    return Promise.resolve();
  }

  embeddings(): Promise<string[]> {
    return this.failing ? Promise.reject(new Error('connection lost')) : Promise.resolve(['bad-hands']);
  }

  nodeInfo(name: string): Promise<unknown> {
    const input = { required: { lora_name: [['sub\\ink.safetensors'], {}] } };
    return Promise.resolve(name === 'LoraLoader' ? parseNodeInfo(name, { input }) : null);
  }
}

function bookOn(server: Server): PromptBook {
  return promptBook(server as unknown as Parameters<typeof promptBook>[0]);
}

beforeEach(() => {
  stored.clear();
  vi.useFakeTimers();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the book of prompts', () => {
  it('is one for a server', () => {
    const server = new Server();
    expect(bookOn(server)).toBe(bookOn(server));
    expect(bookOn(server)).not.toBe(bookOn(new Server()));
  });

  it('knows the names of the server, and asks again after a failure', async () => {
    const server = new Server();
    server.failing = true;
    const book = bookOn(server);
    vi.spyOn(console, 'error').mockReturnValue();
    await book.load();
    expect(book.sources.embeddings).toEqual([]);
    server.failing = false;
    await book.load();
    expect(book.sources).toMatchObject({ embeddings: ['bad-hands'], loras: ['sub\\ink'] });
  });

  it('draws from lists as they are now, and on every device', async () => {
    const server = new Server();
    const book = bookOn(server);
    book.setList('colour', 'red');
    expect(book.expansion.wildcard?.('Colour')).toEqual(['red']);
    book.setList('colour', 'red\nblue');
    expect(book.expansion.wildcard?.('colour')).toEqual(['red', 'blue']);
    await vi.advanceTimersByTimeAsync(2000);

    stored.clear();
    const other = bookOn(Object.assign(new Server(), { documents: server.documents }));
    expect(other.lists).toEqual([]);
    await other.load();
    expect(other.lists).toEqual([{ name: 'colour', text: 'red\nblue' }]);
    other.setList('colour', undefined);
    expect(other.expansion.wildcard?.('colour')).toBeUndefined();
  });

  it('remembers prompts, forgets them, and takes that back', () => {
    const book = bookOn(new Server());
    book.use('prompt', 'a red door');
    book.use('negative', 'fog');
    const [prompt] = book.prompts('prompt');
    expect(prompt).toMatchObject({ text: 'a red door', starred: false });
    expect(book.sources.phrases).toContain('a red door');
    if (prompt) {
      book.star(prompt, true);
      const bringBack = book.forget(prompt);
      expect(book.prompts('prompt')).toEqual([]);
      bringBack();
    }
    expect(book.prompts('prompt')).toMatchObject([{ text: 'a red door', starred: true }]);
    expect(book.prompts('negative')).toHaveLength(1);
  });
});
