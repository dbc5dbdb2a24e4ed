/** One listener: everything of the interface, for one query backend. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createJsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Role } from '../domain/account.ts';
import type { RedriveReport } from '../domain/dead-letters.ts';
import type { BackendName } from '../domain/question.ts';
import type { Logger } from '../ports/logger.ts';
import { type Access, type Audience, type Grace, openAccess, type Principal, requireRole } from './access.ts';
import type { Accounts } from './accounts.ts';
import { AnswerBodies } from './answer-bodies.ts';
import type { Attempts } from './attempts.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Connections } from './connections.ts';
import { readJsonStrictly, requireFit } from './fit-request.ts';
import type { Guard } from './guard.ts';
import { auditRequests } from './http-audit.ts';
import type { Jobs } from './jobs.ts';
import type { LiveClients } from './live-clients.ts';
import type { Metrics } from './metrics.ts';
import { HttpProblem, sendProblem, toProblem } from './problem.ts';
import { trustProxy } from './proxy.ts';
import { answeringReadiness, databaseWatch } from './readiness.ts';
import { RouteTable } from './route-table.ts';
import { healthRoutes } from './routes/health.ts';
import { liveRoute } from './routes/live.ts';
import { operatorRoutes } from './routes/operator.ts';
import { questionRoutes } from './routes/questions.ts';
import { signInRoutes } from './routes/sign-in.ts';
import type { GatewaySource } from './source.ts';
import { isUpgrade, listenOnWire, wireOptions } from './wire.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask; every route says so. */
    audience?: Audience;
    /** Limits its own time, for less than a timer per request. */
    limited?: boolean;
    grace?: Grace;
    /** Answers also while the rest is being opened. */
    whileStarting?: boolean;
  }
  interface FastifyRequest {
    principal: Principal;
  }
}

const bodyBytes = 64 * 1024;
/** For all of a request; less than an answer may take, so that it is the client who is told. */
const requestMs = 8_000;
const keepAliveMs = 10_000;
/** A route that has not answered by then says so with 503. */
const answerMs = 10_000;
/** What an operator begins is answered by then, if only with where to ask for its end. */
const waitShare = 0.8;
/** Of the connections at most this part may listen live. */
const liveShare = 0.8;
/** A connection stands longer than any answer takes. */
const graceMs = 5_000;

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
  readonly version: string;
  /** null: everybody who reaches the port may do everything. */
  readonly accounts: Accounts | null;
  readonly guard: Guard;
  /** Addresses of the load balancers in front, by whose X-Forwarded-For attempts to sign in are counted. */
  readonly behindProxy?: string | readonly string[] | undefined;
  readonly metrics: Metrics;
  readonly live: LiveClients;
  /** Of both listeners together, as the next three. */
  readonly connections: Connections;
  readonly redrives: Jobs<RedriveReport>;
  readonly guesses: { readonly signIn: Attempts; readonly refresh: Attempts };
  readonly trail: AuditTrail | null;
  /** Most time for an answer, ms; 10 s unless told. */
  readonly answerMs?: number | undefined;
  /** Whether `source` may be asked; always unless told. Until then everything but health is 503. */
  readonly started?: (() => boolean) | undefined;
  /** Called after each answer. */
  readonly onAnswered?: (status: number, request: FastifyRequest) => void;
  readonly logger: Logger;
}

