/** One listener: everything of the interface, for one query backend. */
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createJsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Role } from '../domain/account.ts';
import type { BackendName } from '../domain/question.ts';
import type { Logger } from '../ports/logger.ts';
import { type Access, type Audience, openAccess, type Principal, requireRole } from './access.ts';
import type { Accounts } from './accounts.ts';
import { AnswerBodies } from './answer-bodies.ts';
import type { Guard } from './guard.ts';
import type { LiveClients } from './live-clients.ts';
import type { Metrics } from './metrics.ts';
import { HttpProblem, sendProblem, toProblem } from './problem.ts';
import { trustProxy } from './proxy.ts';
import { healthRoutes } from './routes/health.ts';
import { operatorRoutes } from './routes/operator.ts';
import { questionRoutes } from './routes/questions.ts';
import { signInRoutes } from './routes/sign-in.ts';
import type { GatewaySource } from './source.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask; every route says so. */
    audience?: Audience;
    /** Limits its own time, for less than a timer per request. */
    limited?: boolean;
  }
  interface FastifyRequest {
    principal: Principal;
  }
}

const bodyBytes = 64 * 1024;
const requestMs = 10_000;
const keepAliveMs = 10_000;
/** A route that has not answered by then says so with 503. */
const answerMs = 10_000;

/** Of the pages at /docs. Styles: the page's library sets some on its elements. */
const pagePolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

export interface ServerParts {
  readonly backend: BackendName;
  readonly source: GatewaySource;
  readonly currency: string;
  readonly version: string;
  /** null: everybody who reaches the port may do everything. */
  readonly accounts: Accounts | null;
  readonly guard: Guard;
  /** Addresses of the load balancer in front, by whose X-Forwarded-For attempts to sign in are counted. */
  readonly behindProxy?: string | undefined;
  readonly metrics: Metrics;
  readonly live: LiveClients;
  /** Most time for an answer, ms; 10 s unless told. */
  readonly answerMs?: number | undefined;
  /** Called after each answer. */
  readonly onAnswered?: (status: number, request: FastifyRequest) => void;
  readonly logger: Logger;
}

export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const { backend, source, accounts, guard, metrics, logger } = parts;
  const access: Access = accounts ?? openAccess;
  const longest = parts.answerMs ?? answerMs;
  const app = Fastify({
    trustProxy: parts.behindProxy === undefined ? false : trustProxy(parts.behindProxy),
    bodyLimit: bodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 100 },
    // What the router itself refuses.
    frameworkErrors: (error, request, reply) =>
      void sendProblem(toProblem(error, logger), request, reply as FastifyReply),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => sendProblem(toProblem(error, logger), request, reply));
  app.decorateRequest('principal');
  app.addHook('onRoute', (route) => {
    if (!route.config?.limited) route.handlerTimeout = longest;
  });

  const admit = (request: FastifyRequest, principal: Principal, audience: Role | undefined) => {
    if (audience !== undefined) requireRole(principal, audience);
    request.principal = principal;
  };
  // Callbacks: each request passes here, and a promise costs more than what is done.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    guard.check(request.headers);
    if (request.is404) throw notFound(app, request);
    const { audience } = request.routeOptions.config;
    if (audience === 'anyone') return done();
    const principal = access.identify(request.headers.authorization);
    if (principal instanceof Promise) {
      principal.then((known) => admit(request, known, audience)).then(() => done(), done);
      return;
    }
    admit(request, principal, audience);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    parts.onAnswered?.(reply.statusCode, request);
    const route = request.routeOptions.url ?? 'unknown';
    metrics.answered({ backend, method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    // A refused upgrade: the connection is of no use any more, and the server does not know it.
    if (request.headers.upgrade !== undefined) request.raw.socket.end();
    done();
  });

  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { after }) =>
      new HttpProblem(429, 'too_many_requests', `Too many requests; try again in ${after}.`),
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: `ReelMetrics, ${backend} backend`,
        description:
          'Live box-office figures. Every answer says where it came from, for which version of the day it holds, and how old it is.',
        version: parts.version,
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      ...(accounts === null ? {} : { security: [{ bearer: [] }] }),
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
  });
  app.addHook('onRoute', (route) => {
    if (route.schema) route.schema.tags ??= [sectionOf(route.url)];
  });
  await app.register(async (pages) => {
    // A browser cannot sign in to load a page: the page tells no more than /openapi.json, and has a field for the token.
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, audience: 'anyone' };
    });
    await pages.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: pagePolicy,

      uiConfig: { layout: 'BaseLayout' },
    });
  });
  await app.register(websocket, { options: { maxPayload: 1024 } });

  const theaterIds = new Set(source.catalogue.theaters.map(({ id }) => id));
  const bodies = new AnswerBodies({
    backend,
    currency: parts.currency,
    ask: (question) => source.ask(backend, question),
    versionOf: (day) => source.versionOf(backend, day),
    now: () => Date.now(),
    longest,
  });
  await app.register(questionRoutes, {
    bodies,
    today: () => source.businessDay(),
    hasTheater: (id) => theaterIds.has(id),
  });
  await app.register(healthRoutes, { backend, status: () => source.status() });
  await app.register(operatorRoutes, {
    source,
    audit: (by, action, detail) => void accounts?.audit(by.name, action, detail),
  });
  if (accounts !== null) await app.register(signInRoutes, { accounts });

  app.get('/metrics', { config: { audience: 'viewer' }, schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
  app.get('/openapi.json', { config: { audience: 'anyone' }, schema: { hide: true } }, () => app.swagger());

  const placeSchema = z.object({ place: z.string().max(40).optional() });
  app.get(
    '/live',
    { websocket: true, config: { audience: 'viewer' }, schema: { hide: true, querystring: placeSchema } },
    (socket, request) => {
      const { place } = request.query as z.infer<typeof placeSchema>;
      parts.live.add(socket, place, () => isKnown(access, request.headers.authorization));
    },
  );
  await app.ready();
  return app;
}

/** Where the description lists a route. */
function sectionOf(url: string): string {
  if (url.startsWith('/health')) return 'Health';
  if (url.startsWith('/auth')) return 'Signing in';
  return /^\/(simulator|consumer|dead-letters)/.test(url) ? 'Operating' : 'Questions';
}

/** Whether the token still holds. While the users are out of reach, it does. */
async function isKnown(access: Access, authorization: string | undefined): Promise<boolean> {
  try {
    await access.identify(authorization);
    return true;
  } catch (error) {
    return !(error instanceof HttpProblem && error.status === 401);
  }
}

/** 405 where the path is there for another method. */
function notFound(app: FastifyInstance, request: FastifyRequest): HttpProblem {
  const [url = '/'] = request.url.split('?');
  const methods = (['GET', 'POST', 'PUT', 'DELETE'] as const).filter(
    (method) => app.findRoute({ method, url }) !== null,
  );
  if (methods.length > 0 && !methods.includes(request.method as 'GET')) {
    return new HttpProblem(405, 'method_not_allowed', `${request.method} is not for ${url}.`, {
      hint: `Use ${methods.join(' or ')}.`,
      headers: { allow: methods.join(', ') },
    });
  }
  return new HttpProblem(404, 'not_found', `There is nothing at ${url}.`, {
    hint: 'GET /openapi.json lists what there is.',
  });
}
