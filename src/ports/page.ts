import { createContext } from 'svelte';
import type { ServerCapabilities } from '../comfy/capabilities';
import type { PictureSource } from '../comfy/picture-source';
import type { BrowserFeatures } from '../base/browser';

/** What the server and this browser can do. Reading `server` in markup or a derived follows changes. */
export interface Capabilities {
  readonly server: ServerCapabilities;
  readonly browser: BrowserFeatures;
}

/** What can serve the page: Darkroom's own server (or Vite with its plugin), or ComfyUI itself. */
export type PageHost = 'darkroom' | 'comfyui';

/** What a page gives to its rooms: the owner's page one thing, a guest's page another. */
export interface Page {
  readonly host: PageHost;
  /** Where ComfyUI is expected, as people know it. */
  readonly comfyAddress: string;
  readonly pictures: PictureSource;
  readonly capabilities: Capabilities;
}

const [getPage, setPage] = createContext<Page>();

/** Gives every component below the page's ports; `setPage` belongs to the application's root. */
export { getPage, setPage };
