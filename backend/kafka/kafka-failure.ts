/** What went wrong with Kafka, in words, with a hint. */
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';

export interface KafkaFailure {
  readonly error: AppError;
  /** errno, TLS code, Kafka's name of the error, or ours. */
  readonly code: string;
}

/** What the explanation may mention. */
export interface KafkaPlace {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly group: string;
  readonly tls: { readonly enabled: boolean };
}

interface Explanation {
  readonly reason: string;
  readonly hint: string;
}

const again = 'It is tried again by itself.';
const certificate = 'In the profile, set the certificate of the authority that signed the broker’s, or the right host.';
const unknownAuthority = { reason: 'its certificate is signed by an unknown authority', hint: certificate };
const cut = { reason: 'the connection was cut', hint: again };
const silent = {
  reason: 'it does not answer in time',
  hint: 'Check host, port and firewall, and whether the broker speaks TLS: asked in the wrong way it may keep silent.',
};

/** The broker cannot be talked to. */
const network: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: {
    reason: 'the host is not known',
    hint: 'Check the host name of the broker in the profile, and the advertised.listeners of the broker.',
  },
  EAI_AGAIN: { reason: 'the host name could not be looked up', hint: 'Check the network and the name server.' },
  ECONNREFUSED: {
    reason: 'nothing listens there',
    hint: 'Start Kafka (docker compose up -d, or npm run services -- up), or check host and port.',
  },
  ETIMEDOUT: silent,
  EHOSTUNREACH: { reason: 'the host cannot be reached', hint: 'Check the network and the address.' },
  ENETUNREACH: { reason: 'the network cannot be reached', hint: 'Check the network and the address.' },
  ECONNRESET: cut,
  EPIPE: cut,
  closed: {
    reason: 'it closed the connection',
    hint: `${again} If it never comes up, check whether the broker expects TLS or a sign-in.`,
  },
  no_broker: { reason: 'no broker can be reached', hint: again },
};

