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

/** Whether a link may be handed to the system's browser: https, the usual port, no credentials, a host and path we name. */
export function isAllowedLink(url: string): boolean {
  const parsed = parseUrl(url);
  if (
    parsed === null ||
    parsed.protocol !== 'https:' ||
    parsed.port !== '' ||
    parsed.username !== '' ||
    parsed.password !== ''
  )
    return false;
  return allowedLinks.some(({ host, path }) => parsed.hostname === host && parsed.pathname.startsWith(path));
}

/** The one way out: refuses what is not allowed, and passes the parsed form on so that what was judged is what opens. */
export async function openExternal(url: string, open: (url: string) => Promise<void>): Promise<boolean> {
  const parsed = parseUrl(url);
  if (parsed === null || !isAllowedLink(url)) return false;
  await open(parsed.href);
  return true;
}
