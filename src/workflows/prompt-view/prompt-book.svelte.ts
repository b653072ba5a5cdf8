import { report } from '../../base/report';
import type { ComfyClient } from '../../comfy/client';
import { UserDocument, type UserDocumentType } from '../../jobs/user-document';
import { type CompletionSources, phrasesOf } from '../prompt/complete';
import type { Expansion } from '../prompt/typed-prompts';
import { findLines, type WildcardList } from '../prompt/wildcard-lists';
import {
  type KeptPrompt,
  type KeyChanges,
  MAX_STARRED,
  promptDocument,
  type PromptKind,
  readPrompts,
  withoutPrompt,
  withStar,
  withUsed,
} from './prompt-history';

/** The lists that `__name__` draws from, a key for each. */
export const wildcardDocument: UserDocumentType = { name: 'wildcards' };

type BookClient = ConstructorParameters<typeof UserDocument>[0] &
  Pick<ComfyClient, 'embeddings' | 'nodeInfo'>;

/** Nodes whose list of files tells the LoRAs of a server. */
const LORA_NODES = ['LoraLoader', 'LoraLoaderModelOnly'];

/**
 * What helps to write prompts, shared by every place where one is written: the person's lists, recent prompts and
 * favourites, and the names the server knows.
 */
export class PromptBook {
  readonly #client: BookClient;
  readonly #lists: UserDocument;
  readonly #prompts: UserDocument;
  #loading: Promise<void> | null = null;
  #found = $state.raw<readonly WildcardList[]>([]);
  #kept = $state.raw<readonly KeptPrompt[]>([]);
  #phrases = $state.raw<readonly string[]>([]);
  #embeddings = $state.raw<readonly string[]>([]);
  #loras = $state.raw<readonly string[]>([]);
  #roll = $state(0);
  #expansion = $state.raw<Expansion>({});

  constructor(client: BookClient) {
    this.#client = client;
    this.#lists = new UserDocument(client, wildcardDocument);
    this.#prompts = new UserDocument(client, promptDocument);
    this.#readLists();
    this.#readPrompts();
    this.#lists.onChange(() => this.#readLists());
    this.#prompts.onChange(() => this.#readPrompts());
  }

  /** Brings the documents in step and asks the server for names, once; what failed is asked for again next time. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** The lists by name. */
  get lists(): readonly WildcardList[] {
    return this.#found;
  }

  /** Adds a list or replaces one, of at most `MAX_LIST` characters; without a text it is deleted. */
  setList(name: string, text: string | undefined): void {
    this.#lists.set({ [name]: text });
    this.#readLists();
  }

  /** Recent prompts and favourites of a kind, the last used first. */
  prompts(kind: PromptKind): KeptPrompt[] {
    return this.#kept.filter((prompt) => prompt.kind === kind);
  }

  /** Whether there is room for another favourite. */
  get canStar(): boolean {
    return this.#kept.filter(({ starred }) => starred).length < MAX_STARRED;
  }

  /** Notes that a prompt was run with. */
  use(kind: PromptKind, text: string): void {
    this.#change(withUsed((key) => this.#prompts.get(key), kind, text, Date.now()));
  }

  /** Makes a prompt a favourite, or none. */
  star(prompt: KeptPrompt, starred: boolean): void {
    this.#change(withStar(prompt, starred));
  }

  /** Forgets a prompt. @returns brings it back. */
  forget(prompt: KeptPrompt): () => void {
    const changes = withoutPrompt((key) => this.#prompts.get(key), prompt);
    const before = Object.fromEntries(Object.keys(changes).map((key) => [key, this.#prompts.get(key)]));
    this.#change(changes);
    return () => this.#change(before);
  }

  /** What can be suggested while a prompt is typed. */
  get sources(): CompletionSources {
    return {
      embeddings: this.#embeddings,
      loras: this.#loras,
      wildcards: this.#found.map(({ name }) => name),
      phrases: this.#phrases,
    };
  }

  /** What prompts are expanded with, at the present time. */
  get expansion(): Expansion {
    return { ...this.#expansion, now: new Date() };
  }

  /** How often the dice were thrown anew. */
  get roll(): number {
    return this.#roll;
  }

  /** Throws the dice anew, for all prompts. */
  reroll(): void {
    this.#roll++;
  }

  #change(changes: KeyChanges): void {
    if (Object.keys(changes).length > 0) {
      this.#prompts.set(changes);
      this.#readPrompts();
    }
  }

  async #load(): Promise<void> {
    try {
      const [embeddings, loras] = await Promise.all([
        this.#client.embeddings(),
        this.#readLoras(),
        this.#lists.load(),
        this.#prompts.load(),
      ]);
      this.#embeddings = embeddings;
      this.#loras = loras;
    } catch (error) {
      report(error, 'prompt.load');
      this.#loading = null;
    }
  }

  async #readLoras(): Promise<string[]> {
    for (const node of LORA_NODES) {
      const spec = (await this.#client.nodeInfo(node))?.inputs.get('lora_name');
      if (spec?.kind === 'combo') {
        return spec.options.map((name) => name.replace(/\.[a-z]\w{1,11}$/i, ''));
      }
    }
    return [];
  }

  #readLists(): void {
    this.#found = this.#lists
      .entries()
      .flatMap(([name, text]) => (typeof text === 'string' ? [{ name, text }] : []))
      .toSorted((a, b) => a.name.localeCompare(b.name));
    this.#expansion = { wildcard: findLines(this.#found) };
  }

  #readPrompts(): void {
    this.#kept = readPrompts(this.#prompts.entries());
    this.#phrases = phrasesOf(this.#kept.map(({ text }) => text));
  }
}

const books = new WeakMap<object, PromptBook>();

/** The page's book for a server. */
export function promptBook(client: BookClient): PromptBook {
  const known = books.get(client) ?? new PromptBook(client);
  books.set(client, known);
  return known;
}
