/** Who may ask for what. */
import { type Role, roles } from '../domain/account.ts';
import { HttpProblem } from './problem.ts';

export interface Principal {
  readonly name: string;
  readonly role: Role;
}

/** What an unsigned request may ask for: liveness, and how to sign in. */
export type Audience = Role | 'anyone';

export interface Access {
  /**
   * Who sends this.
   * @param authorization the header; undefined when there is none
   * Errors: `HttpProblem` 401; 503 while the users are out of reach
   */
  identify(authorization: string | undefined): Principal | Promise<Principal>;
}

const anyone: Principal = { name: 'anyone on this computer', role: 'admin' };

/** Everybody who reaches the port: only ever on loopback. */
export const openAccess: Access = { identify: () => anyone };

/** Errors: `HttpProblem` 403. */
export function requireRole(principal: Principal, role: Role): void {
  if (roles.indexOf(principal.role) >= roles.indexOf(role)) return;
  throw new HttpProblem(403, 'not_allowed', `${principal.name} is ${principal.role}; this wants ${role}.`, {
    hint: 'Ask an admin for the role.',
  });
}
