import type { ApiKey, AuditEntry, Role, User } from '../domain/account.ts';

/** A user with what signing in needs. */
export interface StoredUser extends User {
  readonly passwordHash: string;
}

/** The two tokens of a session, as their SHA-256 and until when they hold (epoch ms). */
export interface SessionTokens {
  readonly accessHash: Uint8Array;
  readonly accessUntil: number;
  readonly refreshHash: Uint8Array;
  readonly refreshUntil: number;
}

export interface Holder {
  readonly name: string;
  readonly role: Role;
}

export type Rotation =
  | { readonly kind: 'rotated'; readonly user: Holder }
  /** It was used before: somebody has a copy. The session is ended. */
  | { readonly kind: 'reused'; readonly user: string }
  | { readonly kind: 'unknown' };

/** Users, sessions, keys and the audit trail. Secrets come as hashes only. Errors: those of the database. */
export interface AccountStore {
  /** false when the name is taken. */
  addUser(user: { readonly name: string; readonly role: Role; readonly passwordHash: string }): Promise<boolean>;
  users(): Promise<readonly User[]>;
  findUser(name: string): Promise<StoredUser | null>;
  /** Ends the user's sessions, too. false when there is no such user. */
  setPassword(name: string, passwordHash: string): Promise<boolean>;
  /** Disabling ends the user's sessions. false when there is no such user. */
  setDisabled(name: string, disabled: boolean): Promise<boolean>;
  /** Counts a wrong password; the `most`-th in a row locks the user until then. */
  noteFailure(name: string, most: number, lockedUntil: number): Promise<void>;
  /**
   * A right password: begins a session, forgets the failures. false when the user has been locked or disabled meanwhile, or
   * has another password: of many guesses sent at once, those that come to an end after the lock do not count.
   */
  openSession(user: StoredUser, tokens: SessionTokens, now: number): Promise<boolean>;
  /** null when it is unknown or expired, or its user disabled. */
  findAccess(accessHash: Uint8Array, now: number): Promise<Holder | null>;
  /** Replaces both tokens of a session, in one step. */
  rotate(refreshHash: Uint8Array, next: SessionTokens, now: number): Promise<Rotation>;
  endSession(accessHash: Uint8Array): Promise<void>;
  addKey(key: {
    readonly id: string;
    readonly name: string;
    readonly role: Role;
    readonly hash: Uint8Array;
  }): Promise<void>;
  keys(): Promise<readonly ApiKey[]>;
  /** Notes that it was used. null when it is unknown or revoked. */
  findKey(hash: Uint8Array): Promise<Holder | null>;
  /** false when there is no such key. */
  revokeKey(id: string): Promise<boolean>;
  audit(entry: Omit<AuditEntry, 'at'>): Promise<void>;
  /** Newest first. */
  auditTrail(limit: number): Promise<readonly AuditEntry[]>;
}
