/** Signing in and out. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { roles } from '../../domain/account.ts';
import type { Accounts } from '../accounts.ts';
import { problemResponse } from '../problem.ts';

const errors = { 400: problemResponse, 401: problemResponse, 429: problemResponse, 503: problemResponse };
const tokens = z.object({
  accessToken: z.string().describe('For `Authorization: Bearer`.'),
  expiresIn: z.int().describe('Seconds.'),
  refreshToken: z.string().describe('Good for one call of /auth/refresh.'),
  name: z.string(),
  role: z.enum(roles),
});
/** Per address. */
const guesses = { rateLimit: { max: 20, timeWindow: '1 minute' } };

export const signInRoutes: FastifyPluginAsyncZod<{ readonly accounts: Accounts }> = async (app, { accounts }) => {
  app.post(
    '/auth/token',
    {
      config: { audience: 'anyone', ...guesses },
      schema: {
        summary: 'Signs in',
        security: [],
        body: z.object({ name: z.string().max(40), password: z.string().max(200) }),
        response: { 200: tokens, ...errors },
      },
    },
    (request) => accounts.signIn(request.body.name, request.body.password),
  );

  app.post(
    '/auth/refresh',
    {
      config: { audience: 'anyone', ...guesses },
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
