import { extname, join, sep } from 'node:path';
import { pageHost, pageScheme } from './security/origin.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

export interface Asset {
  /** Absolute path inside the folder. */
  readonly path: string;
  readonly contentType: string;
}

/**
 * The file a URL of ours means, or null when it means none: another scheme or host, a path that leaves the folder in any
 * spelling, or a type that the window does not use.
 */
export function assetOf(url: string, folder: string): Asset | null {
  let path: string;
  try {
    const parsed = new URL(url);
    if (parsed.protocol !== `${pageScheme}:` || parsed.host !== pageHost) return null;
    path = decodeURIComponent(parsed.pathname);
  } catch {
    return null;
  }
  // Checked after decoding: a backslash or NUL is no part of our names, and '..' could only be meant to leave.
  if (/[\\\0]/.test(path) || path.split('/').includes('..')) return null;
  const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
  const contentType = types[extname(file).toLowerCase()];
  return contentType !== undefined && file.startsWith(folder + sep) ? { path: file, contentType } : null;
}

/**
 * Content security policy of the window. Styles may be inline because Mantine writes its variables into a <style> and
 * Recharts sets style attributes; scripts never. The page asks for nothing over the network.
 */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "object-src 'none'",
  "frame-src 'none'",
  "worker-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sent with every answer. */
export const assetHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-DNS-Prefetch-Control': 'off',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), display-capture=()',
};
