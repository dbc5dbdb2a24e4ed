/**
 * What a web page of elsewhere could do to a server on this computer, and may not: reach it under a name of its own that
 * resolves to 127.0.0.1 (the Host header tells), or send it requests across origins (the Origin header tells; there is no
 * CORS, so it could not read the answers, but it could start the simulator).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { HttpProblem } from './problem.ts';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export interface Guard {
  /** Errors: `HttpProblem` 421, 403. */
  check(headers: IncomingHttpHeaders): void;
}

/** @param names further names and addresses under which the server is reached, without port */
export function createGuard(names: readonly string[]): Guard {
  const allowed = new Set([...loopbackNames, ...names.map((name) => name.toLowerCase())]);
  return {
    check({ host, origin }) {
      if (host === undefined || !allowed.has(withoutPort(host))) {
        throw new HttpProblem(421, 'unknown_host', `This server is not called '${host ?? ''}'.`, {
          hint: 'Use localhost, or start it with --host-name for another name.',
        });
      }
      if (origin === undefined) return;
      if (
        origin.toLowerCase() === `http://${host.toLowerCase()}` ||
        origin.toLowerCase() === `https://${host.toLowerCase()}`
      )
        return;
      throw new HttpProblem(403, 'foreign_origin', `Pages of ${origin} may not ask this server.`, {
        hint: 'Ask it from a program, or from a page behind the same address.',
      });
    },
  };
}

function withoutPort(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}
