import { describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import { saleLine } from '../testing/sale-line.ts';
import { copyRows } from './copy-rows.ts';

const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const sale: SaleLine = {
  ...saleLine(7, { soldAt: Date.UTC(2026, 10, 22, 12), theaterId: 12, movieId: 3, amountCents: 2598 }, calendar),
  id: '0198c5f2-6F0E-7c3a-9d11-2a7f0b8e4c55',
};

describe('rows for COPY', () => {
  it('are framed as PostgreSQL documents it', () => {
    const bytes = copyRows([sale])!;
    const expected = [
      '5047434f50590aff0d0a00 00000000 00000000',
      '000d',
      '00000010 0198c5f26f0e7c3a9d112a7f0b8e4c55',
      '00000002 0001',
      '00000004 0000000c',
      '00000004 00000003',
      `00000008 ${micros(sale.showtime)}`,
      `00000006 ${Buffer.from('online').toString('hex')}`,
      '00000004 00000001',
      '00000008 0000000000000a26',
      `00000003 ${Buffer.from('USD').toString('hex')}`,
      `00000008 ${micros(sale.soldAt)}`,
      '00000004 0000265e',
      'ffffffff',
      '00000008 0000000000000007',
      'ffff',
    ];
    expect(bytes.toString('hex')).toBe(expected.join('').replaceAll(' ', ''));
  });

  it('hold instants before 2000 and refunds', () => {
    const early = { ...sale, soldAt: Date.UTC(1999, 11, 31, 23, 59, 59, 999), refundOf: sale.id };
    const hex = copyRows([early])!.toString('hex');
    expect(hex).toContain('00000008fffffffffffffc18');
    expect(hex).toContain(`000000100198c5f26f0e7c3a9d112a7f0b8e4c5500000008`);
  });

  it.each<[string, Partial<SaleLine>]>([
    ['a number that is too large', { tickets: 3_000_000_000 }],
    ['a fraction', { amountCents: 0.5 }],
    ['no number', { movieId: Number.NaN }],
    ['no id', { id: 'not-an-id' }],
    ['an id with other characters', { id: '0198c5f2-6f0e-7c3a-9d11-2a7f0b8e4c5g' }],
    ['an id with something else for its hyphens', { id: '0198c5f206f0e07c3a09d1102a7f0b8e4c55' }],
    ['a day that does not exist', { businessDay: '2026-02-30' }],
    ['a text that is too long', { currency: 'x'.repeat(100) }],
    ['an instant beyond all', { soldAt: Number.POSITIVE_INFINITY }],
  ])('are none when one holds %s', (_name, facts) => {
    expect(copyRows([sale, { ...sale, ...facts }])).toBeNull();
  });
});

/** An instant as the format has it: microseconds since 2000. */
function micros(epochMs: number): string {
  return (BigInt(epochMs - Date.UTC(2000, 0, 1)) * 1000n).toString(16).padStart(16, '0');
}
