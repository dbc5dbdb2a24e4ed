import { expect, test } from 'vitest';
import { hostZone } from '../domain/business-day.ts';
import { resolveZone } from './zone.ts';

test("'host' means the computer's zone, any other name itself", () => {
  expect(resolveZone('host')).toBe(hostZone());
  expect(resolveZone('Asia/Kathmandu')).toBe('Asia/Kathmandu');
});
