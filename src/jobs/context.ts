import { createContext } from 'svelte';
import type { ComfyClient } from '../comfy/client';
import type { JobStore } from './job-store.svelte';

/** The server the page talks to, and its jobs. */
export interface ComfyContext {
  readonly client: ComfyClient;
  readonly jobs: JobStore;
}

const [getComfy, setComfy] = createContext<ComfyContext>();

/** Gives every component below the server; `setComfy` belongs to the application's root. */
export { getComfy, setComfy };
