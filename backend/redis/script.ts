import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { luaPrelude } from './lua-prelude.ts';

/** A Lua script, sent by its digest and in full only to a server that does not know it. */
export interface Script {
  readonly text: string;
  readonly sha: string;
  /** Whether it writes more than marks of use. */
  readonly writes: boolean;
}

/** A script of the read model or the answer cache: the prelude, then `body`. */
export function script(body: string, { writes }: { readonly writes: boolean }): Script {
  const text = `${luaPrelude}\n${body}`;
  return { text, sha: createHash('sha1').update(text).digest('hex'), writes };
}

/** What a script of the prelude is given before its own values. */
export interface ScriptCall {
  readonly keyPrefix: string;
  /** Whose totals these are. */
  readonly database: string;
  /** A text that was never used before. */
  readonly token: string;
  /** The server of this program's last write; '' when it has written nothing yet. */
  readonly wroteOn: string;
  readonly values: readonly string[];
}

/** Resolves to the script's reply, the server's name first. Errors: those of the client and the server. */
export async function callScript(
  client: Redis,
  { sha, text }: Script,
  { keyPrefix, database, token, wroteOn, values }: ScriptCall,
): Promise<unknown> {
  const prefix = `${keyPrefix}v2:{${database}}:`;
  const parameters = ['1', `${prefix}generation`, prefix, token, wroteOn, ...values];
  try {
    return await client.call('EVALSHA', [sha, ...parameters]);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.call('EVAL', [text, ...parameters]);
  }
}
