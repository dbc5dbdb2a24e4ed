/** Tokens: random and opaque. The database holds their hashes only. */
import { createHash, randomBytes } from 'node:crypto';

const prefixes = { access: 'rma_', refresh: 'rmr_', key: 'rmk_' } as const;

export function newToken(kind: keyof typeof prefixes): string {
  return `${prefixes[kind]}${randomBytes(32).toString('base64url')}`;
}

export function isKey(token: string): boolean {
  return token.startsWith(prefixes.key);
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The token of an `Authorization` header; null where there is none. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer ([\w.~+/-]{1,200}=*)$/i.exec(authorization ?? '')?.[1] ?? null;
}
