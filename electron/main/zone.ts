/** The computer's own zone, as an IANA name. */
export function hostZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The IANA name that a zone setting means; 'host' follows the computer. */
export function resolveZone(zone: string): string {
  return zone === 'host' ? hostZone() : zone;
}