export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const { backend, source, accounts, guard, metrics, logger } = parts;
  const access: Access = accounts ?? openAccess;
  const longest = parts.answerMs ?? answerMs;
  const app = Fastify({
    ...wireOptions,
    trustProxy: parts.behindProxy === undefined ? false : trustProxy([parts.behindProxy].flat()),
    bodyLimit: bodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: longest + graceMs,
    keepAliveTimeout: keepAliveMs,
    // Refused below, as a problem.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 100 },
    // What the router itself refuses.
    frameworkErrors: (error, request, reply) =>
      void sendProblem(toProblem(error, logger), request, reply as FastifyReply),
  });
  listenOnWire(app.server);
  parts.connections.watch(app.server);
  const routes = new RouteTable();
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  readJsonStrictly(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error, logger);
    request.refusal = problem.code;
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request) => {
    throw routes.missing(request.method, request.url);
  });
  app.decorateRequest('principal');
  app.decorateRequest('noted');
  app.decorateRequest('refusal');
  auditRequests(app, parts.trail);
  app.addHook('onRoute', (route) => {
    routes.add(route.method, route.url);
    if (!route.config?.limited) route.handlerTimeout = longest;
  });

  const admit = (request: FastifyRequest, principal: Principal, audience: Role | undefined) => {
    if (audience !== undefined) requireRole(principal, audience);
    request.principal = principal;
  };
  // Callbacks: each request passes here, and a promise costs more than what is done.
  app.addHook('onRequest', (request, reply, done) => {
    parts.connections.begin(request.raw.socket);
    reply.header('x-content-type-options', 'nosniff');
    guard.check(request.raw);
    if (closing) throw isClosing();
    if (request.is404) throw routes.missing(request.method, request.url);
    const { audience, grace, whileStarting } = request.routeOptions.config;
    if (!whileStarting && parts.started?.() === false) throw isStarting();
    if (audience === 'anyone') return done();
    const principal = access.identify(request.headers.authorization, grace);
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
    parts.connections.end(request.raw.socket);
    // A refused upgrade: the connection is of no use any more, and the server does not know it.
    if (isUpgrade(request.raw)) request.raw.socket.end();
    done();
  });
  app.addHook('preValidation', (request, _reply, done) => {
    requireFit(request);
    done();
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

  const readiness = answeringReadiness(backend, {
    ask: (name, question) => source.ask(name, question),
    businessDay: () => source.businessDay(),
    status: () => source.status(),
  });
  const starting = Promise.resolve('It is starting.');
  let theaterIds: ReadonlySet<number> | undefined;
  const hasTheater = (id: number) => {
    theaterIds ??= new Set(source.catalogue.theaters.map((theater) => theater.id));
    return theaterIds.has(id);
  };
  const bodies = new AnswerBodies({
    backend,
    currency: () => source.currency(),
    ask: (question) => source.ask(backend, question),
    versionOf: (day) => source.versionOf(backend, day),
    now: () => Date.now(),
    longest,
  });
  await app.register(questionRoutes, {
    bodies,
    today: () => source.businessDay(),
    hasTheater,
    databaseIsAway: databaseWatch(() => source.status()),
  });
  await app.register(healthRoutes, { readiness: () => (parts.started?.() === false ? starting : readiness()) });
  await app.register(operatorRoutes, { source, redrives: parts.redrives, waitMs: longest * waitShare });
  if (accounts !== null) await app.register(signInRoutes, { accounts, guesses: parts.guesses });

  // Read when everything else is away, too: they tell nothing of what was sold.
  app.get(
    '/metrics',
    { config: { audience: 'viewer', grace: 'whole run' }, schema: { hide: true } },
    async (_request, reply) => reply.header('content-type', metrics.contentType).send(await metrics.text()),
  );
  app.get('/openapi.json', { config: { audience: 'anyone' }, schema: { hide: true } }, () => app.swagger());
  await app.register(liveRoute, {
    live: parts.live,
    most: parts.connections.most * liveShare,
    mayListen: (authorization) => isKnown(access, authorization),
  });
  await app.ready();
  return app;
}

function isStarting(): HttpProblem {
  return new HttpProblem(503, 'starting', 'ReelMetrics is starting.', {
    hint: 'Ask again in a moment; /health/ready says when it answers.',
    headers: { 'retry-after': '2' },
  });
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

function isClosing(): HttpProblem {
  return new HttpProblem(503, 'closing', 'This server is closing.', {
    hint: 'Ask again: another one answers, or this one once it is back.',
    headers: { 'retry-after': '1', connection: 'close' },
  });
}
