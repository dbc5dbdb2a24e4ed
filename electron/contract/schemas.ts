import { z } from 'zod';
import { accountName, auditOutcomes, roles } from '../../backend/domain/account.ts';
import { isZone } from '../../backend/domain/business-day.ts';
import { connectionLimits } from '../../backend/domain/connection.ts';
import type { Question } from '../../backend/domain/question.ts';
import { deadLetterReasons } from '../../backend/domain/ticket-sale.ts';
import { faultOf } from '../../backend/lib/plain-text.ts';
import { profileSchema } from '../../backend/settings/profile.ts';
import { settingsSchema } from '../../backend/settings/settings.ts';
import type { RequestName } from './names.ts';
import type { RequestInput } from './signatures.ts';

/*
 * What each request may carry: exact fields, and a cap on every text, list and number, so that no message can make main
 * allocate or compute without bound. Kept apart from the names because the preload bundles those.
 */

/** Most characters that `file.save` takes: 16 MB. */
const maxFileCharacters = 16 * 1024 * 1024;

const nothing = z.undefined();
/** What a store keeps and a terminal prints as it was meant. */
const plainText = (mostBytes: number) =>
  z
    .string()
    .min(1)
    .refine((text) => faultOf(text, mostBytes) === null, 'must be plain text');
const theaterId = z.int().min(1).max(1_000_000);
const cents = z
  .bigint()
  .min(-(10n ** 18n))
  .max(10n ** 18n);
const count = z.int().min(0);
const milliseconds = z.number().min(0).max(1e15);

/** `YYYY-MM-DD`, a day that exists (no 30 February). */
const businessDay = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine(isCalendarDay, 'not a day of the calendar');

function isCalendarDay(text: string): boolean {
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text);
}

/** An IANA name that this runtime knows, or 'host'. */
const zone = z
  .string()
  .min(1)
  .max(64)
  .refine((name) => name === 'host' || isZone(name), 'not a time zone');

const day = z.strictObject({ day: businessDay });

/** Start of a quarter hour, epoch ms. */
const quarter = z.int().min(0).max(8.64e15).multipleOf(900_000);

const question: z.ZodType<Question> = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('theaters'), params: z.record(z.string(), z.never()) }),
  z.strictObject({ name: z.literal('theaterMovies'), params: z.strictObject({ theaterId, day: businessDay }) }),
  z.strictObject({ name: z.literal('topTheater'), params: day }),
  z.strictObject({
    name: z.literal('theaterLeaderboard'),
    params: z.strictObject({ day: businessDay, before: quarter.exactOptional() }),
  }),
  z.strictObject({ name: z.literal('movieLeaderboard'), params: day }),
  z.strictObject({ name: z.literal('summary'), params: day }),
  z.strictObject({
    name: z.literal('series'),
    params: z.strictObject({
      day: businessDay,
      bucket: z.enum(['minute', 'quarter', 'hour']),
      theaterId: theaterId.exactOptional(),
    }),
  }),
  z.strictObject({ name: z.literal('theaterHours'), params: day }),
]);

const { theme, startScreen, backend, fallback, currency, tickRate, railCollapsed, localApi, simulator } =
  settingsSchema.shape;

const { id: profileId, kafka, postgres, redis } = profileSchema.shape;

const password = z.string().min(1).max(connectionLimits.password).nullable();
const secrets = z.strictObject({
  kafka: password.exactOptional(),
  postgres: password.exactOptional(),
  redis: password.exactOptional(),
});

