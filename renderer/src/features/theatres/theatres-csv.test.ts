import { expect, test } from 'vitest';
import { averageTicketPrice, decimalAmount, formatCents } from '../../../../backend/domain/money.ts';
import type { TheatreRow } from './theatre-rows.ts';
import { theatresCsv } from './theatres-csv.ts';

const measures = { grossCents: 125_781n, refundCents: 1_500n, sales: 99, refunds: 1, admits: 107 };
const price = averageTicketPrice(measures);
const row: TheatreRow = {
  theater: { id: 1, name: 'Tallow Lane', city: 'Aldermouth', screens: 2, seats: 200, showingsPerScreen: 5 },
  rank: 1,
  measures,
  change: { kind: 'known', ratio: 0.25 },
  gap: -1_234n,
  price,
  occupancy: { kind: 'over', ratio: 1.25 },
  share: 1,
};

test.each([
  ['USD', '1257.81,-12.34,0.250000,107,11.76,1.250000,-15.00', '$11.76'],
  ['JPY', '125781,-1234,0.250000,107,1176,1.250000,-1500', '\u00a51,176'],
  ['KWD', '125.781,-1.234,0.250000,107,1.176,1.250000,-1.500', 'KWD\u00a01.176'],
])('amounts in the file, the average price too, have the digits of %s', (currency, cells, shownPrice) => {
  const { content } = theatresCsv([row], {
    day: '2026-11-22',
    changeHead: 'Change to 16:00',
    decimal: (cents) => decimalAmount(cents, currency),
  });
  const [head, line] = content.split('\r\n');
  expect(head).toContain('Change to 16:00');
  expect(line).toBe(`1,Tallow Lane,Aldermouth,${cells},1.000000,99,1`);
  expect(formatCents(price ?? 0n, currency)).toBe(shownPrice);
});
