/** What is done over HTTP, and what is refused, in the audit trail. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, AuditOutcome, AuditRecord } from '../domain/account.ts';
import type { AuditTrail } from './audit-trail.ts';
import { askedFrom } from './proxy.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route does, where it changes something: as `simulator.start`. */
    action?: string;
  }
  interface FastifyRequest {
    /** What the handler adds to the entry of its action; 'apart' where it writes that itself. */
    noted?: { readonly target?: string; readonly detail?: string } | 'apart';
    /** Code of the problem that was sent. */
    refusal?: string;
    readonly trail: { readonly actor: Actor; record(entry: Omit<AuditRecord, 'actor'> & { actor: Actor }): void };
  }
}

/** Refusals worth an entry whatever the route: not signed in, not allowed, a foreign page or name, too many attempts. */
const refusals: ReadonlySet<number> = new Set([401, 403, 421, 429]);

export function auditRequests(app: FastifyInstance, trail: AuditTrail | null): void {
  app.decorateRequest('trail', {
    getter(this: FastifyRequest) {
      return { actor: actorOf(this), record: (entry: AuditRecord) => void trail?.record(entry) };
    },
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { action, audience } = request.routeOptions.config;
    const { statusCode } = reply;
    const { noted, refusal = '' } = request;
    const outcome: AuditOutcome = statusCode < 400 ? 'done' : statusCode < 500 ? 'refused' : 'failed';
    if (action !== undefined && (noted !== 'apart' || outcome === 'refused')) {
      const { target = '', detail = '' } = typeof noted === 'object' ? noted : {};
      request.trail.record({ actor: actorOf(request), action, target, outcome, detail: refusal || detail });
    } else if (refusals.has(statusCode) && !(audience === 'anyone' && statusCode === 401)) {
      const target = `${request.method} ${request.routeOptions.url ?? ''}`.trim();
      request.trail.record({ actor: actorOf(request), action: 'request', target, outcome, detail: refusal });
    }
    done();
  });
}

function actorOf(request: FastifyRequest): Actor {
  const { address, network } = askedFrom(request);
  const { principal } = request;
  // Of people who are not signed in only the network counts: in IPv6 they have more addresses than rows are worth.
  if (!principal) return { kind: 'anonymous', name: '', id: null, address: network };
  return { kind: principal.kind, name: principal.name, id: principal.keyId, address };
}
