import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  averageTicketPrice,
  change,
  currencyDigits,
  decimalAmount,
  formatCents,
  formatCompactCents,
  formatGap,
  formatPercent,
  formatWholeUnits,
  share,
} from './money.ts';

describe('short amounts', () => {
  test('are whole units with the sign that says gained or lost', () => {
    expect(formatGap(-321_449n, 'USD')).toBe('\u2212$3,214');
    expect(formatGap(321_450n, 'USD')).toBe('+$3,215');
    expect(formatGap(0n, 'USD')).toBe('$0');
    expect(formatGap(-123_456_789n, 'USD')).toBe('\u2212$1.2M');
    expect(formatGap(3_214n, 'JPY')).toBe('+\u00a53,214');
    expect(formatGap(3_214_499n, 'KWD')).toBe('+KWD\u00a03,214');
  });

  test('are whole units on an axis', () => {
    expect(formatWholeUnits(1_000, 'USD')).toBe('$10');
    expect(formatWholeUnits(10, 'JPY')).toBe('\u00a510');
    expect(formatWholeUnits(10_000, 'KWD')).toBe('KWD\u00a010');
  });
});

describe('amounts', () => {
  test('are exact, with a true minus sign', () => {
    expect(formatCents(1_849_701n, 'USD')).toBe('$18,497.01');
    expect(formatCents(-20_181, 'USD')).toBe('\u2212$201.81');
    expect(formatCents(0, 'USD')).toBe('$0.00');
    expect(formatCents(-5n, 'USD')).toBe('\u2212$0.05');
  });

  test('lose no cent above 2^53', () => {
    expect(formatCents(900_719_925_474_099_301n, 'USD')).toBe('$9,007,199,254,740,993.01');
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (cents) => {
        const digits = formatCents(cents, 'USD')
          .replace(/[^0-9\u2212]/g, '')
          .replace('\u2212', '-');
        expect(BigInt(digits)).toBe(cents);
      }),
    );
  });

  test('have the digits of their currency', () => {
    expect(formatCents(12_345, 'JPY')).toBe('¥12,345');
    expect(formatCents(-12_345, 'KWD')).toBe('\u2212KWD\u00a012.345');
    expect(formatCents(12_345, 'HUF')).toBe('HUF\u00a0123.45');
    expect(formatCompactCents(999, 'JPY')).toBe('¥999');
    expect(formatCompactCents(1_000, 'JPY')).toBe('¥1.0K');
    expect(formatCompactCents(999_999, 'KWD')).toBe('KWD\u00a0999.999');
    expect(formatCompactCents(1_500_000, 'KWD')).toBe('KWD\u00a01.5K');
  });

  test('have the digits that ISO 4217 gives, whatever the runtime says', () => {
    const expected = { USD: 2, EUR: 2, JPY: 0, KRW: 0, VND: 0, CLP: 0, KWD: 3, BHD: 3, TND: 3, IQD: 3, HUF: 2, IDR: 2 };
    for (const [currency, digits] of Object.entries(expected)) expect(currencyDigits(currency)).toBe(digits);
  });

  test('are written into files as decimal text', () => {
    expect(decimalAmount(-1_250n, 'USD')).toBe('-12.50');
    expect(decimalAmount(-5, 'EUR')).toBe('-0.05');
    expect(decimalAmount(-1_250n, 'JPY')).toBe('-1250');
    expect(decimalAmount(1, 'KWD')).toBe('0.001');
    expect(decimalAmount(0n, 'KWD')).toBe('0.000');
  });

  test('follow the locale', () => {
    expect(formatCents(1_849_701n, 'EUR', { locale: 'de-DE' })).toBe('18.497,01\u00a0€');
  });

  test('are compact from a thousand on', () => {
    expect(formatCompactCents(39_546_238n, 'USD')).toBe('$395.5K');
    expect(formatCompactCents(99_999n, 'USD')).toBe('$999.99');
    expect(formatCompactCents(100_000n, 'USD')).toBe('$1.0K');
    expect(formatCompactCents(-127_491_846n, 'USD')).toBe('\u2212$1.3M');
  });
});

describe('ratios', () => {
  test('change is relative to what was before, and unknown from nothing', () => {
    expect(change(111n, 100n)).toBeCloseTo(0.11);
    expect(change(5n, -10n)).toBeCloseTo(1.5);
    expect(change(1n, 0n)).toBeNull();
  });

  test('share of nothing is unknown', () => {
    expect(share(1n, 4n)).toBe(0.25);
    expect(share(0n, 0n)).toBeNull();
  });

  test('are shown with one decimal and, for a change, a sign', () => {
    expect(formatPercent(0.0467)).toBe('4.7%');
    expect(formatPercent(0.11, { signed: true })).toBe('+11.0%');
    expect(formatPercent(-0.088, { signed: true })).toBe('\u22128.8%');
    expect(formatPercent(-0.0001, { signed: true })).toBe('0.0%');
    expect(formatPercent(null)).toBe('n/a');
  });
});

describe('average ticket price', () => {
  const price = (grossCents: bigint, admits: number) => averageTicketPrice({ grossCents, admits });

  test('is rounded half up to the cent', () => {
    expect(price(2598n, 2)).toBe(1299n);
    expect(price(1001n, 2)).toBe(501n);
    expect(price(1000n, 3)).toBe(333n);
    expect(price(-1001n, 2)).toBe(-500n);
    expect(price(-1001n, -2)).toBe(501n);
  });

  test('is unknown without admits', () => {
    expect(price(500n, 0)).toBeNull();
  });

  test('is within half a cent of the quotient, however large', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.integer({ min: 1, max: 10 ** 9 }), (gross, admits) => {
        const average = price(gross, admits) ?? 0n;
        const twiceError = 2n * (average * BigInt(admits) - gross);
        expect(twiceError <= BigInt(admits) && twiceError > -BigInt(admits)).toBe(true);
      }),
    );
  });
});
