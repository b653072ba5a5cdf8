import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type UserConfig } from 'vite';

import { keepLazy, PAGES } from './src/server/lazy-modules';
import { besides, contentPolicy, darkroom, precompress } from './src/server/vite-plugin';

/** What both pages are built with. */
const shared: UserConfig = {
  // Relative addresses: ComfyUI's --front-end-root or any path of another server can hold the build.
  base: './',
  build: {
    target: 'baseline-widely-available',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Named after all that share it, a file's name is as long as some of the page's own code, which lists them all.
        chunkFileNames: ({ name }) => `assets/${name.startsWith('shared~') ? 'shared' : name}-[hash].js`,
        // What loads with the page in two files, its own part and the libraries': a dozen small ones compress worse.
        // What rooms share in files of 10 kB or more: one file for each module doubled the number of requests.
        codeSplitting: {
          groups: [
            { name: 'libraries', test: /node_modules/, tags: ['$initial' as const] },
            { name: 'page', tags: ['$initial' as const] },
            { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 10_000 },
          ],
        },
      },
    },
    // The content security policy lets fonts and scripts come from files only, never from data: URLs.
    assetsInlineLimit: 0,
  },
};

/** The page for guests, which loads nothing of the owner's. Compresses the whole build, as it is built last. */
const guest = (): UserConfig => ({
  ...shared,
  plugins: [tailwindcss(), svelte(), contentPolicy(), precompress(), keepLazy(PAGES.guest)],
});

/** Read at each start, so that tests can start several servers with different addresses. */
export default defineConfig(() => ({
  ...shared,
  plugins: [
    tailwindcss(),
    svelte(),
    darkroom({
      comfyUrl: process.env.COMFYUI_URL ?? 'http://127.0.0.1:8188',
      allowedHosts: (process.env.DARKROOM_ALLOWED_HOSTS ?? '').split(',').filter((name) => name !== ''),
    }),
    contentPolicy(),
    keepLazy(PAGES.app),
    besides('guest.html', guest),
  ],
}));