/** A bare file name: nothing that leads to another folder or that a file system refuses. */
const fileName = z
  .string()
  .min(1)
  .max(120)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the pattern refuses.
  .regex(/^(?!\.)[^\u0000-\u001f\\/:*?"<>|]+$/);

/** The profile's name as it was typed to confirm; left out for the built-in data. */
const typedName = z.string().max(100);
const confirmed = z.strictObject({ profile: typedName.exactOptional() });

const percentiles = z.strictObject({ p50: milliseconds, p99: milliseconds, samples: count });

export const requestSchemas: { readonly [N in RequestName]: z.ZodType<RequestInput<N>> } = {
  'app.info': nothing,
  'app.state': nothing,
  'app.startEmbedded': z.strictObject({ history: z.boolean() }),
  'app.quit': nothing,
  'settings.get': nothing,
  'settings.update': z.strictObject({
    theme: theme.exactOptional(),
    startScreen: startScreen.exactOptional(),
    backend: backend.exactOptional(),
    fallback: fallback.exactOptional(),
    tickRate: tickRate.exactOptional(),
    railCollapsed: railCollapsed.exactOptional(),
    localApi: localApi
      .refine(({ sqlPort, materializedPort }) => sqlPort !== materializedPort, 'the two ports must differ')
      .exactOptional(),
    simulator: simulator.exactOptional(),
  }),
  'profiles.list': nothing,
  'profiles.save': z.strictObject({
    id: profileId.nullable(),
    profile: profileSchema.omit({ id: true }),
    secrets,
  }),
  'profiles.copy': z.strictObject({ id: profileId }),
  'profiles.delete': z.strictObject({ id: profileId }),
  'profiles.export': z.strictObject({ id: profileId }),
  'profiles.import': nothing,
  'profiles.test': z.strictObject({
    id: profileId.nullable(),
    settings: z.strictObject({
      kafka: kafka.exactOptional(),
      postgres: postgres.exactOptional(),
      redis: redis.exactOptional(),
    }),
    secrets,
  }),
  'dataSource.switch': z.strictObject({ id: profileId }),
  'catalogue.get': nothing,
  'query.ask': question,
  'query.compare': question,
  'backend.switch': z.strictObject({ backend }),
  'sales.recent': z.strictObject({ theaterId: theaterId.exactOptional(), limit: z.int().min(1).max(500) }),
  'live.snapshot': nothing,
  'status.get': nothing,
  'simulator.start': z.strictObject({ profile: typedName }).optional(),
  'simulator.stop': nothing,
  'simulator.pause': nothing,
  'simulator.resume': nothing,
  'simulator.update': simulator,
  'simulator.burst': z.strictObject({ rate: z.number().min(0.1).max(5000), seconds: z.number().min(1).max(600) }),
  'simulator.startBackfill': confirmed.extend({ days: z.int().min(1).max(366), extend: z.boolean().exactOptional() }),
  'simulator.cancelBackfill': nothing,
  'consumer.retry': nothing,
  'consumer.pause': nothing,
  'consumer.resume': nothing,
  'deadLetters.list': z.strictObject({
    resent: z.boolean(),
    reason: z.enum(deadLetterReasons).exactOptional(),
    before: z
      .string()
      .regex(/^\d{1,18}:\d{1,9}:\d{1,18}$/)
      .exactOptional(),
    limit: z.int().min(1).max(200),
  }),
  'deadLetters.redrive': z.strictObject({
    dryRun: z.boolean(),
    selection: z.union([
      z.literal('all'),
      z
        .array(z.string().regex(/^\d{1,9}:\d{1,18}$/))
        .min(1)
        .max(1000),
    ]),
    reason: z.enum(deadLetterReasons).exactOptional(),
  }),
  'data.rebuild': z.strictObject({ what: z.enum(['rollups', 'read-model']) }),
  'calendar.change': z.strictObject({ zone, cutoverHour: z.int().min(0).max(23) }),
  'currency.change': z.strictObject({ currency }),
  'data.reset': confirmed.extend({ confirmation: z.literal('RESET') }),
  'reconcile.run': z.strictObject({ events: count, grossCents: cents }).nullable(),
  'localApi.state': nothing,
  'localApi.accounts': nothing,
  'localApi.addUser': z.strictObject({
    name: z.string().regex(accountName),
    role: z.enum(roles),
    password: plainText(800),
  }),
  'localApi.setUserDisabled': z.strictObject({ name: z.string().regex(accountName), disabled: z.boolean() }),
  'localApi.unlockUser': z.strictObject({ name: z.string().regex(accountName) }),
  'localApi.createKey': z.strictObject({ name: plainText(120).trim().min(1), role: z.enum(roles) }),
  'localApi.revokeKey': z.strictObject({ id: z.string().regex(/^[0-9a-f]{8}$/) }),
  'localApi.audit': z.strictObject({
    words: plainText(100).exactOptional(),
    outcome: z.enum(auditOutcomes).exactOptional(),
    before: z
      .string()
      .regex(/^\d{1,18}$/)
      .exactOptional(),
  }),
  'file.save': z.strictObject({ suggestedName: fileName, content: z.string().max(maxFileCharacters) }),
  'link.open': z.strictObject({ url: z.string().min(1).max(2048) }),
  'folder.open': z.strictObject({ which: z.enum(['data', 'logs']) }),
  'window.fullscreen': z.strictObject({ on: z.boolean() }),
  'diagnostics.report': z.strictObject({
    grossCents: z.string().regex(/^-?\d{1,30}$/),
    events: count,
    firstPaintAt: milliseconds.nullable(),
    firstSaleAt: milliseconds.nullable(),
    produceToRendererMs: percentiles.nullable(),
    frames: z.strictObject({ count, p95Ms: milliseconds, longestTaskMs: milliseconds }),
    versionsWentDown: count,
    liveFrames: count,
  }),
};
