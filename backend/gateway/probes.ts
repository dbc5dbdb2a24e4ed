/** Health and figures of a program that answers no questions: a worker. */
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../ports/logger.ts';
import type { Runtime } from '../runtime/types.ts';
import { createMetrics } from './metrics.ts';
import { healthRoutes } from './routes/health.ts';

export interface ProbesOptions {
  readonly address: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly source: Pick<Runtime, 'status'>;
  readonly logger: Logger;
}

/** `/health/live`, `/health/ready` and `/metrics`; none of them tells what was sold. Errors: those of listening. */
export async function openProbes({
  address,
  port,
  source,
  logger,
}: ProbesOptions): Promise<{ close(): Promise<void> }> {
  const metrics = createMetrics(() => source.status());
  const app = Fastify({ requestTimeout: 5_000, bodyLimit: 1_024, forceCloseConnections: true });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(healthRoutes, { backend: 'sql', status: () => source.status() });
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
  const where = await app.listen({ host: address, port });
  logger.info('Probes answer', { where });
  return { close: () => app.close() };
}
