/**
 * Whether `If-None-Match` holds a tag that is equal to `etag` in the weak comparison of RFC 9110 (8.8.3.2, 13.1.2), which is
 * the one for GET and HEAD: `W/` tells nothing then. A tag may hold commas; `*` stands alone.
 */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return true;
  if (header.trim() === '*') return false;
  const wanted = opaqueOf(etag);
  return ![...header.matchAll(/(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g)].some(([, opaque]) => opaque === wanted);
}

function opaqueOf(etag: string): string {
  return etag.replace(/^W\//, '').slice(1, -1);
}
