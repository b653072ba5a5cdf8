import type { Router } from '../router';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Comfy Darkroom demo engine</title>
<p>This is the demo engine of Comfy Darkroom. It speaks ComfyUI's HTTP and WebSocket API, runs no AI,
and has no page of its own: open the Darkroom instead.
</html>
`;

/** GET / is the front end's page; the engine says what it is. */
export function addRootRoute(router: Router, caching: string): void {
  router.add('GET', '/', () => ({
    status: 200,
    headers: {
      'Content-Type': 'text/html',
      'Cache-Control': caching,
      Pragma: 'no-cache',
      Expires: '0',
    },
    body: Buffer.from(PAGE),
  }));
}
