/** Signing in and out. */
import type { RouteShorthandOptions } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { roles } from '../../domain/account.ts';
import type { Accounts } from '../accounts.ts';
import type { Attempts } from '../attempts.ts';
import { HttpProblem, problemResponse } from '../problem.ts';
import { askedFrom } from '../proxy.ts';

const errors = {
  ...{ 400: problemResponse, 401: problemResponse, 413: problemResponse, 429: problemResponse, 503: problemResponse },
};
const tokens = z.object({
  accessToken: z.string().describe('For `Authorization: Bearer`.'),
  expiresIn: z.int().describe('Seconds.'),
  refreshToken: z.string().describe('Good for one call of /auth/refresh.'),
  name: z.string(),
  role: z.enum(roles),
});

export interface SignInRoutesParts {
  readonly accounts: Accounts;
  /** Of both listeners together: sign-ins, and refreshes, that were refused. */
  readonly guesses: { readonly signIn: Attempts; readonly refresh: Attempts };
}

export const signInRoutes: FastifyPluginAsyncZod<SignInRoutesParts> = async (app, { accounts, guesses }) => {
  app.post(
    '/auth/token',
    {
      config: { audience: 'anyone' },
      ...limitedBy(guesses.signIn),
      schema: {
        summary: 'Signs in',
        security: [],
        body: z.object({ name: z.string().max(40), password: z.string().max(200) }),
        response: { 200: tokens, ...errors },
      },
    },
    (request) => accounts.signIn(request.body.name, request.body.password, askedFrom(request)),
  );

  app.post(
    '/auth/refresh',
    {
      config: { audience: 'anyone' },
      ...limitedBy(guesses.refresh),
      schema: {
        summary: 'A new pair of tokens for a refresh token',
        security: [],
        body: z.object({ refreshToken: z.string().max(200) }),
        response: { 200: tokens, ...errors },
      },
    },
    (request) => accounts.refresh(request.body.refreshToken),
  );

  app.post(
    '/auth/sign-out',
    {
      config: { audience: 'viewer' },
      schema: { summary: 'Ends the session', response: { 204: z.undefined().describe('Ended.'), ...errors } },
    },
    async (request, reply) => {
      await accounts.signOut(request.headers.authorization);
      return reply.code(204).send();
    },
  );

  app.get(
    '/auth/me',
    {
      config: { audience: 'viewer' },
      schema: {
        summary: 'Who asks',
        response: { 200: z.object({ name: z.string(), role: z.enum(roles) }), ...errors },
      },
    },
    ({ principal: { name, role } }) => ({ name, role }),
  );
};

/** Attempts by network; those that succeed are given back, so that an office behind one address is not kept out. */
function limitedBy(attempts: Attempts): Pick<RouteShorthandOptions, 'onRequest' | 'onResponse'> {
  return {
    onRequest(request, _reply, done) {
      const wait = Math.ceil(attempts.take(askedFrom(request).network) / 1000);
      if (wait === 0) return done();
      throw new HttpProblem(429, 'too_many_requests', `Too many attempts from here; try again in ${wait} s.`, {
        headers: { 'retry-after': String(wait) },
      });
    },
    onResponse(request, reply, done) {
      if (reply.statusCode === 200) attempts.giveBack(askedFrom(request).network);
      done();
    },
  };
}
