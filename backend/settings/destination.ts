import type { ServiceName } from '../domain/connection.ts';
import type { Profile } from './profile.ts';

type Services = { readonly [S in ServiceName]: Profile[S] };
type Destinations = Readonly<Record<ServiceName, string>>;

/**
 * Where the password of each service goes: addresses, sign-in name and encryption. Equal texts: the same server is
 * asked in the same way, so a password that was entered for one may be used for the other.
 */
export function destinationsOf({ kafka, postgres, redis }: Services): Destinations {
  return {
    kafka: destination(kafka.brokers, kafka.tls, kafka.sasl?.mechanism ?? null, kafka.sasl?.username ?? null),
    postgres: destination([`${postgres.host}:${postgres.port}`], postgres.tls, postgres.user),
    redis: destination([`${redis.host}:${redis.port}`], redis.tls, redis.username),
  };
}

function destination(addresses: readonly string[], tls: Profile['redis']['tls'], ...signIn: (string | null)[]): string {
  const hosts = addresses.map((address) => address.toLowerCase()).sort();
  return JSON.stringify([hosts, ...signIn, tls.enabled ? (tls.ca ?? 'system') : 'plain']);
}
