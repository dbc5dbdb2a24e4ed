/** Health and figures of a program that answers no questions: a worker. */
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../ports/logger.ts';
import type { Runtime } from '../runtime/types.ts';
import { Connections } from './connections.ts';
import { createAddressGuard } from './guard.ts';
import { createMetrics } from './metrics.ts';
import { sendProblem, toProblem } from './problem.ts';
import { storingReadiness } from './readiness.ts';
import { RouteTable } from './route-table.ts';
import { healthRoutes } from './routes/health.ts';
import { listenOnWire, wireOptions } from './wire.ts';

/** An orchestrator and a collector have few. */
const mostConnections = 64;

export interface ProbesOptions {
  readonly address: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** null while it is being opened. */
  readonly source: () => Pick<Runtime, 'status'> | null;
  readonly logger: Logger;
}

/**
 * `/health/live`, `/health/ready` and `/metrics`, before and while the rest is there; none of them tells what was sold.
 * Errors: those of listening.
 */
export async function openProbes({
  address,
  port,
  source,
  logger,
}: ProbesOptions): Promise<{ close(): Promise<void> }> {
  const status = () => source()?.status() ?? null;
  const metrics = createMetrics(status);
  const app = Fastify({
    ...wireOptions,
    requestTimeout: 5_000,
    connectionTimeout: 10_000,
    bodyLimit: 1_024,
    forceCloseConnections: true,
    return503OnClosing: false,
  });
  const guard = createAddressGuard();
  const connections = new Connections(mostConnections);
  const routes = new RouteTable();
  listenOnWire(app.server);
  connections.watch(app.server);
  app.setErrorHandler((error, request, reply) => sendProblem(toProblem(error, logger), request, reply));
  app.setNotFoundHandler((request) => {
    throw routes.missing(request.method, request.url);
  });
  app.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  app.addHook('onRequest', (request, reply, done) => {
    connections.begin(request.raw.socket);
    reply.header('x-content-type-options', 'nosniff');
    guard.check(request.raw);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    connections.end(request.raw.socket);
    done();
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(healthRoutes, { readiness: storingReadiness(status) });
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
  const where = await app.listen({ host: address, port });
  logger.info('Probes answer', { where });
  return { close: () => app.close() };
}
