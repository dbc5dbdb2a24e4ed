/** What lists of dead letters and sending them again must do on any PostgreSQL, with the real consumer and log. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedriveReport, RedriveRequest } from '../domain/dead-letters.ts';
import { redrive } from '../ingest/redrive.ts';
import type { LogMessage } from '../ports/event-log.ts';
import { PostgresDeadLetters } from '../postgres/dead-letters.ts';
import { decode, type IngestFixture, saleMessage } from './ingest-fixture.ts';
import { TOPIC } from './store-fixture.ts';

const now = () => Date.UTC(2026, 10, 23);
const yesterday = () => Date.UTC(2026, 10, 20);

/** Sold later than `yesterday` allows, and valid by now. */
const tooEarly = (index: number) => saleMessage(index);
const broken: LogMessage = { key: 'till 7', value: Buffer.from([0x7b, 0xff, 0x00, 0x7d]) };

export function describeDeadLetters(name: string, openFixture: () => Promise<IngestFixture>): void {
  describe(`dead letters on ${name}`, () => {
    let fixture: IngestFixture;
    let letters: PostgresDeadLetters;

    beforeAll(async () => {
      fixture = await openFixture();
      letters = new PostgresDeadLetters(fixture.pool, TOPIC);
    });
    beforeEach(() => fixture.empty());
    afterAll(() => fixture.close());

    /** Stores these messages by the rules of a moment before the sales. */
    async function consume(messages: readonly LogMessage[], rules = yesterday): Promise<void> {
      const { consumer } = fixture.start({ decode: (value) => decode(value, rules()) });
      await fixture.log.append(messages);
      await consumer.drained();
      await consumer.stop();
    }

    function send(request: Partial<RedriveRequest> = {}, source = letters): Promise<RedriveReport> {
      const parts = { letters: source, log: fixture.log, decode, now };
      return redrive(parts, { dryRun: false, selection: 'all', ...request });
    }

    async function consumeAgain(): Promise<void> {
      await consume([], now);
      expect((await fixture.check()).problems).toEqual({ I2: [], I3: [], I4: [] });
    }

    it('are listed newest first with key, bytes, reason and detail', async () => {
      await consume([broken]);
      await consume([tooEarly(3)]);
      const page = await letters.list({ resent: false, limit: 10 });
      expect(page).toMatchObject({
        next: null,
        waiting: 2,
        resent: 0,
        byReason: [
          { reason: 'bad_json', count: 1 },
          { reason: 'sold_in_future', count: 1 },
        ],
      });
      const [first, second] = page.rows;
      expect(first).toMatchObject({ topic: TOPIC, reason: 'sold_in_future', key: tooEarly(3).key, resentAt: null });
      expect(first?.id).toBe(`${first?.partition}:${first?.offset}`);
      expect(second).toMatchObject({ key: 'till 7', reason: 'bad_json', size: 4, raw: 'e/8AfQ==' });
      expect(second?.at).toBeLessThanOrEqual(first?.at ?? 0);
    });

    it('come in pages without a gap or a repetition, also those of one batch, and by reason', async () => {
      await consume([...Array.from({ length: 40 }, (_, index) => tooEarly(index)), broken, broken]);
      const seen: string[] = [];
      let before: string | undefined;
      do {
        const page = await letters.list({ resent: false, limit: 9, ...(before === undefined ? {} : { before }) });
        seen.push(...page.rows.map(({ id }) => id));
        before = page.next ?? undefined;
      } while (before !== undefined);
      expect(new Set(seen).size).toBe(42);
      expect(seen).toHaveLength(42);
      const bad = await letters.list({ resent: false, limit: 9, reason: 'bad_json' });
      expect(bad.rows.map(({ reason }) => reason)).toEqual(['bad_json', 'bad_json']);
      expect(bad.waiting).toBe(42);
      await expect(letters.list({ resent: false, limit: 9, before: 'nowhere' })).rejects.toMatchObject({
        code: 'bad_request',
      });
    });

    it('carry the first bytes of a long message, and its size', async () => {
      await consume([{ key: '1', value: Buffer.alloc(10_000, 'x') }]);
      const [row] = (await letters.list({ resent: false, limit: 1 })).rows;
      expect(Buffer.from(row?.raw ?? '', 'base64').toString()).toBe('x'.repeat(4096));
      expect(row?.size).toBe(10_000);
    });

    it('are told by a dry run what would happen to them, and nothing happens', async () => {
      await consume([tooEarly(1), tooEarly(2), broken]);
      await consume([tooEarly(2)], now);
      const before = await fixture.check();
      expect(await send({ dryRun: true })).toEqual({
        dryRun: true,
        checked: 3,
        valid: 2,
        alreadyStored: 1,
        refusedBefore: 0,
        stillBad: 1,
        stillBadRows: [{ id: expect.any(String), reason: 'bad_json', detail: expect.any(String) }],
        sent: 0,
      });
      expect(await fixture.check()).toEqual(before);
      expect(await letters.list({ resent: true, limit: 9 })).toMatchObject({ rows: [], waiting: 3, resent: 0 });
    });

    it('that are valid by now are sent again with their key and bytes, counted once, and marked', async () => {
      await consume([...Array.from({ length: 250 }, (_, index) => tooEarly(index)), broken]);
      expect(await send()).toMatchObject({ checked: 251, valid: 250, stillBad: 1, sent: 250 });
      expect(await letters.list({ resent: false, limit: 9 })).toMatchObject({ waiting: 1, resent: 250 });
      const [row] = (await letters.list({ resent: true, limit: 9 })).rows;
      expect(row?.resentAt).toBeGreaterThan(Date.now() - 60_000);
      await consumeAgain();
      expect(await fixture.check()).toMatchObject({ produced: 501, stored: 250, deadLettered: 251, inFlight: 0 });
      // A key leads to its partition: the second sending is where the first was.
      const perPartition = (table: string) =>
        fixture.rows(`select partition, count(*) as count from ${table} group by partition order by partition`);
      expect(await perPartition('(select log_partition as partition from sale) s')).toEqual(
        await perPartition('dead_letter where resent_at is not null'),
      );
    });

    it('are chosen by id or by reason', async () => {
      await consume([tooEarly(1), tooEarly(2), tooEarly(3), broken]);
      const { rows } = await letters.list({ resent: false, limit: 9, reason: 'sold_in_future' });
      const chosen = rows.slice(0, 1).map(({ id }) => id);
      expect(await send({ selection: [...chosen, '0:999999'] })).toMatchObject({ checked: 1, sent: 1 });
      expect(await send({ reason: 'bad_json' })).toMatchObject({ checked: 1, stillBad: 1, sent: 0 });
      expect(await send({ reason: 'sold_in_future' })).toMatchObject({ checked: 2, sent: 2 });
      await expect(send({ selection: ['1:2:3'] })).rejects.toMatchObject({ code: 'bad_request' });
    });

    it('of which the program died between sending and marking are sent again without harm', async () => {
      await consume([tooEarly(1), tooEarly(2)]);
      const dying = Object.assign(new PostgresDeadLetters(fixture.pool, TOPIC), {
        markResent: () => Promise.reject(new Error('killed')),
      });
      await expect(send({}, dying)).rejects.toThrow('killed');
      expect(await letters.list({ resent: false, limit: 9 })).toMatchObject({ waiting: 2, resent: 0 });
      expect(await send({})).toMatchObject({ sent: 2 });
      await consumeAgain();
      expect(await fixture.check()).toMatchObject({ produced: 6, stored: 2, duplicates: 2, deadLettered: 2 });
    });

    it('are sent again with key, headers and value as the bytes that came', async () => {
      const { value } = tooEarly(4);
      const messages: LogMessage[] = [
        { key: Buffer.from([0xff, 0x00, 0x80]), value, headers: [{ name: 'trace', value: Buffer.from([0xc0, 0x00]) }] },
        {
          key: Buffer.from('ключ'),
          value,
          headers: [
            { name: 'a', value: Buffer.from('1') },
            { name: 'a', value: Buffer.alloc(0) },
          ],
        },
        { key: null, value },
        { key: Buffer.alloc(0), value },
      ];
      await consume(messages);
      const sent: LogMessage[] = [];
      const log = { append: async (page: readonly LogMessage[]) => void sent.push(...page) };
      await redrive({ letters, log, decode, now }, { dryRun: false, selection: 'all' });
      const told = ({ key, headers = [], value: bytes }: LogMessage) =>
        JSON.stringify([
          key === null ? null : Buffer.from(key).toString('hex'),
          headers.map((header) => [header.name, Buffer.from(header.value ?? []).toString('hex')]),
          Buffer.from(bytes).toString('hex'),
        ]);
      expect(sent.map(told).sort()).toEqual(messages.map(told).sort());

      const { rows } = await letters.list({ resent: true, limit: 9 });
      expect(new Set(rows.map(({ key }) => key))).toEqual(new Set(['0xff0080', 'ключ', null, '']));
      expect(rows.find(({ key }) => key === '0xff0080')).toMatchObject({
        headers: [{ name: 'trace', value: '0xc000' }],
        headerCount: 1,
      });
    });

    it('with long keys and many headers are cut in lists, not in what is sent', async () => {
      const headers = Array.from({ length: 500 }, (_, index) => ({ name: `h${index}`, value: Buffer.alloc(10, 'v') }));
      await consume([{ key: Buffer.alloc(200_000, 'k'), value: tooEarly(1).value, headers }]);
      const [row] = (await letters.list({ resent: false, limit: 1 })).rows;
      expect(row).toMatchObject({ key: `${'k'.repeat(128)}... (200000 bytes)`, headers: [], headerCount: 500 });
      const [kept] = await letters.byId([row!.id]);
      expect(kept?.key?.byteLength).toBe(200_000);
      expect(kept?.headers).toHaveLength(500);
    });

    it('are read and sent by bytes, not only by number: large ones do not come all at once', async () => {
      const note = 'x'.repeat(900_000);
      const large = (index: number): LogMessage => {
        const { key, value } = tooEarly(index);
        const text = Buffer.from(value).toString().replace('{', `{"note":"${note}",`);
        return { key, value: Buffer.from(text) };
      };
      await consume(Array.from({ length: 12 }, (_, index) => large(index)));
      const pages: number[] = [];
      const reading = Object.assign(new PostgresDeadLetters(fixture.pool, TOPIC), {
        byId: async (ids: readonly string[]) => {
          pages.push(ids.length);
          return letters.byId(ids);
        },
      });
      expect(await send({ dryRun: true }, reading)).toMatchObject({ checked: 12, valid: 12 });
      expect(pages).toEqual([4, 4, 4]);
      const { rows } = await letters.list({ resent: false, limit: 12 });
      pages.length = 0;
      expect(await send({ selection: rows.map(({ id }) => id) }, reading)).toMatchObject({ sent: 12 });
      expect(pages).toEqual([4, 4, 4]);
    });
  });
}
