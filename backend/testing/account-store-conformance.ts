/** What users, locks, sessions and the audit trail must do on any database. */
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, type AuditRecord, locksAt } from '../domain/account.ts';
import type { LockPolicy, SessionTokens } from '../ports/account-store.ts';
import { PostgresAccountStore } from '../postgres/account-store.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const policy: LockPolicy = {
  ...{ free: 3, firstMs: minute, mostMs: 15 * minute, mostKnownMs: minute, forgetMs: day },
  ...{ unknownFree: 6, unknownWindowMs: 60 * minute, unknownLockMs: 15 * minute, knownMs: 90 * day },
};
const start = Date.parse('2026-11-22T18:00:00Z');
const home = '203.0.113.7';
const guesser = '198.51.100.9';

export function describeAccountStore(
  name: string,
  /** Without any migration. */
  openDatabase: () => Promise<{ readonly pool: pg.Pool; close(): Promise<void> }>,
): void {
  describe(`accounts on ${name}`, () => {
    let database: Awaited<ReturnType<typeof openDatabase>>;
    let store: PostgresAccountStore;
    let made = 0;

    const newTokens = (now: number): SessionTokens => {
      made += 1;
      const hash = (kind: string) => Buffer.from(`${kind}${made}`);
      return {
        ...{ accessHash: hash('a'), accessUntil: now + 10 * minute },
        ...{ refreshHash: hash('r'), refreshUntil: now + 14 * day },
      };
    };
    const addUser = async (user: string) => {
      await store.addUser({ name: user, role: 'viewer', passwordHash: 'hash' });
      const found = await store.findUser(user);
      if (found === null) throw new Error('no user');
      return {
        fail: async (network: string, now: number, times = 1) => {
          for (let each = 0; each < times; each += 1) await store.noteFailure(user, network, now, policy);
        },
        signIn: (network: string, now: number) => store.openSession(found, network, newTokens(now), now),
      };
    };

    beforeAll(async () => {
      database = await openDatabase();
      const older = coreMigrations.migrations.findIndex(({ name: words }) => words.startsWith('sign-ins by network'));
      await migrate(database.pool, { ...coreMigrations, migrations: coreMigrations.migrations.slice(0, older) });
      // As the version before has written them.
      await database.pool.query(
        "insert into api_user (name, role, password_hash, failures, locked_until) values ('eve', 'viewer', 'hash', 4, now() + interval '1 day')",
      );
      await database.pool.query(
        "insert into api_audit (actor, action, detail) values ('ada', 'simulator.start', '50'), ('unknown', 'sign-in.refused', 'locked')",
      );
      await migrate(database.pool, coreMigrations);
      store = new PostgresAccountStore(database.pool);
    });
    afterAll(() => database?.close());

    it('keeps what the version before has written, and says that it is from before', async () => {
      const trail = await store.auditTrail({ limit: 10, kind: 'earlier' });
      expect(trail.map(({ actor, action, outcome, detail }) => [actor.name, action, outcome, detail])).toEqual([
        ['unknown', 'sign-in.refused', 'refused', 'locked'],
        ['ada', 'simulator.start', 'done', '50'],
      ]);
      expect((await store.users()).map((user) => [user.name, user.locks])).toEqual([['eve', []]]);
    });

    it('locks the network that guesses, longer each time, and no other', async () => {
      const ann = await addUser('ann');
      await ann.fail(guesser, start, 2);
      expect(await store.isLocked('ann', guesser, start)).toBe(false);
      await ann.fail(guesser, start);
      expect(await store.isLocked('ann', guesser, start + minute - 1)).toBe(true);
      expect(await store.isLocked('ann', guesser, start + minute)).toBe(false);
      await ann.fail(guesser, start + minute);
      expect(await store.isLocked('ann', guesser, start + 3 * minute - 1)).toBe(true);
      expect(await store.isLocked('ann', home, start)).toBe(false);
      expect(await ann.signIn(guesser, start + minute + 1)).toBe(false);
      expect(await ann.signIn(home, start)).toBe(true);
      const [found] = (await store.users()).filter((user) => user.name === 'ann');
      expect(found && locksAt(found, start + minute + 1)).toEqual([
        { network: guesser, since: start + minute, until: start + 3 * minute },
      ]);
      expect(await store.unlock('ann')).toBe(true);
      expect(await store.isLocked('ann', guesser, start + minute + 1)).toBe(false);
      expect(await store.unlock('nobody')).toBe(false);
    });

    it('keeps out unknown networks after many guesses from many, and never one with a sign-in before', async () => {
      const ben = await addUser('ben');
      expect(await ben.signIn(home, start)).toBe(true);
      for (let each = 0; each < policy.unknownFree; each += 1) await ben.fail(`2001:db8:0:${each}::/64`, start);
      expect(await store.isLocked('ben', '192.0.2.1', start)).toBe(true);
      expect(await ben.signIn('192.0.2.1', start)).toBe(false);
      expect(await ben.signIn(home, start)).toBe(true);
      expect(await store.isLocked('ben', '192.0.2.1', start + policy.unknownLockMs)).toBe(false);
    });

    it('makes a known network wait no longer than its most, for its own wrong passwords', async () => {
      const cleo = await addUser('cleo');
      await cleo.signIn(home, start);
      await cleo.fail(home, start, 12);
      expect(await store.isLocked('cleo', home, start + policy.mostKnownMs - 1)).toBe(true);
      expect(await cleo.signIn(home, start + policy.mostKnownMs)).toBe(true);
    });

    it('counts guesses that come at once', async () => {
      const dora = await addUser('dora');
      await Promise.all([1, 2, 3].map(() => dora.fail(guesser, start)));
      expect(await dora.signIn(guesser, start)).toBe(false);
    });

    it('holds no lock that a clock of the future has made', async () => {
      const emma = await addUser('emma');
      await emma.fail(guesser, start + 365 * day, 5);
      expect(await store.isLocked('emma', guesser, start)).toBe(false);
    });

    it('ends a session however often it is refreshed', async () => {
      const finn = await addUser('finn');
      await finn.signIn(home, start);
      let refresh = Buffer.from(`r${made}`);
      const longest = 30 * day;
      for (let now = start + 10 * day; now < start + longest; now += 10 * day) {
        const next = newTokens(now);
        expect(await store.rotate(refresh, next, now, longest)).toMatchObject({ kind: 'rotated' });
        refresh = Buffer.from(next.refreshHash);
      }
      expect(await store.rotate(refresh, newTokens(start), start + longest - 1, longest)).toMatchObject({
        kind: 'rotated',
      });
      const last = Buffer.from(`a${made}`);
      expect((await store.findAccess(last, start))?.until).toBeLessThanOrEqual(start + longest);
      expect(await store.rotate(Buffer.from(`r${made}`), newTokens(start), start + longest, longest)).toEqual({
        kind: 'unknown',
      });
    });

    const actor: Actor = { kind: 'user', name: 'ada', id: null, address: home };
    const entry: AuditRecord = { actor, action: 'data.rebuild', target: '', outcome: 'done', detail: '' };

    it('tells a key from a user of the same name, and finds entries by what they say', async () => {
      await store.audit({ ...entry, action: 'simulator.start' });
      await store.audit({
        ...entry,
        actor: { kind: 'key', name: 'ada', id: '0badcafe', address: home },
        action: 'simulator.start',
      });
      const [key, user] = await store.auditTrail({ limit: 2, action: 'simulator.start' });
      expect([key?.actor, user?.actor]).toEqual([
        { kind: 'key', name: 'ada', id: '0badcafe', address: home },
        { kind: 'user', name: 'ada', id: null, address: home },
      ]);
      expect(await store.auditTrail({ limit: 9, words: 'BADCAFE' })).toHaveLength(1);
      expect(await store.auditTrail({ limit: 9, kind: 'user', words: 'simulator' })).toHaveLength(1);
      expect(await store.auditTrail({ limit: 9, words: '%' })).toEqual([]);
      expect((await store.auditTrail({ limit: 1, before: key?.id ?? '' }))[0]?.id).toBe(user?.id);
    });

    it('counts the same refusal, and writes what was done each time', async () => {
      const refused: AuditRecord = { ...entry, action: 'data.reset', outcome: 'refused' };
      for (let each = 0; each < 5; each += 1) await store.audit(refused);
      await store.audit({ ...refused, target: 'another' });
      expect((await store.auditTrail({ limit: 9, action: 'data.reset' })).map(({ times }) => times)).toEqual([1, 5]);
      for (let each = 0; each < 3; each += 1) await store.audit(entry);
      expect(await store.auditTrail({ limit: 9, action: 'data.rebuild' })).toHaveLength(3);
    });

    it('keeps refusals of people who are not signed in to a number, and none of the others gives way', {
      timeout: 120_000,
    }, async () => {
      await database.pool.query(
        "insert into api_audit (actor, actor_kind, action, detail, outcome) select '', 'anonymous', 'request', i::text, 'refused' from generate_series(1, 6000) as i",
      );
      for (let each = 0; each < 100; each += 1) {
        const anonymous: Actor = { kind: 'anonymous', name: '', id: null, address: `10.0.0.${each}` };
        await store.audit({ ...entry, actor: anonymous, action: 'request', outcome: 'refused' });
      }
      const { rows } = await database.pool.query(
        "select count(*) filter (where actor_kind = 'anonymous')::integer as anonymous, count(*) filter (where action = 'data.rebuild')::integer as kept from api_audit",
      );
      expect(rows[0]).toEqual({ anonymous: 5000, kept: 3 });
    });
  });
}
