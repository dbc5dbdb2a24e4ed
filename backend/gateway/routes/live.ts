/** The WebSocket. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { LiveClients } from '../live-clients.ts';
import { HttpProblem } from '../problem.ts';
import { isUpgrade, livePath, refuse } from '../wire.ts';

export interface LiveRouteParts {
  readonly live: LiveClients;
  /** Most clients at a time. */
  readonly most: number;
  /** Whether the token still holds. Never fails. */
  readonly mayListen: (authorization: string | undefined) => Promise<boolean>;
}

const placeSchema = z.object({ place: z.string().max(40).optional() });

export const liveRoute: FastifyPluginAsync<LiveRouteParts> = async (app, { live, most, mayListen }) => {
  app.get(
    livePath,
    {
      websocket: true,
      config: { audience: 'viewer' },
      schema: { hide: true, querystring: placeSchema },
      preHandler(request, _reply, done) {
        requireHandshake(request);
        if (live.count >= most) {
          throw new HttpProblem(503, 'too_many_listeners', `${live.count} clients listen already.`, {
            headers: { 'retry-after': '10' },
          });
        }
        done();
      },
    },
    (socket: WebSocket, request) => {
      const { place } = request.query as z.infer<typeof placeSchema>;
      live.add(socket, place, () => mayListen(request.headers.authorization));
    },
  );
  // What the library refuses by itself.
  const server: WebSocketServer = app.websocketServer;
  server.on('wsClientError', (error, socket, request) => {
    refuse(socket, new HttpProblem(400, 'bad_request', error.message), request.url);
  });
};

/** RFC 6455, 4.2.1. Errors: `HttpProblem` 426, 400. */
function requireHandshake({ raw, headers }: FastifyRequest): void {
  if (!isUpgrade(raw)) {
    throw new HttpProblem(426, 'upgrade_required', 'This is a WebSocket.', {
      hint: 'Connect with a WebSocket client.',
      headers: { upgrade: 'websocket', connection: 'Upgrade, close' },
    });
  }
  const { 'sec-websocket-version': version, 'sec-websocket-key': key, 'sec-websocket-protocol': protocol } = headers;
  if (version !== '13') {
    throw new HttpProblem(426, 'upgrade_required', 'Only version 13 of WebSocket is known here.', {
      headers: { 'sec-websocket-version': '13' },
    });
  }
  if (key === undefined || !/^[+/\dA-Za-z]{22}==$/.test(key)) {
    throw new HttpProblem(400, 'bad_request', 'Sec-WebSocket-Key must be 16 bytes in base64.');
  }
  if (protocol !== undefined && !/^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/.test(protocol)) {
    throw new HttpProblem(400, 'bad_request', 'Sec-WebSocket-Protocol must be a list of names.');
  }
}
