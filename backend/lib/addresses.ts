/** Network addresses and host names, whatever form they are written in. */
import { BlockList, isIP } from 'node:net';

export interface Address {
  readonly family: 4 | 6;
  /** One form for each address: IPv4 as a dotted quad, also where it was mapped into IPv6; IPv6 as RFC 5952 writes it. */
  readonly text: string;
}

/**
 * Reads an address as people, sockets and load balancers write it: with brackets, a port, a zone id, IPv4 mapped into IPv6
 * (`::ffff:127.0.0.1`, `::ffff:7f00:1`), any spelling of IPv6. null: it is none.
 */
export function parseAddress(written: string): Address | null {
  const text = withoutZone(withoutPort(written.trim()));
  const family = isIP(text);
  if (family === 4) return { family: 4, text };
  if (family !== 6) return null;
  // The URL parser writes IPv6 in its one canonical form.
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(canonical);
  if (mapped === null) return { family: 6, text: canonical };
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return { family: 4, text: [high >> 8, high & 255, low >> 8, low & 255].join('.') };
}

/** By what attempts are counted: an IPv4 address, or the /64 that a subscriber of IPv6 is given as a whole. */
export function networkOf(written: string): string | null {
  const address = parseAddress(written);
  if (address === null || address.family === 4) return address?.text ?? null;
  return `${new URL(`http://[${groupsOf(address.text).slice(0, 4).join(':')}::]/`).hostname.slice(1, -1)}/64`;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only programs of this computer reach a server on `address`. */
export function isLoopback(address: string): boolean {
  const parsed = parseAddress(address);
  if (parsed === null) return hostName(address) === 'localhost';
  return loopback.check(parsed.text, parsed.family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * A host as `Host` and `--host-name` give it, in one form: lower case, without port, brackets, zone id or the dot of the
 * root. null: it is neither an address nor a name.
 */
export function hostName(written: string): string | null {
  const address = parseAddress(written);
  if (address !== null) return address.text;
  if (written.includes('[')) return null;
  const name = withoutPort(written.trim()).replace(/\.$/, '').toLowerCase();
  if (isIP(name) === 4) return name;
  return /^[\w\u00a1-\uffff](?:[\w\u00a1-\uffff.-]{0,252})$/.test(name) && !name.includes('..') ? name : null;
}

function withoutPort(written: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(written);
  if (bracketed) return bracketed[1] ?? '';
  return /^[^:]*:\d{1,5}$/.test(written) ? written.slice(0, written.indexOf(':')) : written;
}

function withoutZone(address: string): string {
  return address.replace(/%[\w.~-]+$/, '');
}

/** The eight groups of a canonical IPv6 address. */
function groupsOf(canonical: string): readonly string[] {
  const [head = '', tail] = canonical.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before;
  const after = tail === '' ? [] : tail.split(':');
  return [...before, ...new Array<string>(8 - before.length - after.length).fill('0'), ...after];
}
