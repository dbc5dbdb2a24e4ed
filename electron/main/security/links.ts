import { parseUrl } from './origin.ts';

/** Where the console's own links lead; path prefixes end in '/'. */
const allowedLinks: readonly { readonly host: string; readonly path: string }[] = [
  { host: 'www.electronjs.org', path: '/' },
  { host: 'electronjs.org', path: '/' },
  { host: 'www.postgresql.org', path: '/docs/' },
  { host: 'kafka.apache.org', path: '/' },
  { host: 'redis.io', path: '/docs/' },
  { host: 'pglite.dev', path: '/' },
  { host: 'github.com', path: '/electron/' },
  { host: 'github.com', path: '/electric-sql/' },
];

/**
 * The address to hand to the system's browser, or null when it may not be: https, the usual port, no credentials, a host
 * and path we name. The parsed form comes back, so that what was judged is what opens.
 */
export function allowedLink(url: string): string | null {
  const parsed = parseUrl(url);
  if (parsed === null || parsed.protocol !== 'https:') return null;
  if (parsed.port !== '' || parsed.username !== '' || parsed.password !== '') return null;
  const listed = allowedLinks.some(({ host, path }) => parsed.hostname === host && parsed.pathname.startsWith(path));
  return listed ? parsed.href : null;
}
