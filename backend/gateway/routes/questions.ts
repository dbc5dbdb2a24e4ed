/** The questions, as both query backends answer them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Question } from '../../domain/question.ts';
import type { AnswerBodies, AnswerBody } from '../answer-bodies.ts';
import { noneMatch } from '../etags.ts';
import { HttpProblem, problemResponse } from '../problem.ts';
import { answerOf, bucket, day, dayOrToday, theaterId, values } from '../schemas.ts';
import { shapes } from '../shapes.ts';

export interface QuestionRoutesParts {
  readonly bodies: AnswerBodies;
  readonly today: () => string;
  readonly hasTheater: (id: number) => boolean;
  /** Whether what is answered now cannot be compared with the database. */
  readonly databaseIsAway: () => boolean;
}

const errors = { 400: problemResponse, 401: problemResponse, 404: problemResponse, 503: problemResponse };
const responses = <T extends z.ZodType>(value: T) => ({
  200: answerOf(value),
  304: z.undefined().describe('Nothing has changed since the version in If-None-Match.'),
  ...errors,
});
const config = { audience: 'viewer', limited: true } as const;

export const questionRoutes: FastifyPluginAsyncZod<QuestionRoutesParts> = async (
  app,
  { bodies, today, hasTheater, databaseIsAway },
) => {
  const send = ({ etag, text }: AnswerBody, request: FastifyRequest, reply: FastifyReply): void => {
    reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (databaseIsAway()) reply.header('reelmetrics-database', 'away');
    if (!noneMatch(request.headers['if-none-match'], etag)) reply.code(304).send();
    else reply.header('content-type', 'application/json; charset=utf-8').send(text);
  };
  const answer = (question: Question, request: FastifyRequest, reply: FastifyReply) => {
    const body = bodies.answer(question, shapes[question.name]);
    if (body instanceof Promise) return body.then((made) => send(made, request, reply));
    return send(body, request, reply);
  };
  const requireTheater = (id: number) => {
    if (hasTheater(id)) return;
    throw new HttpProblem(404, 'unknown_theater', `There is no theatre ${id} in the catalogue.`, {
      hint: 'GET /theaters lists them.',
    });
  };

  app.get(
    '/theaters',
    { config, schema: { summary: 'All theatres', response: responses(values.theaters) } },
    (request, reply) => answer({ name: 'theaters', params: {} }, request, reply),
  );

  app.get(
    '/theaters/:id/movies',
    {
      config,
      schema: {
        summary: "A theatre's movies on a day, highest gross first",
        params: z.object({ id: theaterId }),
        querystring: z.object({ day: dayOrToday }),
        response: responses(values.theaterMovies),
      },
    },
    (request, reply) => {
      requireTheater(request.params.id);
      const params = { theaterId: request.params.id, day: request.query.day ?? today() };
      return answer({ name: 'theaterMovies', params }, request, reply);
    },
  );

  app.get(
    '/top-theater/:date',
    {
      config,
      schema: {
        summary: 'The theatre with the highest gross',
        params: z.object({ date: day }),
        response: responses(values.topTheater),
      },
    },
    (request, reply) => answer({ name: 'topTheater', params: { day: request.params.date } }, request, reply),
  );

  app.get(
    '/leaderboards/theaters',
    {
      config,
      schema: {
        summary: 'Theatres by gross',
        querystring: z.object({
          day: dayOrToday,
          before: z.iso
            .datetime()
            .optional()
            .describe('Counts only quarter hours that start before: on the quarter hour.'),
        }),
        response: responses(values.theaterLeaderboard),
      },
    },
    (request, reply) => {
      const { day = today(), before } = request.query;
      const params = { day, ...(before === undefined ? {} : { before: Date.parse(before) }) };
      return answer({ name: 'theaterLeaderboard', params }, request, reply);
    },
  );

  app.get(
    '/leaderboards/movies',
    {
      config,
      schema: {
        summary: 'Movies by gross',
        querystring: z.object({ day: dayOrToday }),
        response: responses(values.movieLeaderboard),
      },
    },
    (request, reply) =>
      answer({ name: 'movieLeaderboard', params: { day: request.query.day ?? today() } }, request, reply),
  );

  app.get(
    '/summary/:date',
    {
      config,
      schema: { summary: 'Totals of a day', params: z.object({ date: day }), response: responses(values.summary) },
    },
    (request, reply) => answer({ name: 'summary', params: { day: request.params.date } }, request, reply),
  );

  app.get(
    '/series/:date',
    {
      config,
      schema: {
        summary: 'Gross over a day',
        params: z.object({ date: day }),
        querystring: z.object({ bucket, theaterId: theaterId.optional() }),
        response: responses(values.series),
      },
    },
    (request, reply) => {
      const { bucket, theaterId } = request.query;
      const params = { day: request.params.date, bucket, ...(theaterId === undefined ? {} : { theaterId }) };
      return answer({ name: 'series', params }, request, reply);
    },
  );

  app.get(
    '/theater-hours/:date',
    {
      config,
      schema: {
        summary: 'Gross by the hour of every theatre',
        params: z.object({ date: day }),
        response: responses(values.theaterHours),
      },
    },
    (request, reply) => answer({ name: 'theaterHours', params: { day: request.params.date } }, request, reply),
  );
};
