import type { Socket } from 'node:net';
import type { DemoFaults } from '../../faults';
import type { SocketHub } from '../../ws/hub';
import { readObject } from '../body';
import { json } from '../responses';
import type { Router } from '../router';

/** What the control routes steer. */
export interface Controls {
  faults: DemoFaults;
  hub: SocketHub;
  /** Cuts every connection but the one spared. */
  restart(spared: Socket): Promise<void>;
}

/** Routes for tests, which ComfyUI does not have. */
export function addControlRoutes(router: Router, controls: Controls): void {
  router.addBare('GET', '/darkroom-demo/faults', () => json(controls.faults));
  router.addBare('POST', '/darkroom-demo/faults', async ({ request }) => {
    Object.assign(controls.faults, await readObject(request));
    return json(controls.faults);
  });
  router.addBare('POST', '/darkroom-demo/restart', async ({ request }) => {
    // The response must be sent although every other connection is cut.
    await controls.restart(request.socket);
    return json({ restarted: true });
  });
  router.addBare('POST', '/darkroom-demo/drop-sockets', () => {
    controls.hub.dropAll();
    return json({ dropped: true });
  });
}
