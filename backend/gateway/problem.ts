/** Errors over HTTP: problem details (RFC 9457), with what to do in `hint`. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError, type ErrorCode, messageOf } from '../lib/app-error.ts';
import { printable } from '../lib/plain-text.ts';
import type { Logger } from '../ports/logger.ts';

const problemSchema = z.object({
  type: z.string().describe('Names the kind of problem: urn:reelmetrics:problem:<code>.'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What happened.'),
  instance: z.string().describe('The path that was asked for.'),
  hint: z.string().optional().describe('What to do about it.'),
});

export const problemType = 'application/problem+json; charset=utf-8';

/** Of a response, for the route's description. */
export const problemResponse = {
  description: 'A problem (RFC 9457).',
  content: { 'application/problem+json': { schema: problemSchema } },
};

/** Refuses a request with a status of its own. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  /**
   * @param code names the kind, for programs
   * @param message what happened, for people
   */
  constructor(
    status: number,
    code: string,
    message: string,
    options: { readonly hint?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = options.hint;
    this.headers = options.headers ?? {};
  }

  get title(): string {
    return titles[this.status] ?? 'Error';
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Conflict',
  413: 'Too large',
  414: 'Address too long',
  415: 'Media type not supported',
  417: 'Expectation failed',
  421: 'Misdirected request',
  426: 'Upgrade required',
  429: 'Too many requests',
  431: 'Header too large',
  500: 'Internal error',
  503: 'Not available',
};

const badRequests: ReadonlySet<ErrorCode> = new Set(['bad_request', 'bad_question', 'bad_settings']);
const conflicts: ReadonlySet<ErrorCode> = new Set([
  'simulator_busy',
  'simulation_not_allowed',
  'history_present',
  'consumed_elsewhere',
]);

function statusOf(error: AppError): number {
  if (badRequests.has(error.code)) return 400;
  if (conflicts.has(error.code)) return 409;
  return error.canRetry ? 503 : 500;
}

export function tooSlow(): HttpProblem {
  return new HttpProblem(503, 'too_slow', 'The answer took too long.', {
    hint: 'Ask again in a moment; the status of database and read model says what is slow.',
    headers: { 'retry-after': '1' },
  });
}

/** Whatever a route throws, as a problem. What is not told to the client goes to the log. */
export function toProblem(error: unknown, logger: Logger): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof AppError) {
    const status = statusOf(error);
    const options = {
      ...(error.hint ? { hint: error.hint } : {}),
      ...(status === 503 ? { headers: { 'retry-after': '1' } } : {}),
    };
    if (status === 500) logger.error('A request failed', { error: error.message, code: error.code });
    return new HttpProblem(status, error.code, error.message, options);
  }
  const { code: reason, statusCode, validation } = error as Partial<FastifyError>;
  if (reason === 'FST_ERR_HANDLER_TIMEOUT') {
    logger.warn('A request took too long');
    return tooSlow();
  }
  if (validation !== undefined) return new HttpProblem(400, 'bad_request', messageOf(error));
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const code = titles[statusCode]?.toLowerCase().replaceAll(' ', '_') ?? 'bad_request';
    return new HttpProblem(statusCode, code, messageOf(error));
  }
  logger.error('A request failed', { error: messageOf(error) });
  return new HttpProblem(500, 'internal', 'The request could not be answered.', { hint: 'Look at the log.' });
}

/** The body of a problem. @param url as it was asked for, where that is known */
export function problemBody(problem: HttpProblem, url: string | undefined): string {
  const { status, code, title, message, hint } = problem;
  return JSON.stringify({
    type: `urn:reelmetrics:problem:${code}`,
    title,
    status,
    detail: printable(message),
    instance: printable(url?.split('?')[0] ?? ''),
    ...(hint === undefined ? {} : { hint: printable(hint) }),
  });
}

export function sendProblem(problem: HttpProblem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', problemType)
    .header('cache-control', 'no-store')
    .send(problemBody(problem, request.url));
}
