/** The scheme and host under which the window's own files are served. */
export const pageScheme = 'app';
export const pageHost = 'reelmetrics';
export const pageUrl = `${pageScheme}://${pageHost}/`;

/**
 * Whether a URL is a page of ours: `app://reelmetrics/…`, or the development server's when there is one.
 * Compares parsed parts: `startsWith` would let `app://reelmetrics.example` through.
 */
export function isOurPage(url: string, devServer: string | null): boolean {
  const parsed = parseUrl(url);
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false;
  if (parsed.protocol === `${pageScheme}:`) return parsed.host === pageHost;
  return devServer !== null && parsed.origin === parseUrl(devServer)?.origin;
}

/** The development server's address, which only an unpacked app may use and only on this computer. */
export function devServerUrl(
  packaged: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const parsed = packaged ? null : parseUrl(environment.ELECTRON_RENDERER_URL ?? '');
  if (parsed === null || parsed.protocol !== 'http:') return null;
  return ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname) ? parsed.href : null;
}

export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
