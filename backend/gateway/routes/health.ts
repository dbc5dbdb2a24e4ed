/** For orchestrators: is it alive, and can it answer? */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { BackendName } from '../../domain/question.ts';
import type { SystemStatus } from '../../domain/status.ts';

export interface HealthRoutesParts {
  readonly backend: BackendName;
  readonly status: () => SystemStatus;
}

const config = { audience: 'anyone' } as const;
const ready = z.object({ ready: z.boolean(), reason: z.string().nullable() });

export const healthRoutes: FastifyPluginAsyncZod<HealthRoutesParts> = async (app, { backend, status }) => {
  app.get(
    '/health/live',
    {
      config,
      schema: {
        summary: 'Whether the program runs',
        security: [],
        response: { 200: z.object({ alive: z.literal(true) }) },
      },
    },
    () => ({ alive: true as const }),
  );

  app.get(
    '/health/ready',
    {
      config,
      schema: { summary: 'Whether questions can be answered', security: [], response: { 200: ready, 503: ready } },
    },
    (_request, reply) => {
      const { database, readModel } = status();
      const needed = backend === 'materialized' ? [database, readModel] : [database];
      const missing = needed.find(({ state }) => state === 'down' || state === 'connecting');
      if (missing !== undefined) reply.code(503);
      // The reason may name hosts: it is for those who may see the status.
      const reason =
        missing === undefined ? null : missing === database ? 'The database is away.' : 'The read model is away.';
      return { ready: missing === undefined, reason };
    },
  );
};
