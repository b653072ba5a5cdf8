import { QueryClient } from '@tanstack/svelte-query';

/** What the server answered to questions that may be asked again. Loads after the first pictures. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: 1,
      staleTime: 30_000,
      // A LAN without internet is online for us.
      networkMode: 'always',
    },
  },
});
