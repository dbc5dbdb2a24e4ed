/** What went wrong with a Redis server, in words, with a hint. */
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';

/** Raised by ourselves when a server answers but cannot be used. */
export class UnfitServer extends Error {
  readonly code: 'redis_too_old' | 'redis_read_only' | 'LOADING';

  constructor(code: UnfitServer['code'], message: string) {
    super(message);
    this.name = 'UnfitServer';
    this.code = code;
  }
}

export interface RedisFailure {
  readonly error: AppError;
  /** errno, first word of Redis's reply, TLS code, or ours. */
  readonly code: string;
  /** The connection is of no use any more. */
  readonly lost: boolean;
}

interface Explanation {
  readonly reason: string;
  readonly hint: string;
}

const again = 'It is tried again by itself.';
const certificate = 'In the profile, set the certificate of the authority that signed the server’s, or the right host.';

const cut: Explanation = {
  reason: 'the connection was cut',
  hint: `${again} If it never comes up, check whether the server expects TLS.`,
};

const network: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: { reason: 'the host is not known', hint: 'Check the host name of Redis in the profile.' },
  EAI_AGAIN: { reason: 'the host name could not be looked up', hint: 'Check the network and the name server.' },
  ECONNREFUSED: {
    reason: 'nothing listens there',
    hint: 'Start Redis (docker compose up -d, or npm run services -- up), or check host and port.',
  },
  ETIMEDOUT: {
    reason: 'it does not answer in time',
    hint: 'Check host, port and firewall, and whether the server speaks TLS: asked in the wrong way it may keep silent.',
  },
  EHOSTUNREACH: { reason: 'the host cannot be reached', hint: 'Check the network and the address.' },
  ENETUNREACH: { reason: 'the network cannot be reached', hint: 'Check the network and the address.' },
  ECONNRESET: cut,
  EPIPE: cut,
  closed: cut,
};

const tls: Readonly<Record<string, Explanation>> = {
  EPROTO: { reason: 'it does not speak TLS on this port', hint: 'Switch TLS off in the profile, or use the TLS port.' },
  ERR_SSL_WRONG_VERSION_NUMBER: {
    reason: 'it does not speak TLS on this port',
    hint: 'Switch TLS off in the profile, or use the TLS port.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: { reason: 'its certificate is for another host', hint: certificate },
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired', hint: 'Renew the server’s certificate.' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { reason: 'its certificate is signed by itself', hint: certificate },
  SELF_SIGNED_CERT_IN_CHAIN: { reason: 'its certificate is signed by an unknown authority', hint: certificate },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { reason: 'its certificate is signed by an unknown authority', hint: certificate },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { reason: 'its certificate is signed by an unknown authority', hint: certificate },
};

const replies: Readonly<Record<string, Explanation & { readonly lost?: true }>> = {
  WRONGPASS: { reason: 'user name or password is wrong', hint: 'Set the password of Redis in the profile.' },
  NOAUTH: { reason: 'it wants a password', hint: 'Set the password of Redis in the profile.' },
  NOPERM: {
    reason: 'its user may not do this',
    hint: 'Give the user, on the keys of the prefix: +@hash +@sortedset +unlink +expire +eval +evalsha +info +ping +select.',
  },
  DENIED: { reason: 'its protected mode refuses other computers', hint: 'Give Redis a password, or bind it properly.' },
  LOADING: { reason: 'it is still loading its data', hint: again, lost: true },
  MASTERDOWN: { reason: 'it has lost its primary', hint: 'Use the primary’s address.', lost: true },
  READONLY: { reason: 'it is a read-only replica', hint: 'Use the primary’s address.', lost: true },
  redis_read_only: { reason: 'it is a read-only replica', hint: 'Use the primary’s address.' },
  redis_too_old: { reason: 'it is older than Redis 7', hint: 'Use Redis 7 or newer.' },
  MISCONF: {
    reason: 'it refuses writes because it cannot save to its disk',
    hint: 'Free disk space on the server, or switch its snapshots off (CONFIG SET save "").',
  },
  OOM: {
    reason: 'its memory is full',
    hint: 'Raise maxmemory, or set maxmemory-policy to allkeys-lru: what is evicted is built again.',
  },
  BUSY: { reason: 'it is busy with somebody’s script', hint: again },
};

/** Explains anything that connecting or a command threw. `address` is host:port. */
export function explainFailure(cause: unknown, address: string): RedisFailure {
  const message = messageOf(cause);
  const code = failureCode(cause, message);
  const away = network[code] ?? tls[code];
  if (away) {
    const text = `Redis at ${address}: ${away.reason}.`;
    return { error: new AppError('redis_down', text, { hint: away.hint, cause }), code, lost: true };
  }
  const refusal = replies[code];
  const reason = refusal ? refusal.reason : message;
  const hint = refusal?.hint ?? 'Look into the server’s log.';
  const isReply = refusal !== undefined || (cause instanceof Error && cause.name === 'ReplyError');
  const text = `Redis at ${address}: ${reason}.`;
  return {
    error: new AppError(isReply ? 'redis_refused' : 'redis_down', text, { hint, cause }),
    code,
    lost: !isReply || refusal?.lost === true,
  };
}

function failureCode(cause: unknown, message: string): string {
  const code = codeOf(cause);
  if (code !== null) return code;
  if (message === 'Command timed out') return 'ETIMEDOUT';
  if (/connection is closed|stream isn't writeable|command aborted/i.test(message)) return 'closed';
  if (cause instanceof Error && cause.name === 'ReplyError') return /^-?([A-Z]+)\b/.exec(message)?.[1] ?? 'ERR';
  return 'redis_failed';
}
