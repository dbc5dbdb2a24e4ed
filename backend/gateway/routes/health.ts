/** For orchestrators: is it alive, and does it do its work? */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Readiness } from '../readiness.ts';

export interface HealthRoutesParts {
  readonly readiness: Readiness;
}

const config = { audience: 'anyone', whileStarting: true } as const;
const ready = z.object({ ready: z.boolean(), reason: z.string().nullable() });

export const healthRoutes: FastifyPluginAsyncZod<HealthRoutesParts> = async (app, { readiness }) => {
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
      schema: { summary: 'Whether questions are answered', security: [], response: { 200: ready, 503: ready } },
    },
    async (_request, reply) => {
      const reason = await readiness();
      if (reason !== null) reply.code(503);
      return { ready: reason === null, reason };
    },
  );
};
