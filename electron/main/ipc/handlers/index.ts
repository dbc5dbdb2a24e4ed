import type { Handlers } from '../request.ts';
import type { Services } from '../services.ts';
import { appHandlers } from './app.ts';
import { dataHandlers } from './data.ts';
import { localApiHandlers } from './local-api.ts';
import { pipelineHandlers } from './pipeline.ts';
import { profileHandlers } from './profiles.ts';
import { queryHandlers } from './query.ts';
import { settingsHandlers } from './settings.ts';
import { simulatorHandlers } from './simulator.ts';
import { windowHandlers } from './window.ts';

/** All families together; a request without a handler does not compile here. */
export function createHandlers(services: Services): Handlers {
  return {
    ...appHandlers(services),
    ...settingsHandlers(services),
    ...profileHandlers(services),
    ...queryHandlers(services),
    ...simulatorHandlers(services),
    ...dataHandlers(services),
    ...pipelineHandlers(services),
    ...localApiHandlers(services),
    ...windowHandlers(services),
  };
}
