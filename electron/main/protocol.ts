import { readFile } from 'node:fs/promises';
import type { CustomScheme, Session } from 'electron';
import { codeOf } from '../../backend/lib/app-error.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import { assetHeaders, assetOf } from './assets.ts';
import { pageScheme } from './security/origin.ts';

/** Registered before the app is ready. A standard, secure scheme has an origin, so that 'self' and isolation mean something. */
export const schemePrivileges: CustomScheme = {
  scheme: pageScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, codeCache: true },
};

/** Serves the built window from `folder`; file: is never used. */
export function servePage(session: Session, folder: string, logger: Logger): void {
  session.protocol.handle(pageScheme, (request) => answer(request, folder, logger));
}

/** The answer to one request for a file of the window. */
export async function answer(
  request: { readonly method: string; readonly url: string },
  folder: string,
  logger: Logger,
): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405);
  const asset = assetOf(request.url, folder);
  if (asset === null) return plain(404);
  try {
    const body = await readFile(asset.path);
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), {
      headers: { ...assetHeaders, 'Content-Type': asset.contentType },
    });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EISDIR')
      logger.error('page file unreadable', { path: asset.path, code: codeOf(error) });
    return plain(404);
  }
}

function plain(status: number): Response {
  return new Response(null, { status, headers: { ...assetHeaders } });
}
