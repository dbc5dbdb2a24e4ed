import { hostZone } from '../domain/business-day.ts';

/** The IANA zone that the setting means: 'host' is the computer's. */
export function resolveZone(zone: string): string {
  return zone === 'host' ? hostZone() : zone;
}
