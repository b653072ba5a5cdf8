import type { EngineState } from '../../engine-state';
import { Router } from '../router';
import { addFileRoutes } from './files';
import { addInfoRoutes } from './info';
import { addPromptRoutes } from './prompt';
import { addQueueRoutes } from './queue';

/** Every route of the engine's era. */
export function createRoutes(state: EngineState): Router {
  const router = new Router();
  addPromptRoutes(router, state);
  addQueueRoutes(router, state);
  addFileRoutes(router, state);
  addInfoRoutes(router, state);
  return router;
}
