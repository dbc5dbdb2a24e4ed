/** What operators may do: the simulator, the consumer, dead letters. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Principal } from '../access.ts';
import { problemResponse } from '../problem.ts';
import type { GatewaySource } from '../source.ts';

export interface OperatorRoutesParts {
  readonly source: GatewaySource;
  readonly audit: (by: Principal, action: string, detail: string) => void;
}

const config = { audience: 'operator' } as const;
/** For what grows with the data, ms. */
const longMs = 300_000;
const errors = {
  400: problemResponse,
  401: problemResponse,
  403: problemResponse,
  409: problemResponse,
  503: problemResponse,
};
const rate = z.number().min(0.1).max(5_000).describe('Events per second.');
const simulatorState = z.object({
  state: z.string(),
  rate: z.number(),
  produced: z.int(),
  acknowledged: z.int(),
  failed: z.int(),
});
const consumerState = z.object({ state: z.string(), paused: z.boolean(), lagEvents: z.int().nullable() });
const deadLetter = z.object({
  id: z.string(),
  reason: z.string(),
  detail: z.string(),
  at: z.iso.datetime(),
  resentAt: z.iso.datetime().nullable(),
  size: z.int(),
  raw: z.string().describe('The first bytes of the message, base64.'),
});
const page = z.object({ rows: z.array(deadLetter), next: z.string().nullable(), waiting: z.int() });
const redriveReport = z.object({
  dryRun: z.boolean(),
  checked: z.int(),
  valid: z.int(),
  alreadyStored: z.int(),
  stillBad: z.int(),
});

export const operatorRoutes: FastifyPluginAsyncZod<OperatorRoutesParts> = async (app, { source, audit }) => {
  const simulator = () => {
    const { state, produced, acknowledged, failed, settings } = source.status().simulator;
    return { state, rate: settings.rate, produced, acknowledged, failed };
  };
  const consumer = () => {
    const { state, paused, lagEvents } = source.status().consumer;
    return { state, paused, lagEvents };
  };

  app.post(
    '/simulator/start',
    {
      config,
      schema: {
        summary: 'Starts the simulator',
        querystring: z.object({ rate: z.coerce.number().pipe(rate).optional() }),
        response: { 200: simulatorState, ...errors },
      },
    },
    (request) => {
      const { settings } = source.status().simulator;
      source.simulator.start({ ...settings, rate: request.query.rate ?? settings.rate });
      audit(request.principal, 'simulator.start', String(request.query.rate ?? settings.rate));
      return simulator();
    },
  );

  app.post(
    '/simulator/stop',
    { config, schema: { summary: 'Stops the simulator', response: { 200: simulatorState, ...errors } } },
    async (request) => {
      await source.simulator.stop();
      audit(request.principal, 'simulator.stop', '');
      return simulator();
    },
  );

  app.put(
    '/simulator/rate',
    {
      config,
      schema: { summary: 'Sets the rate', body: z.object({ rate }), response: { 200: simulatorState, ...errors } },
    },
    (request) => {
      source.simulator.update({ ...source.status().simulator.settings, rate: request.body.rate });
      audit(request.principal, 'simulator.rate', String(request.body.rate));
      return simulator();
    },
  );

  app.post(
    '/consumer/pause',
    { config, schema: { summary: 'Stores nothing until it is resumed', response: { 200: consumerState, ...errors } } },
    (request) => {
      source.pauseConsumer();
      audit(request.principal, 'consumer.pause', '');
      return consumer();
    },
  );

  app.post(
    '/consumer/resume',
    { config, schema: { summary: 'Stores again', response: { 200: consumerState, ...errors } } },
    (request) => {
      source.resumeConsumer();
      audit(request.principal, 'consumer.resume', '');
      return consumer();
    },
  );

  app.get(
    '/dead-letters',
    {
      config,
      schema: {
        summary: 'Events that could not be counted, newest first',
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(200).default(50),
          before: z.string().max(100).optional().describe('`next` of the page before.'),
          resent: z.stringbool().default(false).describe('Those that were sent again.'),
        }),
        response: { 200: page, ...errors },
      },
    },
    async (request) => {
      const { limit, before, resent } = request.query;
      const { rows, next, waiting } = await source.deadLetters({
        limit,
        resent,
        ...(before === undefined ? {} : { before }),
      });
      const told = rows.map(({ id, reason, detail, at, resentAt, size, raw }) => ({
        ...{ id, reason, detail, size, raw },
        at: new Date(at).toISOString(),
        resentAt: resentAt === null ? null : new Date(resentAt).toISOString(),
      }));
      return { rows: told, next, waiting };
    },
  );

  app.post(
    '/dead-letters/redrive',
    {
      config,
      handlerTimeout: longMs,
      schema: {
        summary: 'Sends dead letters again that are valid by now',
        body: z.object({
          dryRun: z.boolean().default(true),
          selection: z
            .union([
              z.literal('all'),
              z
                .array(z.string().regex(/^\d{1,10}:\d{1,19}$/))
                .min(1)
                .max(1_000),
            ])
            .default('all'),
        }),
        response: { 200: redriveReport, ...errors },
      },
    },
    async (request) => {
      const { dryRun, checked, valid, alreadyStored, stillBad } = await source.redrive(request.body);
      if (!dryRun) audit(request.principal, 'dead-letters.redrive', `${valid} of ${checked}`);
      return { dryRun, checked, valid, alreadyStored, stillBad };
    },
  );
};
