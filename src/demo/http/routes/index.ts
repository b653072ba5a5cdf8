import type { EngineState } from '../../engine-state';
import { Router } from '../router';
import { addAssetRoutes } from './assets';
import { addFileRoutes } from './files';
import { addInfoRoutes } from './info';
import { addInternalRoutes } from './internal';
import { addJobRoutes } from './jobs';
import { addModelRoutes } from './models';
import { addPromptRoutes } from './prompt';
import { addQueueRoutes } from './queue';
import { addRootRoute } from './root';
import { addTemplateRoutes } from './templates';
import { addUserdataRoutes } from './userdata';
import { addUserRoutes } from './users';

/** Every route of the engine's era. */
export function createRoutes(state: EngineState): Router {
  const router = new Router(state.era.apiPrefix);
  addPromptRoutes(router, state);
  addQueueRoutes(router, state);
  addFileRoutes(router, state);
  addInfoRoutes(router, state);
  addRootRoute(router, state.era.hardened ? 'no-store, must-revalidate' : 'no-cache');
  addModelRoutes(router, state);
  addUserRoutes(router, state);
  addUserdataRoutes(router, state);
  if (state.era.userdata) {
    addInternalRoutes(router, state);
  }
  if (state.era.userdataTree) {
    addTemplateRoutes(router, state);
  }
  if (state.era.jobsApi) {
    addJobRoutes(router, state);
    addAssetRoutes(router, state);
  }
  return router;
}
