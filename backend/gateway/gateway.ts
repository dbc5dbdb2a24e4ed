/** The HTTP and WebSocket door of the runtime: a listener for each query backend. Nothing listens until `openGateway`. */

import type { RedriveReport } from '../domain/dead-letters.ts';
import type { BackendName } from '../domain/question.ts';
import { isLoopback, parseAddress } from '../lib/addresses.ts';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { late } from '../lib/late.ts';
import type { Logger } from '../ports/logger.ts';
import type { Accounts } from './accounts.ts';
import { Attempts } from './attempts.ts';
import type { AuditTrail } from './audit-trail.ts';
import { Connections } from './connections.ts';
import { createGuard } from './guard.ts';
import { Jobs } from './jobs.ts';
import { LiveClients } from './live-clients.ts';
import { createMetrics } from './metrics.ts';
import { buildServer, type ServerParts } from './server.ts';
import type { GatewaySource } from './source.ts';

export interface GatewayOptions {
  readonly source: GatewaySource;
  /** Address to listen on. */
  readonly address: string;
  /** 0 takes any that is free. */
  readonly ports: Readonly<Record<BackendName, number>>;
  /** Names under which it is reached from elsewhere. */
  readonly hostNames: readonly string[];
  readonly version: string;
  /** See `ServerParts`. */
  readonly behindProxy?: string | readonly string[] | undefined;
  /** null: no sign-in, on loopback only. */
  readonly accounts: Accounts | null;
  /** Where what is done and refused is written; that of the accounts unless told. */
  readonly trail?: AuditTrail;
  /** See `ServerParts`. */
  readonly answerMs?: number;
  /** Most connections of both listeners together; what the system affords unless told. */
  readonly mostConnections?: number;
  /** See `ServerParts`. */
  readonly started?: () => boolean;
  readonly logger: Logger;
}

/** How long answers that were begun may take once the gateway closes, ms. */
const closingMs = 3_000;
/** Refused attempts of a network, of either kind. */
const mostGuesses = 20;
const guessesMs = 60_000;

/** Since it was opened. */
export interface GatewayFigures {
  readonly requests: number;
  /** The last answer of status 500 or above. */
  readonly lastError: { readonly at: number; readonly message: string } | null;
}

export interface Gateway {
  readonly ports: Readonly<Record<BackendName, number>>;
  figures(): GatewayFigures;
  /** Clients of /live, both ports together. */
  listeners(): number;
  /** Answers what it has begun, for 3 s at most, then closes. */
  close(): Promise<void>;
}

/** Errors: `AppError` bad_settings when an address or a port cannot be had, or anybody could come in from elsewhere. */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { source, hostNames } = options;
  // Brackets and ports belong to URLs; names stay as they are.
  const address = parseAddress(options.address)?.text ?? options.address;
  if (options.accounts === null && !isLoopback(address)) {
    throw new AppError('bad_settings', `Without sign-in it listens on this computer only, not on ${address}.`, {
      hint: 'Leave --address out, or leave --no-auth out and add users.',
    });
  }
  if (options.ports.sql !== 0 && options.ports.sql === options.ports.materialized) {
    throw new AppError('bad_settings', `Both backends cannot listen on one port, ${options.ports.sql}.`, {
      hint: 'Choose another port for one of them.',
    });
  }
  const metrics = createMetrics(() => source.status());
  const live = new LiveClients(late(() => source.live));
  const guard = createGuard([address, ...hostNames]);
  const shared = {
    connections: new Connections(options.mostConnections),
    redrives: new Jobs<RedriveReport>(),
    guesses: { signIn: new Attempts(mostGuesses, guessesMs), refresh: new Attempts(mostGuesses, guessesMs) },
    trail: options.trail ?? options.accounts?.trail ?? null,
  };
  let requests = 0;
  let lastError: GatewayFigures['lastError'] = null;
  const onAnswered: ServerParts['onAnswered'] = (status, { method, url }) => {
    requests += 1;
    if (status >= 500) lastError = { at: Date.now(), message: `${method} ${url.split('?')[0]}: ${status}` };
  };
  const servers = await Promise.all(
    (['sql', 'materialized'] as const).map((backend) =>
      buildServer({ ...options, ...shared, backend, guard, metrics, live, onAnswered }),
    ),
  );
  const [sql, materialized] = servers;
  const close = async () => {
    // Before the servers wait for their connections to end.
    live.close();
    const cut = setTimeout(() => {
      for (const { server } of servers) server.closeAllConnections();
    }, closingMs);
    await Promise.all(servers.map((server) => server.close()));
    clearTimeout(cut);
    await shared.trail?.close();
  };
  try {
    for (const [server, backend] of [
      [sql, 'sql'],
      [materialized, 'materialized'],
    ] as const) {
      await server?.listen({ host: address, port: options.ports[backend] }).catch((error: unknown) => {
        throw explain(error, address, options.ports[backend]);
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const portOf = (server: typeof sql) => {
    const bound = server?.server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : 0;
  };
  const figures = () => ({ requests, lastError });
  return {
    figures,
    listeners: () => live.count,
    ports: { sql: portOf(sql), materialized: portOf(materialized) },
    close,
  };
}

function explain(error: unknown, address: string, port: number): AppError {
  const where = `${address}:${port}`;
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new AppError('bad_settings', `Another program listens on ${where}.`, {
        hint: 'Choose another port.',
        cause: error,
      });
    case 'EACCES':
      return new AppError('bad_settings', `The system does not allow to listen on ${where}.`, {
        hint: 'Choose a port above 1023.',
        cause: error,
      });
    case 'EADDRNOTAVAIL':
      return new AppError('bad_settings', `${address} is no address of this computer.`, {
        hint: 'Choose 127.0.0.1 or an address of its own.',
        cause: error,
      });
    default:
      return new AppError('bad_settings', `Listening on ${where} failed: ${messageOf(error)}`, { cause: error });
  }
}
