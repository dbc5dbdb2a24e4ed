/**
 * Signing in, and who a request is from. Tokens are random and opaque; the database holds their hashes, so nothing can be
 * forged, and what is revoked is refused within a second by every instance that reaches the database.
 */
import { randomBytes } from 'node:crypto';
import {
  type Actor,
  type ApiKey,
  type AuditOutcome,
  accountName,
  isPasswordLength,
  leastPasswordLength,
  mostPasswordLength,
  type Role,
  type User,
} from '../domain/account.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import { faultOf } from '../lib/plain-text.ts';
import type { AccountStore, LockPolicy, SessionTokens, TokenHolder } from '../ports/account-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Access, Grace, Principal } from './access.ts';
import { AuditTrail, localActor, systemActor } from './audit-trail.ts';
import { KnownTokens, rememberedMs } from './known-tokens.ts';
import { hashPassword, isPassword, mostPasswordBytes } from './passwords.ts';
import { HttpProblem } from './problem.ts';
import { bearerOf, hashOf, isKey, newToken } from './tokens.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const accessMs = 10 * minute;
const refreshMs = 14 * day;
/** However often its tokens are renewed. */
const sessionMs = 30 * day;

/**
 * Who guesses makes only the own network wait; a network from which the user has signed in before is never made to wait
 * for the guesses of others, and a minute at most for its own (a neighbour behind the same NAT may be the one who guesses).
 */
const lockPolicy: LockPolicy = {
  free: 5,
  firstMs: minute,
  mostMs: 15 * minute,
  mostKnownMs: minute,
  forgetMs: day,
  unknownFree: 30,
  unknownWindowMs: hour,
  unknownLockMs: 15 * minute,
  knownMs: 90 * day,
};

const mostRemembered = 1_000;
const mostKeyNameBytes = 120;
/** How long the database may take to tell whose token it is, ms: then it counts as out of reach. */
const lookMs = 2_000;

export interface Tokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly name: string;
  readonly role: Role;
}

/** Where a request comes from: the address, and the network by which attempts are counted. */
export interface Origin {
  readonly address: string;
  readonly network: string;
}

export interface AccountsParts {
  readonly store: AccountStore;
  /** See `steadyClock`: how long tokens and locks hold does not hang on a wall clock that is set. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** One that others write to as well; else one of its own. */
  readonly trail?: AuditTrail;
  /** Who changes users and keys by it; the command line unless told. */
  readonly actor?: Actor;
}

