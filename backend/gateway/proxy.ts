/** The load balancer in front, which tells in X-Forwarded-For who asks. */
import { BlockList, isIP } from 'node:net';
import { networkOf, parseAddress } from '../lib/addresses.ts';
import { AppError } from '../lib/app-error.ts';

/**
 * Whom to believe about X-Forwarded-For: only the program that has connected, and only from these addresses. What it adds
 * stands last; what stands before that a client may have made up.
 * @param ranges from which the load balancer connects, each as 10.0.0.0/16, or several with commas between
 * Errors: `AppError` bad_settings
 */
export function trustProxy(ranges: readonly string[]): (address: string, hop: number) => boolean {
  const proxies = new BlockList();
  for (const range of ranges.flatMap((each) => each.split(','))) addRange(proxies, range.trim());
  return (address, hop) => {
    const parsed = hop === 0 ? parseAddress(address) : null;
    return parsed !== null && proxies.check(parsed.text, parsed.family === 4 ? 'ipv4' : 'ipv6');
  };
}

function addRange(proxies: BlockList, range: string): void {
  const [network = '', bits = '', ...rest] = range.split('/');
  const address = parseAddress(network);
  const plain = network.replace(/^\[|\]$/g, '');
  const prefix = Number(bits);
  // Of an IPv4 network that is written as IPv6 the first 96 bits are the form.
  const form = address?.family === 4 && isIP(plain) === 6 ? 96 : 0;
  const most = address?.family === 4 ? 32 : 128;
  const fits = isIP(plain) !== 0 && /^\d{1,3}$/.test(bits) && prefix >= form && prefix - form <= most;
  if (address === null || !fits || rest.length > 0) {
    throw new AppError('bad_settings', `'${range}' is no range of addresses.`, {
      hint: 'Give --behind-proxy the networks of the load balancer, as 10.0.0.0/16 or 10.0.0.0/16,10.1.0.0/16.',
    });
  }
  proxies.addSubnet(address.text, prefix - form, address.family === 4 ? 'ipv4' : 'ipv6');
}

/** Who asks, in one form and as a network; the connection's own address where what the load balancer tells is none. */
export function askedFrom(request: {
  readonly ip: string;
  readonly socket: { readonly remoteAddress?: string | undefined };
}): {
  readonly address: string;
  readonly network: string;
} {
  for (const written of [request.ip, request.socket.remoteAddress ?? '']) {
    const address = parseAddress(written)?.text;
    const network = networkOf(written);
    if (address !== undefined && network !== null) return { address, network };
  }
  return { address: 'unknown', network: 'unknown' };
}
