import type { Session } from 'electron';
import type { Logger } from '../../../backend/ports/logger.ts';
import { isOurPage, parseUrl } from './origin.ts';

/**
 * Whether a page's request may be made at all. Nothing leaves the computer: the window's own files, inline data, and
 * the developer tools' own pages. The consumer's connections are made by Node, not by a page.
 */
export function isAllowedRequest(url: string, devServer: string | null): boolean {
  if (isOurPage(url, devServer)) return true;
  const parsed = parseUrl(url);
  if (parsed === null) return false;
  if (parsed.protocol === 'data:' || parsed.protocol === 'blob:' || parsed.protocol === 'devtools:') return true;
  return devServer !== null && parsed.protocol === 'ws:' && parsed.host === parseUrl(devServer)?.host;
}

/** Enforces it for every page of the session. */
export function blockNetwork(session: Session, devServer: string | null, logger: Logger): void {
  session.webRequest.onBeforeRequest((details, callback) => {
    const allowed = isAllowedRequest(details.url, devServer);
    if (!allowed) logger.warn('request refused', { url: details.url.slice(0, 200), type: details.resourceType });
    callback({ cancel: !allowed });
  });
}
