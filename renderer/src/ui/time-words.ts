/** Words for spans and instants, as short as the screens need them. */

/** A span in ms as `0.2 s`, `12 s`, `15 m 25 s`, `3 h 12 m`, `2 d 4 h`. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} m ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} m`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found;
}

/** `19:42:36` in the zone. */
export function clockWords(ms: number, zone: string): string {
  return format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(ms);
}

/** `19:42` in the zone. */
export function minuteWords(ms: number, zone: string): string {
  return format(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);
}

/** `22 Nov` in the zone. */
export function dateWords(ms: number, zone: string): string {
  return format(zone, { day: 'numeric', month: 'short' }).format(ms);
}

/** `19:42:36.412` in the zone. */
export function preciseClockWords(ms: number, zone: string): string {
  return `${clockWords(ms, zone)}.${String(((ms % 1000) + 1000) % 1000).padStart(3, '0')}`;
}

/** `Sun 22 Nov` and `19:42:36 GMT` in the zone. */
export function fullClockWords(ms: number, zone: string): { readonly day: string; readonly time: string } {
  const day = format(zone, { weekday: 'short', day: 'numeric', month: 'short' }).format(ms).replace(',', '');
  const name = format(zone, { timeZoneName: 'short', hour: '2-digit' })
    .formatToParts(ms)
    .find((part) => part.type === 'timeZoneName');
  return { day, time: `${clockWords(ms, zone)} ${name?.value ?? ''}` };
}

/** A business day (`YYYY-MM-DD`) as `Sun 22 Nov 2026`, `Sun 22 Nov` or `22 Nov`. */
export function dayWords(day: string, form: 'full' | 'weekday' | 'short'): string {
  const options: Intl.DateTimeFormatOptions =
    form === 'short'
      ? { day: 'numeric', month: 'short' }
      : { weekday: 'short', day: 'numeric', month: 'short', ...(form === 'full' ? { year: 'numeric' } : {}) };
  return format('UTC', options)
    .format(Date.parse(`${day}T00:00:00Z`))
    .replace(',', '');
}

/** A share (0..1) of work done as `76 %`: whole percent, 100 only once all is done. */
export function percentOf(share: number): string {
  return `${Math.floor(Math.min(Math.max(share, 0), 1) * 100)} %`;
}

/** A span in ms as `0:42`, `12:05`, `1:03:20`: for what is counted up while one waits. */
export function stopwatchWords(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A count with thousands separators. */
const counts = new Intl.NumberFormat('en-US');
export function countWords(count: number | bigint): string {
  return counts.format(count).replace('-', '\u2212');
}

/** A rate such as `0.7`, `16`, `2,000`: one decimal below 10. */
export function rateWords(rate: number): string {
  return rate < 10 ? rate.toFixed(1).replace(/\.0$/, '') : countWords(Math.round(rate));
}
