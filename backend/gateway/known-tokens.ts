/** What was found out about tokens: for a second as it is, and for longer only while the users are out of reach. */
import type { Grace, Principal } from './access.ts';

/** How long an answer of the database about a token is believed, ms. */
export const rememberedMs = 1_000;
/** How long it is believed while the database does not answer, ms. Documented in docs/http.md. */
const graceMs = 5 * 60_000;
const most = 1_000;

interface Known {
  readonly principal: Principal;
  readonly confirmedAt: number;
  /** null: until it is revoked. */
  readonly expiresAt: number | null;
}

export class KnownTokens {
  /** In order of their confirmation. */
  readonly #known = new Map<string, Known>();

  confirm(token: string, principal: Principal, expiresAt: number | null, now: number): void {
    this.#known.delete(token);
    this.#known.set(token, { principal, expiresAt, confirmedAt: now });
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }

  forget(token: string): void {
    this.#known.delete(token);
  }

  forgetAll(): void {
    this.#known.clear();
  }

  /** Whom it stood for when the users could last be asked; null where that is too long ago, or was never. */
  lastKnown(token: string, now: number, grace: Grace): Principal | null {
    const known = this.#known.get(token);
    if (known === undefined || (known.expiresAt !== null && known.expiresAt <= now)) return null;
    return grace === 'whole run' || now - known.confirmedAt <= graceMs ? known.principal : null;
  }
}
