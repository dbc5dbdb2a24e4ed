/** The load balancer in front, which tells in X-Forwarded-For who asks. */
import { BlockList, isIP } from 'node:net';
import { AppError } from '../lib/app-error.ts';

/**
 * Whom to believe about X-Forwarded-For: only the program that has connected, and only from these addresses. What it adds
 * stands last; what stands before that a client may have made up.
 * @param addresses a range, as 10.0.0.0/16, from which the load balancer connects
 * Errors: `AppError` bad_settings
 */
export function trustProxy(addresses: string): (address: string, hop: number) => boolean {
  const [network = '', bits = '', ...rest] = addresses.split('/');
  const family = isIP(network);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most || rest.length > 0) {
    throw new AppError('bad_settings', `'${addresses}' is no range of addresses.`, {
      hint: 'Give --behind-proxy the network of the load balancer, as 10.0.0.0/16.',
    });
  }
  const proxies = new BlockList();
  proxies.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return (address, hop) => hop === 0 && proxies.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