/** The broker answers, or its certificate does, and something has to be set right. */
const refusals: Readonly<Record<string, Explanation>> = {
  not_tls: {
    reason: 'it does not speak TLS on this port',
    hint: 'Switch TLS off in the profile, or use the TLS port of the broker.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: { reason: 'its certificate is for another host', hint: certificate },
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired', hint: 'Renew the broker’s certificate.' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { reason: 'its certificate is signed by itself', hint: certificate },
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  sign_in: {
    reason: 'user name or password is wrong, or another mechanism is expected',
    hint: 'Check user, password and mechanism (plain, scram-sha-256, scram-sha-512) in the profile.',
  },
  TOPIC_AUTHORIZATION_FAILED: {
    reason: 'its user may not use the topic',
    hint: 'Give the user Describe, Read and Write on the topic, or Create where it does not exist yet.',
  },
  GROUP_AUTHORIZATION_FAILED: {
    reason: 'its user may not use the consumer group',
    hint: 'Give the user Read on the group, and on groups whose names begin with it (tools read outside of the group).',
  },
  CLUSTER_AUTHORIZATION_FAILED: {
    reason: 'its user may not do this in the cluster',
    hint: 'Give the user IdempotentWrite on the cluster, or make the topic by hand.',
  },
  version: {
    reason: 'its version is not one this program can talk to',
    hint: 'Use Apache Kafka 2.1 to 4.1, or something that speaks its protocol.',
  },
  POLICY_VIOLATION: {
    reason: 'a policy of the cluster forbids the topic that would be made',
    hint: 'Make the topic by hand: 12 partitions, cleanup.policy=delete.',
  },
  MESSAGE_TOO_LARGE: {
    reason: 'an event is larger than the topic allows',
    hint: 'Raise max.message.bytes of the topic, or send smaller events.',
  },
};

/** The broker answers that it cannot now. */
const troubles: Readonly<Record<string, Explanation>> = {
  UNKNOWN_TOPIC_OR_PARTITION: {
    reason: 'the topic is not there',
    hint: 'Make the topic again, or restart ReelMetrics, which makes it.',
  },
  NOT_ENOUGH_REPLICAS: { reason: 'too few replicas are in sync to take events', hint: 'Look after the other brokers.' },
  KAFKA_STORAGE_ERROR: { reason: 'its disk fails', hint: 'Look into the broker’s log, and after its disk.' },
  LEADER_NOT_AVAILABLE: { reason: 'the topic has no leader just now', hint: again },
  NOT_LEADER_FOR_PARTITION: { reason: 'the leader of the topic is changing', hint: again },
  GROUP_COORDINATOR_NOT_AVAILABLE: { reason: 'the group has no coordinator just now', hint: again },
};

/** Explains anything that kafkajs or a socket threw. */
export function explainKafkaFailure(cause: unknown, place: KafkaPlace): KafkaFailure {
  if (cause instanceof AppError) return { error: cause, code: codeOf(cause.cause) ?? cause.code };
  const code = failureCode(cause, place);
  const where = `Kafka at ${brokerOf(cause) ?? place.brokers.join(', ')}`;
  const away = network[code];
  if (away) return { code, error: failed('kafka_down', where, away, cause) };
  const refusal = refusals[code];
  if (refusal)
    return { code, error: failed('kafka_refused', where, { ...refusal, reason: named(refusal, code, place) }, cause) };
  const trouble = troubles[code] ?? {
    reason: messageOf(rootOf(cause)),
    hint: `${again} If this stays, look into the broker’s log.`,
  };
  return { code, error: failed('log_failed', where, { ...trouble, reason: named(trouble, code, place) }, cause) };
}

function failed(
  code: 'kafka_down' | 'kafka_refused' | 'log_failed',
  where: string,
  why: Explanation,
  cause: unknown,
): AppError {
  return new AppError(code, `${where}: ${why.reason.replace(/\.$/, '')}.`, { hint: why.hint, cause });
}

function named({ reason }: Explanation, code: string, { topic, group }: KafkaPlace): string {
  if (code === 'GROUP_AUTHORIZATION_FAILED') return `${reason} ${group}`;
  return code.includes('TOPIC') ? `${reason} (${topic})` : reason;
}

/** The errors inside an error, outermost first. */
function chainOf(error: unknown): readonly object[] {
  const chain: object[] = [];
  let current: unknown = error;
  while (typeof current === 'object' && current !== null && chain.length < 8 && !chain.includes(current)) {
    chain.push(current);
    if ('errors' in current && Array.isArray(current.errors)) current = current.errors[0];
    else current = 'cause' in current ? current.cause : undefined;
  }
  return chain;
}

function rootOf(error: unknown): unknown {
  return chainOf(error).at(-1) ?? error;
}

function brokerOf(error: unknown): string | undefined {
  for (const link of chainOf(error)) {
    if ('broker' in link && typeof link.broker === 'string') return link.broker;
  }
  return undefined;
}

function failureCode(cause: unknown, place: KafkaPlace): string {
  for (const link of chainOf(cause)) {
    const code = codeOfLink(link, messageOf(link), place);
    if (code !== null) return code;
  }
  return 'log_failed';
}

function codeOfLink(link: object, message: string, place: KafkaPlace): string | null {
  const name = link instanceof Error ? link.name : '';
  const type = 'type' in link && typeof link.type === 'string' ? link.type : null;
  if (/SASL/i.test(name) || (type !== null && /SASL/.test(type))) return 'sign_in';
  if (/disconnected before secure TLS connection|wrong version number|packet length too long/i.test(message))
    return 'not_tls';
  if (type === 'RECORD_LIST_TOO_LARGE') return 'MESSAGE_TOO_LARGE';
  if (type === 'NOT_ENOUGH_REPLICAS_AFTER_APPEND') return 'NOT_ENOUGH_REPLICAS';
  if (type === 'UNSUPPORTED_VERSION' || name === 'KafkaJSServerDoesNotSupportApiKey') return 'version';
  if (type !== null) return type;
  // kafkajs takes a connection for made although its first question was never answered.
  if (message === 'Broker not connected') return 'ETIMEDOUT';
  // What kafkajs makes of no broker having answered.
  if (link instanceof TypeError && / of null /.test(message)) return 'no_broker';
  const code = codeOf(link);
  if (code === 'EPROTO' || code?.startsWith('ERR_SSL_')) return place.tls.enabled ? 'not_tls' : code;
  if (code !== null) return code;
  switch (name) {
    case 'KafkaJSConnectionClosedError':
      return 'closed';
    case 'KafkaJSRequestTimeoutError':
      return 'ETIMEDOUT';
    case 'KafkaJSConnectionError':
      if (/timeout/i.test(message)) return 'ETIMEDOUT';
      return /closed by the server/i.test(message) && 'broker' in link ? 'closed' : 'no_broker';
    case 'KafkaJSLockTimeout':
    case 'KafkaJSGroupCoordinatorNotFound':
    case 'KafkaJSBrokerNotFound':
    case 'KafkaJSNoBrokerAvailableError':
      return 'no_broker';
    default:
      return null;
  }
}
