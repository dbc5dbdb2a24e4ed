/** What went wrong with a Redis server, in words, with a hint. */
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';

/** Raised by ourselves when a server answers but cannot be used. */
export class UnfitServer extends Error {
  readonly code: 'redis_too_old' | 'redis_read_only' | 'redis_sentinel' | 'LOADING';

  constructor(code: UnfitServer['code'], message: string) {
    super(message);
    this.name = 'UnfitServer';
    this.code = code;
  }
}

export interface ServerPlace {
  readonly host: string;
  readonly port: number;
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
  redis_sentinel: { reason: 'it is a Sentinel, which keeps no data', hint: 'Use the primary’s address.' },
  MOVED: { reason: 'the keys are on another node of the cluster', hint: again },
  ASK: { reason: 'the keys are moving to another node of the cluster', hint: again },
  TRYAGAIN: { reason: 'the keys are moving to another node of the cluster', hint: again },
  CLUSTERDOWN: { reason: 'its cluster is down', hint: 'Look at CLUSTER INFO: every slot needs a node that is up.' },
  CROSSSLOT: { reason: 'it does not allow keys of different slots', hint: 'Look into the server’s log.' },
  no_select: {
    reason: 'a Redis Cluster has the database 0 only',
    hint: 'Set the database to 0 in the profile.',
  },
  no_command: {
    reason: 'a command that is needed is renamed or disabled there',
    hint: 'Allow EVAL, EVALSHA, INFO and PING, and in scripts the commands of hashes and sorted sets, UNLINK and EXPIRE.',
  },
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
  const reason = refusal ? reasonOf(refusal.reason, code, message) : withoutScript(message);
  const hint = refusal?.hint ?? 'Look into the server’s log.';
  const isReply = refusal !== undefined || (cause instanceof Error && cause.name === 'ReplyError');
  const text = `Redis at ${address}: ${reason}.`;
  return {
    error: new AppError(isReply ? 'redis_refused' : 'redis_down', text, { hint, cause }),
    code,
    lost: !isReply || refusal?.lost === true,
  };
}

/** Where a node of a cluster sends for our keys; null when it does not. */
export function movedTo(cause: unknown, asked: ServerPlace): ServerPlace | null {
  const [, host, port] = /^MOVED \d+ (.*):(\d+)$/.exec(messageOf(cause)) ?? [];
  return port === undefined ? null : { host: host || asked.host, port: Number(port) };
}

/** With the command or the key pattern that is missing. */
function reasonOf(reason: string, code: string, message: string): string {
  if (code !== 'NOPERM' && code !== 'no_command') return reason;
  return `${reason} (${withoutScript(message)
    .replace(/^[A-Z]+ /, '')
    .replace(/\.$/, '')})`;
}

/** Which script it was, and where in it, says nothing to a person. */
function withoutScript(message: string): string {
  return message
    .replace(/,? ?script: [0-9a-f]{40}.*$/s, '')
    .replace(/, with args beginning with: .*$/s, '')
    .replace(/ \(call to f_[0-9a-f]{40}\)/, '')
    .replace(/@?(user_script|enable_strict_lua): ?\d+:? ?/g, '')
    .trim();
}

function failureCode(cause: unknown, message: string): string {
  const code = codeOf(cause);
  if (code !== null) return code;
  if (message === 'Command timed out') return 'ETIMEDOUT';
  if (/connection is closed|stream isn't writeable|command aborted/i.test(message)) return 'closed';
  if (/unknown (redis )?command/i.test(message)) return 'no_command';
  if (/SELECT is not allowed in cluster mode/.test(message)) return 'no_select';
  if (/ACL failure in script|user executing the script can't/i.test(message)) return 'NOPERM';
  if (cause instanceof Error && cause.name === 'ReplyError') return /^-?([A-Z]+)\b/.exec(message)?.[1] ?? 'ERR';
  return 'redis_failed';
}
