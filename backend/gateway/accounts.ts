/**
 * Signing in, and who a request is from. Tokens are random and opaque; the database holds their hashes, so nothing can be
 * forged, and what is revoked is refused within a second by every instance.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type ApiKey, accountName, type Role, type User } from '../domain/account.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { AccountStore, SessionTokens } from '../ports/account-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Access, Principal } from './access.ts';
import { hashPassword, isPassword, leastPasswordLength } from './passwords.ts';
import { HttpProblem } from './problem.ts';

const accessMs = 10 * 60_000;
const refreshMs = 14 * 24 * 3_600_000;
const mostFailures = 5;
const lockMs = 15 * 60_000;
/** How long an answer of the database about a token is believed. */
const rememberedMs = 1_000;
const mostRemembered = 1_000;

const prefixes = { access: 'rma_', refresh: 'rmr_', key: 'rmk_' } as const;

export interface Tokens {
  readonly accessToken: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly name: string;
  readonly role: Role;
}

export interface AccountsParts {
  readonly store: AccountStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Accounts implements Access {
  readonly #parts: AccountsParts;
  readonly #remembered = new Map<string, { readonly until: number; readonly principal: Promise<Principal> }>();
  #decoy: Promise<string> | undefined;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
  }

  /** Errors: `AppError` bad_request. */
  async addUser(name: string, role: Role, password: string): Promise<void> {
    if (!accountName.test(name)) {
      throw new AppError('bad_request', `'${name}' is no name for a user.`, {
        hint: 'Small letters, digits, ".", "_" and "-".',
      });
    }
    requirePassword(password);
    const added = await this.#parts.store.addUser({ name, role, passwordHash: await hashPassword(password) });
    if (!added) throw new AppError('bad_request', `There is a user ${name} already.`, { hint: 'Choose another name.' });
    await this.audit('console', 'user.add', `${name}, ${role}`);
  }

  users(): Promise<readonly User[]> {
    return this.#parts.store.users();
  }

  /** Errors: `AppError` bad_request when there is no such user. */
  async setDisabled(name: string, disabled: boolean): Promise<void> {
    if (!(await this.#parts.store.setDisabled(name, disabled))) throw noUser(name);
    this.#remembered.clear();
    await this.audit('console', disabled ? 'user.disable' : 'user.enable', name);
  }

  /** Errors: `AppError` bad_request. */
  async setPassword(name: string, password: string): Promise<void> {
    requirePassword(password);
    if (!(await this.#parts.store.setPassword(name, await hashPassword(password)))) throw noUser(name);
    this.#remembered.clear();
    await this.audit('console', 'user.password', name);
  }

  /** The key itself: it can never be shown again. */
  async createKey(name: string, role: Role): Promise<{ readonly id: string; readonly key: string }> {
    const id = randomBytes(4).toString('hex');
    const key = newToken('key');
    await this.#parts.store.addKey({ id, name, role, hash: hashOf(key) });
    await this.audit('console', 'key.create', `${id} ${name}, ${role}`);
    return { id, key };
  }

  keys(): Promise<readonly ApiKey[]> {
    return this.#parts.store.keys();
  }

  /** Errors: `AppError` bad_request when there is no such key. */
  async revokeKey(id: string): Promise<void> {
    if (!(await this.#parts.store.revokeKey(id))) {
      throw new AppError('bad_request', `There is no key ${id}.`, { hint: 'List the keys to see their ids.' });
    }
    this.#remembered.clear();
    await this.audit('console', 'key.revoke', id);
  }

  /** Errors: `HttpProblem` 401, with the same words whatever was wrong. */
  async signIn(name: string, password: string): Promise<Tokens> {
    const { store, clock } = this.#parts;
    // Checked against when there is no such user, so that it takes as long.
    this.#decoy ??= hashPassword(randomBytes(16).toString('hex'));
    const decoy = await this.#decoy;
    const user = await store.findUser(name);
    const right = await isPassword(password, user?.passwordHash ?? decoy);
    const now = clock.now();
    const locked = (user?.lockedUntil ?? 0) > now;
    const { tokens, stored } = this.#newTokens();
    if (user === null || !right || !(await store.openSession(user, stored, now))) {
      if (user !== null && !right && !locked) await store.noteFailure(name, mostFailures, now + lockMs);
      await this.audit(user?.name ?? 'unknown', 'sign-in.refused', locked ? 'locked' : '');
      throw new HttpProblem(
        401,
        'sign_in_refused',
        'The name or the password is wrong, or the user is locked or disabled.',
        {
          hint: `After ${mostFailures} wrong passwords a user is locked for ${lockMs / 60_000} minutes.`,
        },
      );
    }
    await this.audit(user.name, 'sign-in', '');
    return { ...tokens, name: user.name, role: user.role };
  }

  /** A new pair for a refresh token, which is spent by it. Errors: `HttpProblem` 401. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const { tokens, stored } = this.#newTokens();
    const rotation = await this.#parts.store.rotate(hashOf(refreshToken), stored, this.#parts.clock.now());
    this.#remembered.clear();
    switch (rotation.kind) {
      case 'rotated':
        return { ...tokens, ...rotation.user };
      case 'reused':
        await this.audit(rotation.user, 'refresh.reused', 'the session was ended');
        throw unknownToken('This refresh token was used before: its session is ended.');
      case 'unknown':
        throw unknownToken('The refresh token is unknown or has expired.');
    }
  }

  /** Ends the session of an access token. */
  async signOut(authorization: string | undefined): Promise<void> {
    const token = bearerOf(authorization);
    if (token === null) return;
    await this.#parts.store.endSession(hashOf(token));
    this.#remembered.delete(token);
  }

  identify(authorization: string | undefined): Promise<Principal> {
    const token = bearerOf(authorization);
    if (token === null) return Promise.reject(unknownToken('This wants to know who asks.'));
    const now = this.#parts.clock.now();
    const remembered = this.#remembered.get(token);
    if (remembered && remembered.until > now) return remembered.principal;
    const principal = this.#look(token, now);
    if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
    this.#remembered.set(token, { until: now + rememberedMs, principal });
    // A failure of the database is no answer.
    principal.catch(() => this.#remembered.delete(token));
    return principal;
  }

  /** Never fails: what was done is done. */
  async audit(actor: string, action: string, detail: string): Promise<void> {
    try {
      await this.#parts.store.audit({ actor, action, detail });
    } catch (error) {
      this.#parts.logger.error('An entry of the audit trail was not stored', {
        actor,
        action,
        error: messageOf(error),
      });
    }
  }

  async #look(token: string, now: number): Promise<Principal> {
    const { store, logger } = this.#parts;
    const holder = await (token.startsWith(prefixes.key)
      ? store.findKey(hashOf(token))
      : store.findAccess(hashOf(token), now)
    ).catch((error: unknown) => {
      logger.warn('Users cannot be looked up', { error: messageOf(error) });
      throw new HttpProblem(503, 'users_unavailable', 'Users cannot be looked up: the database does not answer.', {
        headers: { 'retry-after': '1' },
      });
    });
    if (holder === null) throw unknownToken('The token is unknown, expired or revoked.');
    return holder;
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

function newToken(kind: keyof typeof prefixes): string {
  return `${prefixes[kind]}${randomBytes(32).toString('base64url')}`;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer ([\w.~+/-]{1,200}=*)$/i.exec(authorization ?? '')?.[1] ?? null;
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

function requirePassword(password: string): void {
  if (password.length >= leastPasswordLength && password.length <= 200) return;
  throw new AppError('bad_request', `A password has ${leastPasswordLength} to 200 characters.`, {
    hint: 'Several words do well.',
  });
}
