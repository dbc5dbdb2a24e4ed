import { createHash } from 'node:crypto';
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
