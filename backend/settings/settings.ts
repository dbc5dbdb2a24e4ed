import { z } from 'zod';
import { isZone } from '../domain/business-day.ts';
import { connectionLimits } from '../domain/connection.ts';
import { isCurrency } from '../domain/money.ts';
import { profileSchema } from './profile.ts';
import { isReservedId } from './profiles.ts';

const port = z.int().min(1024).max(65_535);

const profiles = z
  .array(profileSchema)
  .max(connectionLimits.profiles)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'two profiles have the same id')
  .refine((list) => !list.some(({ id }) => isReservedId(id)), 'a profile has the id of a built-in source');

/** Settings as kept on disk and as the window sees them. One type per version; see upgrade.ts. */
export const settingsSchema = z.strictObject({
  version: z.literal(2),
  /** 'embedded', or the id of a profile; null until the first-run choice was made. */
  dataSource: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
    .nullable(),
  /** Made by the user; "Local services" is built in. Passwords are kept elsewhere. */
  profiles,
  theme: z.enum(['light', 'dark', 'system']),
  startScreen: z.enum(['live', 'theatres', 'pipeline', 'simulator', 'settings']),
  backend: z.enum(['sql', 'materialized']),
  /** Whether the other backend may answer when the chosen one fails. */
  fallback: z.boolean(),
  /** Of data made from now on: an IANA zone name; 'host' is the computer's. Data that are there have their own. */
  zone: z
    .string()
    .min(1)
    .max(64)
    .refine((name) => name === 'host' || isZone(name), 'not a time zone'),
  cutoverHour: z.int().min(0).max(23),
  /** ISO 4217 code, of data made from now on. */
  currency: z.string().refine(isCurrency, 'not the code of a currency'),
  /** Live ticks per second. */
  tickRate: z.int().min(1).max(4),
  railCollapsed: z.boolean(),
  /** The interface over HTTP: nothing listens while it is off. On this computer only. */
  localApi: z.strictObject({
    enabled: z.boolean(),
    sqlPort: port,
    materializedPort: port,
    /** Off: every program of this computer may read and operate it. */
    signIn: z.boolean(),
  }),
  simulator: z.strictObject({
    rate: z.number().min(0.1).max(5000),
    seed: z.int().min(0).max(0xffffffff),
    scenario: z.enum(['weekday', 'premiere', 'flash-sale', 'refund-storm', 'midnight']),
    faults: z.strictObject({
      duplicates: z.number().min(0).max(0.5),
      late: z.number().min(0).max(0.5),
      outOfOrder: z.number().min(0).max(0.5),
      malformed: z.number().min(0).max(0.5),
    }),
  }),
});

export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = {
  version: 2,
  dataSource: null,
  profiles: [],
  theme: 'system',
  startScreen: 'live',
  backend: 'materialized',
  fallback: true,
  zone: 'host',
  cutoverHour: 0,
  currency: 'USD',
  tickRate: 4,
  railCollapsed: false,
  localApi: { enabled: false, sqlPort: 8001, materializedPort: 8002, signIn: true },
  simulator: {
    rate: 2,
    seed: 4217,
    scenario: 'weekday',
    faults: { duplicates: 0, late: 0, outOfOrder: 0, malformed: 0 },
  },
};
