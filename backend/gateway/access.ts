/** Who may ask for what. */
import { type Role, roles } from '../domain/account.ts';
import { HttpProblem } from './problem.ts';

export interface Principal {
  readonly kind: 'user' | 'key' | 'anyone';
  readonly name: string;
  readonly role: Role;
  /** Of the key, whose name anyone may have chosen. */
  readonly keyId: string | null;
}

/** What an unsigned request may ask for: liveness, and how to sign in. */
export type Audience = Role | 'anyone';

/** For how long what was known of a token is believed while the users are out of reach. */
export type Grace = 'minutes' | 'whole run';

export interface Access {
  /**
   * Who sends this.
   * @param authorization the header; undefined when there is none
   * Errors: `HttpProblem` 401; 503 while the users are out of reach
   */
  identify(authorization: string | undefined, grace?: Grace): Principal | Promise<Principal>;
}

const anyone: Principal = { kind: 'anyone', name: 'anyone on this computer', role: 'admin', keyId: null };

/** Everybody who reaches the port: only ever on loopback. */
export const openAccess: Access = { identify: () => anyone };

/** Errors: `HttpProblem` 403. */
export function requireRole(principal: Principal, role: Role): void {
  if (roles.indexOf(principal.role) >= roles.indexOf(role)) return;
  throw new HttpProblem(403, 'not_allowed', `${principal.name} is ${principal.role}; this requires ${role}.`, {
    hint: 'Ask an admin for the role.',
  });
}
