/** Who may use the interface over HTTP. */

/** Each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Small letters, digits, and `.`, `_`, `-` inside. */
export const accountName = /^[a-z0-9][a-z0-9._-]{0,39}$/;

/** Characters, however many bytes each has. */
export const leastPasswordLength = 12;
export const mostPasswordLength = 200;

export function isPasswordLength(password: string): boolean {
  const { length } = [...password];
  return length >= leastPasswordLength && length <= mostPasswordLength;
}

/** Why signing in as a user is refused for some time, whatever the password. */
export interface SignInLock {
  /** An IPv4 address or an IPv6 /64; null: every one from which the user has never signed in. */
  readonly network: string | null;
  /** Epoch ms. */
  readonly since: number;
  readonly until: number;
}

export interface User {
  readonly name: string;
  readonly role: Role;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly disabledAt: number | null;
  /** After wrong passwords; those that have ended are among them until they are forgotten. */
  readonly locks: readonly SignInLock[];
  readonly lastSignInAt: number | null;
}

/** Those of `user` that hold at `now`, the longest first. */
export function locksAt({ locks }: Pick<User, 'locks'>, now: number): readonly SignInLock[] {
  return locks.filter(({ until }) => until > now).sort((one, other) => other.until - one.until);
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

/**
 * Who did something: a user or a key over HTTP, anyone where no sign-in is asked for, someone not signed in, the window,
 * the command line, the program without being asked. `earlier`: of a version that did not tell.
 */
export const actorKinds = ['user', 'key', 'anyone', 'anonymous', 'window', 'cli', 'system', 'earlier'] as const;
export type ActorKind = (typeof actorKinds)[number];

export interface Actor {
  readonly kind: ActorKind;
  /** Of the user; what the key is for; the account of the operating system for window and cli. */
  readonly name: string;
  /** Of a key, whose name anyone may have chosen. */
  readonly id: string | null;
  /** From where, over HTTP. */
  readonly address: string | null;
}

export const auditOutcomes = ['done', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

export interface AuditRecord {
  readonly actor: Actor;
  /** As `simulator.start`. */
  readonly action: string;
  /** What it was done to; empty where the action says it. */
  readonly target: string;
  readonly outcome: AuditOutcome;
  readonly detail: string;
}

export interface AuditEntry extends AuditRecord {
  /** Grows with time, as text. */
  readonly id: string;
  /** Epoch ms. The same refusal again within minutes is counted here, not written again. */
  readonly at: number;
  readonly lastAt: number;
  readonly times: number;
}

/** Newest first. Words are looked for in every text of an entry. */
export interface AuditQuery {
  readonly limit: number;
  /** `id` of the last entry of the page before. */
  readonly before?: string;
  readonly words?: string;
  readonly kind?: ActorKind;
  readonly outcome?: AuditOutcome;
  readonly action?: string;
  /** Epoch ms. */
  readonly since?: number;
}
