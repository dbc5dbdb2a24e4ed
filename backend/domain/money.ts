import type { Measures } from './measures.ts';

/** U+2212, as wide as the plus sign; the hyphen is not a minus. */
const minus = '\u2212';
const notAvailable = 'n/a';

interface LocaleOption {
  /** BCP 47 tag; default en-US. */
  readonly locale?: string;
}

let known: ReadonlySet<string> | undefined;

/** Whether a text is the ISO 4217 code of a currency, as this runtime knows them. */
export function isCurrency(code: string): boolean {
  known ??= new Set(Intl.supportedValuesOf('currency'));
  return known.has(code);
}

const withoutMinorUnit: ReadonlySet<string> = new Set(
  'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '),
);
const withThousandths: ReadonlySet<string> = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/**
 * Decimal places of a currency's minor unit: 2 for USD, 0 for JPY, 3 for KWD. The list is ISO 4217's, not `Intl`'s:
 * that one follows CLDR, which gives HUF, COP, IDR, PKR and RSD other digits from one version to the next, and programs
 * of different runtimes share the data.
 */
export function currencyDigits(currency: string): number {
  if (withoutMinorUnit.has(currency)) return 0;
  return withThousandths.has(currency) ? 3 : 2;
}

/** An amount of minor units as decimal text with a point, for files: `-12.50` in USD, `-1250` in JPY. */
export function decimalAmount(cents: bigint | number, currency: string): string {
  const value = BigInt(cents);
  return value < 0n ? `-${decimal(-value, currency)}` : decimal(value, currency);
}

/** An exact amount of minor units, such as `$18,497.01`, `¥1,250` or `−$201.81`. A number must be a safe integer. */
export function formatCents(cents: bigint | number, currency: string, options: LocaleOption = {}): string {
  return signed(BigInt(cents), (absolute) =>
    currencyFormat('standard', currency, options.locale).format(decimal(absolute, currency)),
  );
}

/** An amount of minor units for a tile, such as `$395.5K`: one decimal from a thousand on, exact below. */
export function formatCompactCents(cents: bigint | number, currency: string, options: LocaleOption = {}): string {
  const thousand = 1_000n * unitOf(currency);
  return signed(BigInt(cents), (absolute) =>
    currencyFormat(absolute < thousand ? 'standard' : 'compact', currency, options.locale).format(
      decimal(absolute, currency),
    ),
  );
}

/** An amount rounded to whole units of its currency, for axes: `$3,214`, `¥1,250`. */
export function formatWholeUnits(cents: bigint | number, currency: string, options: LocaleOption = {}): string {
  const unit = unitOf(currency);
  return signed(BigInt(cents), (absolute) =>
    currencyFormat('whole', currency, options.locale).format(floorDivide(2n * absolute + unit, 2n * unit)),
  );
}

/** What was gained or lost, signed: whole units, compact from a hundred thousand on: `+$3,214`, `−$1.2M`. */
export function formatGap(cents: bigint, currency: string, options: LocaleOption = {}): string {
  const large = (cents < 0n ? -cents : cents) >= 100_000n * unitOf(currency);
  const text = large ? formatCompactCents(cents, currency, options) : formatWholeUnits(cents, currency, options);
  return cents > 0n ? `+${text}` : text;
}

/** A ratio as a percentage with one decimal: `4.7%`; with `signed` `+11.0%` or `−8.8%`. `n/a` for null. */
export function formatPercent(
  ratio: number | null,
  options: LocaleOption & { readonly signed?: boolean } = {},
): string {
  if (ratio === null) return notAvailable;
  const text = percentFormat(options.locale).format(Math.abs(ratio));
  if (text === percentFormat(options.locale).format(0)) return text;
  if (ratio < 0) return minus + text;
  return options.signed ? `+${text}` : text;
}

/** How much `now` is above (+) or below (-) `before`, as a ratio of `before`; null when there was nothing before. */
export function change(now: bigint, before: bigint): number | null {
  if (before === 0n) return null;
  return Number(now - before) / Math.abs(Number(before));
}

/** The part's share of the whole as a ratio; null when the whole is zero. */
export function share(part: bigint, whole: bigint): number | null {
  return whole === 0n ? null : Number(part) / Number(whole);
}

/** ATP: gross / admits in cents, rounded half up; null at no admits. */
export function averageTicketPrice(measures: Pick<Measures, 'grossCents' | 'admits'>): bigint | null {
  const { admits } = measures;
  if (admits === 0) return null;
  const gross = admits < 0 ? -measures.grossCents : measures.grossCents;
  const divisor = BigInt(Math.abs(admits));
  return floorDivide(2n * gross + divisor, 2n * divisor);
}

/** bigint division truncates; half up needs the floor. */
function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

function signed(cents: bigint, format: (absolute: bigint) => string): string {
  return cents < 0n ? minus + format(-cents) : format(cents);
}

/** Intl formats decimal text exactly; a number would lose cents above 2^53. */
function decimal(cents: bigint, currency: string): `${number}` {
  const digits = currencyDigits(currency);
  if (digits === 0) return String(cents) as `${number}`;
  const unit = unitOf(currency);
  return `${cents / unit}.${String(cents % unit).padStart(digits, '0')}` as `${number}`;
}

/** Minor units in one unit of the currency. */
export function unitOf(currency: string): bigint {
  return 10n ** BigInt(currencyDigits(currency));
}

const formats = new Map<string, Intl.NumberFormat>();

function cached(key: string, make: () => Intl.NumberFormat): Intl.NumberFormat {
  let format = formats.get(key);
  if (format === undefined) {
    format = make();
    formats.set(key, format);
  }
  return format;
}

function currencyFormat(
  notation: 'standard' | 'whole' | 'compact',
  currency: string,
  locale = 'en-US',
): Intl.NumberFormat {
  const digits = { standard: currencyDigits(currency), whole: 0, compact: 1 }[notation];
  return cached(
    `${locale} ${currency} ${notation}`,
    () =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        notation: notation === 'compact' ? 'compact' : 'standard',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
}

function percentFormat(locale = 'en-US'): Intl.NumberFormat {
  return cached(
    `${locale} percent`,
    () => new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  );
}
