import { expect, it } from 'vitest';
import { asOfIn } from './as-of.ts';
import type { LivePicture } from './live-picture.ts';

const day = '2026-11-29';
const latest = { day, dayVersion: 120, completeUntil: 60_000 } as LivePicture;
const seen = [
  { day, version: 100, until: 40_000 },
  { day, version: 110, until: 50_000 },
  { day, version: 120, until: 60_000 },
];

it('gives an answer of the live version the moment of the live figures, not that of the asking', () => {
  expect(asOfIn({ latest, seen }, day, { version: 120, asOf: 59_000 })).toBe(60_000);
  expect(asOfIn({ latest, seen }, day, { version: 121, asOf: 70_000 })).toBe(60_000);
});

it('gives an older version the last moment at which the live day was of it', () => {
  expect(asOfIn({ latest, seen }, day, { version: 110, asOf: 59_000 })).toBe(50_000);
  expect(asOfIn({ latest, seen }, day, { version: 113, asOf: 59_000 })).toBe(50_000);
  expect(asOfIn({ latest, seen }, day, { version: 90, asOf: 20_000 })).toBe(20_000);
  expect(asOfIn({ latest, seen }, day, { version: 90, asOf: 59_000 })).toBe(40_000);
});

it('never claims more for another day than what is known to be stored', () => {
  expect(asOfIn({ latest, seen }, '2026-11-22', { version: 7, asOf: 90_000 })).toBe(60_000);
  expect(asOfIn({ latest, seen }, '2026-11-22', { version: 7, asOf: 30_000 })).toBe(30_000);
});
