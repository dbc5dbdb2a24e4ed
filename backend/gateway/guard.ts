/**
 * What a web page of elsewhere could do to a server on this computer, and may not: reach it under a name of its own that
 * resolves to 127.0.0.1 (the Host header tells), or send it requests across origins (the Origin header tells; there is no
 * CORS, so it could not read the answers, but it could start the simulator).
 */
import type { IncomingMessage } from 'node:http';
import { hostName, parseAddress } from '../lib/addresses.ts';
import { AppError } from '../lib/app-error.ts';
import { HttpProblem } from './problem.ts';

const loopbackNames = ['localhost', '127.0.0.1', '::1'];

export interface Guard {
  /** Errors: `HttpProblem` 421, 403. */
  check(request: Pick<IncomingMessage, 'headers' | 'socket'>): void;
}

/**
 * @param names further names and addresses under which the server is reached
 * Errors: `AppError` bad_settings for what is neither
 */
export function createGuard(names: readonly string[]): Guard {
  const allowed = new Set([...loopbackNames, ...names.map(nameOf)]);
  return guardOf((host, socket) => allowed.has(host) || isOwnAddress(host, socket.localAddress));
}

/** For probes: orchestrators ask by address, which no page can make its own name of. */
export function createAddressGuard(): Guard {
  return guardOf((host) => loopbackNames.includes(host) || parseAddress(host) !== null);
}

function guardOf(isOurs: (host: string, socket: IncomingMessage['socket']) => boolean): Guard {
  return {
    check({ headers: { host, origin }, socket }) {
      const asked = hostName(host ?? '');
      if (asked === null || !isOurs(asked, socket)) {
        throw new HttpProblem(421, 'unknown_host', `This server is not called '${(host ?? '').slice(0, 100)}'.`, {
          hint: 'Use localhost, or start it with --host-name for another name.',
        });
      }
      if (origin === undefined || isSameOrigin(origin, host ?? '')) return;
      throw new HttpProblem(403, 'foreign_origin', `Pages of ${origin.slice(0, 100)} may not ask this server.`, {
        hint: 'Ask it from a program, or from a page behind the same address.',
      });
    },
  };
}

function nameOf(written: string): string {
  const name = hostName(written);
  if (name !== null) return name;
  throw new AppError('bad_settings', `'${written}' is neither a host name nor an address.`, {
    hint: 'Give the name alone, as reelmetrics.example, without https:// and path.',
  });
}

/** The address that the client has connected to. */
function isOwnAddress(host: string, local: string | undefined): boolean {
  return local !== undefined && parseAddress(local)?.text === host;
}

/** Whether the page came from the same host and port; over http, or over https where that ends in front of this server. */
function isSameOrigin(origin: string, host: string): boolean {
  const scheme = /^https?:/i.exec(origin)?.[0].toLowerCase();
  if (scheme === undefined || !URL.canParse(origin) || !URL.canParse(`${scheme}//${host}`)) return false;
  const page = new URL(origin);
  // An origin is nothing but scheme, host and port.
  if (page.pathname !== '/' || page.search !== '' || page.hash !== '' || page.username !== '') return false;
  const here = new URL(`${scheme}//${host}`);
  return page.port === here.port && hostName(page.hostname) === hostName(here.hostname);
}
