/** What operators may do: the simulator, the consumer, dead letters. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { RedriveReport } from '../../domain/dead-letters.ts';
import { messageOf } from '../../lib/app-error.ts';
import type { Job, Jobs } from '../jobs.ts';
import { HttpProblem, problemResponse } from '../problem.ts';
import type { GatewaySource } from '../source.ts';

export interface OperatorRoutesParts {
  readonly source: GatewaySource;
  /** Of both listeners together. */
  readonly redrives: Jobs<RedriveReport>;
  /** How long an answer waits for what it began, ms. */
  readonly waitMs: number;
}

const audience = 'operator' as const;
const config = { audience } as const;
const errors = {
  ...{ 400: problemResponse, 401: problemResponse, 403: problemResponse, 409: problemResponse },
  ...{ 413: problemResponse, 503: problemResponse },
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

const redriveJob = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed']),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  report: redriveReport.nullable().describe('Once it is done.'),
  error: z.string().nullable().describe('Why it failed.'),
});

const reportOf = ({ dryRun, checked, valid, alreadyStored, stillBad }: RedriveReport) => ({
  ...{ dryRun, checked, valid, alreadyStored, stillBad },
});
const jobOf = ({ id, state, startedAt, endedAt, result, error }: Job<RedriveReport>) => ({
  ...{ id, state, error },
  startedAt: new Date(startedAt).toISOString(),
  endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
  report: result === null ? null : reportOf(result),
});

export const operatorRoutes: FastifyPluginAsyncZod<OperatorRoutesParts> = async (app, { source, redrives, waitMs }) => {
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
      config: { audience, action: 'simulator.start' },
      schema: {
        summary: 'Starts the simulator',
        querystring: z.object({ rate: z.coerce.number().pipe(rate).optional() }),
        response: { 200: simulatorState, ...errors },
      },
    },
    (request) => {
      const { settings } = source.status().simulator;
      source.simulator.start({ ...settings, rate: request.query.rate ?? settings.rate });
      request.noted = { detail: `${request.query.rate ?? settings.rate} events/s` };
      return simulator();
    },
  );

  app.post(
    '/simulator/stop',
    {
      config: { audience, action: 'simulator.stop' },
      schema: {
        summary: 'Stops the simulator',
        response: {
          200: simulatorState,
          202: simulatorState.describe('It stops once the log has acknowledged what was sent: ask again.'),
          ...errors,
        },
      },
    },
    async (_request, reply) => {
      const stopped = source.simulator.stop().then(() => true as const);
      const inTime = await within(waitMs, stopped);
      return reply.code(inTime ? 200 : 202).send(simulator());
    },
  );

  app.post(
    '/simulator/backfill',
    {
      config: { audience, action: 'simulator.backfill' },
      schema: {
        summary: 'Makes the sales of the days before today, and of today so far',
        querystring: z.object({
          days: z.coerce.number().int().min(1).max(366),
          extend: z
            .stringbool()
            .default(false)
            .describe('Makes the days that have no sales; else a 409 where one has.'),
        }),
        response: { 202: simulatorState.describe('It has begun; the status tells its progress.'), ...errors },
      },
    },
    async (request, reply) => {
      const { days, extend } = request.query;
      await source.simulator.startBackfill(days, extend ? 'extend' : 'refuse');
      request.noted = { detail: `${days} days${extend ? ', missing ones' : ''}` };
      return reply.code(202).send(simulator());
    },
  );

  app.put(
    '/simulator/rate',
    {
      config: { audience, action: 'simulator.rate' },
      schema: { summary: 'Sets the rate', body: z.object({ rate }), response: { 200: simulatorState, ...errors } },
    },
    (request) => {
      source.simulator.update({ ...source.status().simulator.settings, rate: request.body.rate });
      request.noted = { detail: `${request.body.rate} events/s` };
      return simulator();
    },
  );

  app.post(
    '/consumer/pause',
    {
      config: { audience, action: 'consumer.pause' },
      schema: { summary: 'Stores nothing until it is resumed', response: { 200: consumerState, ...errors } },
    },
    () => {
      source.pauseConsumer();
      return consumer();
    },
  );

  app.post(
    '/consumer/resume',
    {
      config: { audience, action: 'consumer.resume' },
      schema: { summary: 'Stores again', response: { 200: consumerState, ...errors } },
    },
    () => {
      source.resumeConsumer();
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
          before: z
            .string()
            .regex(/^\d{1,18}:\d{1,9}:\d{1,18}$/)
            .optional()
            .describe('`next` of the page before.'),
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
      config: { audience, action: 'dead-letters.redrive' },
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
        response: {
          200: redriveReport,
          202: redriveJob.describe('It takes longer: ask at the address in Location how it ends.'),
          ...errors,
        },
      },
    },
    async (request, reply) => {
      const { dryRun, selection } = request.body;
      const target = selection === 'all' ? 'all' : `${selection.length} chosen`;
      const { actor, record } = request.trail;
      const act = { actor, action: 'dead-letters.redrive', target } as const;
      const words = (outcome: string) => `${dryRun ? 'dry run: ' : ''}${outcome}`;
      // Written when it ends, also where the client has long been answered.
      request.noted = 'apart';
      const begun = await redrives.begin(waitMs, async () => {
        try {
          const report = await source.redrive(request.body);
          record({ ...act, outcome: 'done', detail: words(`${report.valid} of ${report.checked} valid`) });
          return report;
        } catch (error) {
          record({ ...act, outcome: 'failed', detail: words(messageOf(error)) });
          throw error;
        }
      });
      if ('result' in begun) return reply.code(200).send(reportOf(begun.result));
      return reply
        .code(202)
        .header('location', `/dead-letters/redrive?id=${begun.job.id}`)
        .header('retry-after', '5')
        .send(jobOf(begun.job));
    },
  );

  app.get(
    '/dead-letters/redrive',
    {
      config,
      schema: {
        summary: 'How sending dead letters again goes or has ended: the last times of this program, newest first',
        querystring: z.object({ id: z.uuid().optional().describe('Only this one.') }),
        response: { 200: z.object({ jobs: z.array(redriveJob) }), 404: problemResponse, ...errors },
      },
    },
    ({ query: { id } }) => {
      if (id === undefined) return { jobs: redrives.list().map(jobOf) };
      const job = redrives.get(id);
      if (job !== null) return { jobs: [jobOf(job)] };
      throw new HttpProblem(404, 'unknown_job', `This program has not begun ${id}.`, {
        hint: 'GET /dead-letters/redrive lists the last ones; the audit trail holds all outcomes.',
      });
    },
  );
};

/** Whether it has ended within that time. Errors: its own, meanwhile. */
async function within(ms: number, ended: Promise<true>): Promise<boolean> {
  let late: NodeJS.Timeout | undefined;
  const longer = new Promise<false>((resolve) => {
    late = setTimeout(() => resolve(false), ms);
  });
  ended.catch(() => {});
  try {
    return await Promise.race([ended, longer]);
  } finally {
    clearTimeout(late);
  }
}
