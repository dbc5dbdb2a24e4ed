import type { ApiKey, AuditEntry, AuditQuery, AuditRecord, Role, User } from '../domain/account.ts';

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

/** Whom an access token or a key stands for. */
export interface TokenHolder extends Holder {
  /** Of the key; null for a session of a user. */
  readonly keyId: string | null;
  /** Until when the token holds, epoch ms; null: until it is revoked. */
  readonly until: number | null;
}

/** How wrong passwords are answered. Times in ms. */
export interface LockPolicy {
  /** Wrong passwords in a row from one network before it has to wait. */
  readonly free: number;
  /** First wait; each further wrong password doubles it. */
  readonly firstMs: number;
  /** Longest wait of a network. */
  readonly mostMs: number;
  /** Longest wait of a network from which the user has signed in before. */
  readonly mostKnownMs: number;
  /** After this time without one, wrong passwords of a network are forgotten. */
  readonly forgetMs: number;
  /** Wrong passwords from all unknown networks together, within `unknownWindowMs`, before all of them wait. */
  readonly unknownFree: number;
  readonly unknownWindowMs: number;
  readonly unknownLockMs: number;
  /** How long a network counts as known after a sign-in. */
  readonly knownMs: number;
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
  /** Whether signing in from there is refused now, whatever the password. */
  isLocked(name: string, network: string, now: number): Promise<boolean>;
  /** Counts a wrong password, and locks by the policy. Guesses sent at the same time all count. */
  noteFailure(name: string, network: string, now: number, policy: LockPolicy): Promise<void>;
  /** Forgets wrong passwords and locks. false when there is no such user. */
  unlock(name: string): Promise<boolean>;
  /**
   * A right password: begins a session, and the network is known. false when the user is locked there or was disabled
   * meanwhile, or has another password: of many guesses sent at once, those that come to an end after the lock do not count.
   */
  openSession(user: StoredUser, network: string, tokens: SessionTokens, now: number): Promise<boolean>;
  /** null when it is unknown or expired, or its user disabled. */
  findAccess(accessHash: Uint8Array, now: number): Promise<TokenHolder | null>;
  /**
   * Replaces both tokens of a session, in one step.
   * @param longestMs after its beginning no token of a session holds
   */
  rotate(refreshHash: Uint8Array, next: SessionTokens, now: number, longestMs: number): Promise<Rotation>;
  endSession(accessHash: Uint8Array): Promise<void>;
  addKey(key: {
    readonly id: string;
    readonly name: string;
    readonly role: Role;
    readonly hash: Uint8Array;
  }): Promise<void>;
  keys(): Promise<readonly ApiKey[]>;
  /** Notes that it was used, once a minute and where that can be written. null when it is unknown or revoked. */
  findKey(hash: Uint8Array): Promise<TokenHolder | null>;
  /** false when there is no such key. */
  revokeKey(id: string): Promise<boolean>;
  /** A refusal like one of the last ten minutes is counted there. Those of unknown people are kept to a number. */
  audit(entry: AuditRecord): Promise<void>;
  auditTrail(query: AuditQuery): Promise<readonly AuditEntry[]>;
}
