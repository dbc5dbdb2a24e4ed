import { describe, expect, test } from 'vitest';
import { localProfile, profileSchema } from '../../../../../backend/settings/profile.ts';
import {
  changeOf,
  concerns,
  type Draft,
  draftOf,
  emptyDraft,
  errorsOf,
  placeWords,
  profileOf,
} from './profile-draft.ts';

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const staging = {
  ...localProfile,
  id: 'staging',
  name: 'Staging',
  kafka: {
    ...localProfile.kafka,
    brokers: ['kafka-1.example:9093', '[::1]:9093'],
    tls: { enabled: true, ca: `${pem}\n` },
    sasl: { mechanism: 'scram-sha-512' as const, username: 'reelmetrics' },
  },
  redis: { ...localProfile.redis, username: 'default' },
};
const { id: _, ...stagingDraft } = staging;

test('a profile that is typed in is the profile that comes out, and one that main takes', () => {
  const draft = draftOf(stagingDraft);
  expect(errorsOf(draft)).toEqual({});
  expect(profileOf(draft)).toEqual(stagingDraft);
  expect(profileSchema.parse({ ...profileOf(draft), id: 'staging' })).toEqual(staging);
});

test('blanks around, other separators and empty options are taken as they are meant', () => {
  const draft = draftOf(stagingDraft);
  const typed: Draft = {
    ...draft,
    name: ' Staging ',
    kafka: { ...draft.kafka, brokers: 'a:1;b:2\n c:3,', mechanism: 'none', tls: { enabled: false, ca: 'kept' } },
    postgres: { ...draft.postgres, host: ' db ', tls: { enabled: true, ca: '  ' } },
    redis: { ...draft.redis, username: ' ' },
  };
  expect(errorsOf(typed)).toEqual({});
  expect(profileOf(typed)).toMatchObject({
    name: 'Staging',
    kafka: { brokers: ['a:1', 'b:2', 'c:3'], sasl: null, tls: { enabled: false, ca: null } },
    postgres: { host: 'db', tls: { enabled: true, ca: null } },
    redis: { username: null },
  });
});

describe('errors', () => {
  test('of a new profile are the places that nobody has named yet', () => {
    expect(Object.keys(errorsOf(emptyDraft))).toEqual(['kafka.brokers', 'postgres.host', 'redis.host']);
  });

  test.each<[string, (draft: Draft) => Draft, string]>([
    ['name', (draft) => ({ ...draft, name: ' ' }), 'name'],
    ['broker without port', (draft) => ({ ...draft, kafka: { ...draft.kafka, brokers: 'a:1, b' } }), 'kafka.brokers'],
    ['broker port', (draft) => ({ ...draft, kafka: { ...draft.kafka, brokers: 'a:70000' } }), 'kafka.brokers'],
    ['topic', (draft) => ({ ...draft, kafka: { ...draft.kafka, topic: 'ticket sales' } }), 'kafka.topic'],
    ['group', (draft) => ({ ...draft, kafka: { ...draft.kafka, group: '' } }), 'kafka.group'],
    ['SASL user', (draft) => ({ ...draft, kafka: { ...draft.kafka, username: '' } }), 'kafka.username'],
    [
      'certificate',
      (draft) => ({ ...draft, kafka: { ...draft.kafka, tls: { enabled: true, ca: 'MIIB' } } }),
      'kafka.ca',
    ],
    ['host with port', (draft) => ({ ...draft, postgres: { ...draft.postgres, host: 'a/b' } }), 'postgres.host'],
    ['port', (draft) => ({ ...draft, postgres: { ...draft.postgres, port: '5432x' } }), 'postgres.port'],
    ['database', (draft) => ({ ...draft, postgres: { ...draft.postgres, database: '' } }), 'postgres.database'],
    ['user', (draft) => ({ ...draft, postgres: { ...draft.postgres, user: '' } }), 'postgres.user'],
    ['Redis port', (draft) => ({ ...draft, redis: { ...draft.redis, port: '0' } }), 'redis.port'],
    ['Redis database', (draft) => ({ ...draft, redis: { ...draft.redis, database: '1024' } }), 'redis.database'],
    ['key prefix', (draft) => ({ ...draft, redis: { ...draft.redis, keyPrefix: 'a b' } }), 'redis.keyPrefix'],
  ])('stand at the field: %s', (_what, spoil, field) => {
    const spoiled = spoil(draftOf(stagingDraft));
    expect(Object.keys(errorsOf(spoiled))).toEqual([field]);
    // Main would refuse it too: one set of rules.
    expect(profileSchema.safeParse({ ...profileOf(spoiled), id: 'x' }).success).toBe(false);
  });

  test('of one service do not concern another', () => {
    expect(concerns('kafka.ca', 'kafka')).toBe(true);
    expect(concerns('kafka.ca', 'redis')).toBe(false);
    expect(concerns('name', 'redis')).toBe(false);
  });
});

test('a change is told apart from none, and one of the name from one of the connection', () => {
  const draft = draftOf(stagingDraft);
  expect(changeOf(draft, staging)).toBe('none');
  expect(changeOf({ ...draft, name: 'Other' }, staging)).toBe('name');
  expect(changeOf({ ...draft, observeOnly: true }, staging)).toBe('connection');
  expect(changeOf({ ...draft, secrets: { redis: null } }, staging)).toBe('connection');
});

test('a profile is placed by its brokers', () => {
  expect(placeWords(localProfile)).toBe('127.0.0.1:9092');
  expect(placeWords(staging)).toBe('kafka-1.example:9093 and 1 more');
});