export class Accounts implements Access {
  readonly trail: AuditTrail;
  readonly #parts: AccountsParts;
  readonly #actor: Actor;
  readonly #remembered = new Map<string, { readonly until: number; readonly principal: Promise<Principal> }>();
  readonly #known = new KnownTokens();
  #decoy: Promise<string> | undefined;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
    this.trail = parts.trail ?? new AuditTrail(parts.store, parts.logger);
    this.#actor = parts.actor ?? localActor('cli');
  }

  /** Errors: `AppError` bad_request. */
  async addUser(name: string, role: Role, password: string): Promise<void> {
    await this.#audited('user.add', name, role, async () => {
      requireName(name);
      requirePassword(password);
      const added = await this.#parts.store.addUser({ name, role, passwordHash: await hashPassword(password) });
      if (!added)
        throw new AppError('bad_request', `There is a user ${name} already.`, { hint: 'Choose another name.' });
    });
  }

  users(): Promise<readonly User[]> {
    return this.#parts.store.users();
  }

  /** Errors: `AppError` bad_request when there is no such user. */
  async setDisabled(name: string, disabled: boolean): Promise<void> {
    await this.#audited(disabled ? 'user.disable' : 'user.enable', name, '', async () => {
      requireName(name);
      if (!(await this.#parts.store.setDisabled(name, disabled))) throw noUser(name);
      this.#forget();
    });
  }

  /** Ends all locks of a user. Errors: `AppError` bad_request when there is no such user. */
  async unlock(name: string): Promise<void> {
    await this.#audited('user.unlock', name, '', async () => {
      requireName(name);
      if (!(await this.#parts.store.unlock(name))) throw noUser(name);
    });
  }

  /** Errors: `AppError` bad_request. */
  async setPassword(name: string, password: string): Promise<void> {
    await this.#audited('user.password', name, '', async () => {
      requireName(name);
      requirePassword(password);
      if (!(await this.#parts.store.setPassword(name, await hashPassword(password)))) throw noUser(name);
      this.#forget();
    });
  }

  /** The key itself: it can never be shown again. Errors: `AppError` bad_request. */
  async createKey(name: string, role: Role): Promise<{ readonly id: string; readonly key: string }> {
    const id = randomBytes(4).toString('hex');
    const key = newToken('key');
    await this.#audited('key.create', id, `${name}, ${role}`, async () => {
      const fault = name.trim() === '' ? 'is empty' : faultOf(name, mostKeyNameBytes);
      if (fault !== null) {
        throw new AppError('bad_request', `The name of the key ${fault}.`, {
          hint: 'Say in a few words what it is for.',
        });
      }
      await this.#parts.store.addKey({ id, name, role, hash: hashOf(key) });
    });
    return { id, key };
  }

  keys(): Promise<readonly ApiKey[]> {
    return this.#parts.store.keys();
  }

  /** Errors: `AppError` bad_request when there is no such key. */
  async revokeKey(id: string): Promise<void> {
    await this.#audited('key.revoke', id, '', async () => {
      if (!/^[0-9a-f]{8}$/.test(id) || !(await this.#parts.store.revokeKey(id))) {
        throw new AppError('bad_request', `There is no key '${id}'.`, { hint: 'List the keys to see their ids.' });
      }
      this.#forget();
    });
  }

  /** Errors: `HttpProblem` 401, with the same words whatever was wrong; 503 while the users are out of reach. */
  async signIn(name: string, password: string, from: Origin): Promise<Tokens> {
    const { store, clock } = this.#parts;
    // Checked against when there is no such user, so that it takes as long.
    this.#decoy ??= hashPassword(randomBytes(16).toString('hex'));
    const decoy = await this.#decoy;
    const user = accountName.test(name) ? await this.#asking(store.findUser(name)) : null;
    const right = await isPassword(password, user?.passwordHash ?? decoy);
    const now = clock.now();
    const { tokens, stored } = this.#newTokens();
    if (user !== null && right && (await this.#asking(store.openSession(user, from.network, stored, now)))) {
      await this.#record({ kind: 'user', name, id: null, address: from.address }, 'sign-in', '', 'done', '');
      return { ...tokens, name: user.name, role: user.role };
    }
    const locked = user !== null && (await this.#asking(store.isLocked(name, from.network, now)));
    if (user !== null && !right && !locked) await this.#asking(store.noteFailure(name, from.network, now, lockPolicy));
    await this.#record(
      { kind: 'anonymous', name: '', id: null, address: from.network },
      'sign-in',
      // What is no name may be a password that went into the wrong field.
      accountName.test(name) ? name : `no name, ${Buffer.byteLength(name)} bytes`,
      'refused',
      user === null ? 'unknown name' : locked ? 'locked' : '',
    );
    throw new HttpProblem(
      401,
      'sign_in_refused',
      'The name or the password is wrong, or the user is disabled or has to wait after wrong passwords.',
      { hint: `After ${lockPolicy.free} wrong passwords wait a minute, or ask an admin to unlock the user.` },
    );
  }

  /** A new pair for a refresh token, which is spent by it. Errors: `HttpProblem` 401; 503 while the users are out of reach. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const { tokens, stored } = this.#newTokens();
    const rotation = await this.#asking(
      this.#parts.store.rotate(hashOf(refreshToken), stored, this.#parts.clock.now(), sessionMs),
    );
    this.#remembered.clear();
    switch (rotation.kind) {
      case 'rotated':
        return { ...tokens, ...rotation.user };
      case 'reused':
        this.#known.forgetAll();
        await this.#record(systemActor, 'session.end', rotation.user, 'done', 'a refresh token was used twice');
        throw unknownToken('This refresh token was used before: its session is ended.');
      case 'unknown':
        throw unknownToken('The refresh token is unknown or has expired.');
    }
  }

  /** Ends the session of an access token. Errors: `HttpProblem` 503 while the users are out of reach. */
  async signOut(authorization: string | undefined): Promise<void> {
    const token = bearerOf(authorization);
    if (token === null) return;
    await this.#asking(this.#parts.store.endSession(hashOf(token)));
    this.#remembered.delete(token);
    this.#known.forget(token);
  }

  async identify(authorization: string | undefined, grace: Grace = 'minutes'): Promise<Principal> {
    const token = bearerOf(authorization);
    if (token === null) throw unknownToken('Sign in to ask for this.');
    const now = this.#parts.clock.now();
    try {
      return await this.#remember(token, now);
    } catch (error) {
      const isAway = error instanceof HttpProblem && error.status === 503;
      const known = isAway && grace === 'whole run' ? this.#known.lastKnown(token, now, grace) : null;
      if (known === null) throw error;
      return known;
    }
  }

  #remember(token: string, now: number): Promise<Principal> {
    const remembered = this.#remembered.get(token);
    if (remembered && remembered.until > now) return remembered.principal;
    const principal = this.#look(token, now);
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(token, { until: now + rememberedMs, principal });
    // A failure of the database is no answer.
    principal.catch(() => this.#remembered.delete(token));
    return principal;
  }

  async #look(token: string, now: number): Promise<Principal> {
    let holder: TokenHolder | null;
    try {
      holder = await this.#holderOf(token, now);
    } catch (error) {
      const known = this.#known.lastKnown(token, now, 'minutes');
      if (known === null) throw error;
      return known;
    }
    if (holder === null) {
      this.#known.forget(token);
      throw unknownToken('The token is unknown, expired or revoked.');
    }
    const { name, role, keyId, until } = holder;
    const principal: Principal = { kind: keyId === null ? 'user' : 'key', name, role, keyId };
    this.#known.confirm(token, principal, until, now);
    return principal;
  }

  async #holderOf(token: string, now: number): Promise<TokenHolder | null> {
    const { store } = this.#parts;
    const found = isKey(token) ? store.findKey(hashOf(token)) : store.findAccess(hashOf(token), now);
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      late = setTimeout(() => reject(new Error(`no answer in ${lookMs / 1000} s`)), lookMs);
    });
    return this.#asking(Promise.race([found, tooLate])).finally(() => clearTimeout(late));
  }

  /** What the store answers. Errors: `HttpProblem` 503. */
  async #asking<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.#parts.logger.warn('Users cannot be looked up', { error: messageOf(error) });
      throw new HttpProblem(503, 'users_unavailable', 'Users cannot be looked up: the database does not answer.', {
        hint: 'Try again in a moment.',
        headers: { 'retry-after': '1' },
      });
    }
  }

  /** A change of users or keys, with its outcome in the audit trail. */
  async #audited(action: string, target: string, detail: string, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      const outcome = error instanceof AppError && error.code === 'bad_request' ? 'refused' : 'failed';
      await this.#record(this.#actor, action, target, outcome, messageOf(error));
      throw error;
    }
    await this.#record(this.#actor, action, target, 'done', detail);
  }

  #record(actor: Actor, action: string, target: string, outcome: AuditOutcome, detail: string): Promise<void> {
    return this.trail.record({ actor, action, target, outcome, detail });
  }

  #forget(): void {
    this.#remembered.clear();
    this.#known.forgetAll();
  }

  #newTokens(): { readonly tokens: Omit<Tokens, 'name' | 'role'>; readonly stored: SessionTokens } {
    const now = this.#parts.clock.now();
    const accessToken = newToken('access');
    const refreshToken = newToken('refresh');
    return {
      tokens: { accessToken, expiresIn: accessMs / 1000, refreshToken },
      stored: {
        accessHash: hashOf(accessToken),
        accessUntil: now + accessMs,
        refreshHash: hashOf(refreshToken),
        refreshUntil: now + refreshMs,
      },
    };
  }
}

function unknownToken(message: string): HttpProblem {
  return new HttpProblem(401, 'not_signed_in', message, {
    hint: 'POST /auth/token with name and password, or use an API key: Authorization: Bearer <token>.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

function noUser(name: string): AppError {
  return new AppError('bad_request', `There is no user ${name}.`, { hint: 'List the users to see their names.' });
}

/** Errors: `AppError` bad_request. */
function requireName(name: string): void {
  if (accountName.test(name)) return;
  throw new AppError('bad_request', `'${name}' is no name for a user.`, {
    hint: 'Small letters, digits, ".", "_" and "-", at most 40.',
  });
}

/** Errors: `AppError` bad_request. */
function requirePassword(password: string): void {
  if (!isPasswordLength(password)) {
    throw new AppError('bad_request', `A password has ${leastPasswordLength} to ${mostPasswordLength} characters.`, {
      hint: 'Several words do well.',
    });
  }
  const fault = faultOf(password, mostPasswordBytes);
  if (fault === null) return;
  throw new AppError('bad_request', `The password ${fault}.`, { hint: 'Use characters that a keyboard types.' });
}
