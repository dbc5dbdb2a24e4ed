/** Who may use the interface over HTTP. */

/** Each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Small letters, digits, and `.`, `_`, `-` inside. */
export const accountName = /^[a-z0-9][a-z0-9._-]{0,39}$/;

export interface User {
  readonly name: string;
  readonly role: Role;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly disabledAt: number | null;
  /** After too many wrong passwords; null or past: not locked. */
  readonly lockedUntil: number | null;
  readonly lastSignInAt: number | null;
}

/** For machines: shown once, when it is made. */
export interface ApiKey {
  readonly id: string;
  /** What it is for. */
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

export interface AuditEntry {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly detail: string;
}
