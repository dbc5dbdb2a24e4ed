/** Currency, calendar and catalogue live with the data: every program that opens them follows, whatever it was told. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Measures } from '../domain/measures.ts';
import type { Theater } from '../domain/question.ts';
import { encodeTicketSale, type TicketSaleEvent } from '../domain/ticket-sale.ts';
import type { EventLog } from '../ports/event-log.ts';
import { createRuntime, type DataSource, type Runtime, type RuntimeOptions } from '../runtime.ts';
import { runtimeOptions } from './runtime-conformance.ts';

export interface DataSetUnderTest {
  readonly source: DataSource;
  /** Works on the tables while no runtime is open. */
  change(work: (pool: pg.Pool) => Promise<void>): Promise<void>;
  /** Hands events to the log, as another producer would, while no runtime is open. */
  produce(...events: readonly TicketSaleEvent[]): Promise<void>;
  dispose(): Promise<void>;
}

export function saleOf(over: Partial<TicketSaleEvent> = {}): TicketSaleEvent {
  const now = new Date().toISOString();
  return {
    ...{ v: 1, id: randomUUID(), type: 'sale', theaterId: 1, movieId: 1, showtime: now, channel: 'online' },
    ...{ tickets: 2, amountCents: 2598, currency: 'USD', soldAt: now },
    ...over,
  } as TicketSaleEvent;
}

export async function appendTo(log: EventLog, events: readonly TicketSaleEvent[]): Promise<void> {
  await log.append(events.map((event) => ({ key: String(event.theaterId), value: encodeTicketSale(event) })));
}

export function describeDataSet(name: string, open: () => Promise<DataSetUnderTest>): void {
  describe(`the data set on ${name}`, () => {
    let data: DataSetUnderTest;
    let runtime: Runtime | undefined;

    const start = async (options: Partial<RuntimeOptions> = {}): Promise<Runtime> => {
      await runtime?.close();
      runtime = undefined;
      runtime = await createRuntime({ ...runtimeOptions, ...options, source: data.source });
      return runtime;
    };
    const stop = async () => {
      await runtime?.close();
      runtime = undefined;
    };
    /** Starts it when these events are in the log, and waits until they are stored. */
    const startWith = async (events: readonly TicketSaleEvent[], options: Partial<RuntimeOptions> = {}) => {
      await stop();
      await data.produce(...events);
      const started = await start(options);
      await started.drain();
      return started;
    };
    const reasons = async (of: Runtime) =>
      (await of.deadLetters({ limit: 10, resent: false })).rows.map(({ reason }) => reason);
    const theatersOf = async (of: Runtime) =>
      Promise.all(
        (['sql', 'materialized'] as const).map(
          async (backend) => (await of.ask(backend, { name: 'theaters', params: {} })).value as readonly Theater[],
        ),
      );

    beforeEach(async () => {
      data = await open();
    });
    afterEach(async () => {
      await stop();
      await data.dispose();
    });

    it('keeps the currency and the calendar it was made with, whatever the next program is told', async () => {
      const first = await start({ currency: 'EUR', calendar: { zone: 'Europe/Berlin', cutoverHour: 6 } });
      expect(first.status()).toMatchObject({ currency: 'EUR', zone: 'Europe/Berlin', cutoverHour: 6 });
      const told = { currency: 'USD', calendar: { zone: 'Pacific/Kiritimati', cutoverHour: 0 } };
      const next = await startWith([saleOf({ currency: 'EUR' }), saleOf({ currency: 'USD' })], told);
      expect(next.status()).toMatchObject({ currency: 'EUR', zone: 'Europe/Berlin', cutoverHour: 6 });
      expect(await reasons(next)).toEqual(['wrong_currency']);
      expect(next.live.snapshot().ledger).toEqual({ events: 1, grossCents: 2598n });
    });

    it('takes a required currency while it holds no sales, and refuses another one afterwards', async () => {
      await start();
      const yen = await startWith([saleOf({ currency: 'JPY' })], { requiredCurrency: 'JPY' });
      expect(yen.currency()).toBe('JPY');
      await expect(yen.changeCurrency('EUR')).rejects.toMatchObject({
        code: 'bad_settings',
        message: 'This data is in JPY, and sales are stored: not EUR.',
      });
      await stop();
      await expect(start({ requiredCurrency: 'EUR' })).rejects.toMatchObject({ code: 'bad_settings' });
      expect((await start({ requiredCurrency: 'JPY' })).currency()).toBe('JPY');
    });

    it('sells in the new currency at once when it is changed before the first sale', async () => {
      const changed = await start();
      await expect(changed.changeCurrency('EURO')).rejects.toMatchObject({ code: 'bad_settings' });
      await changed.changeCurrency('EUR');
      changed.simulator.start();
      await expect.poll(() => changed.live.snapshot().ledger.events, { timeout: 60_000 }).toBeGreaterThan(0);
      await changed.simulator.stop();
      await changed.drain();
      expect(await reasons(changed)).toEqual([]);
    });

    it('is opened with another calendar where its own is not known here, and with none it says so', async () => {
      await start();
      await stop();
      await data.change(async (pool) => void (await pool.query("update calendar set zone = 'America/Nowhere'")));
      await expect(start()).rejects.toMatchObject({
        code: 'bad_settings',
        message: expect.stringContaining('America/Nowhere'),
      });
      const mended = await start({ insteadOfUnknown: { zone: 'America/New_York', cutoverHour: 6 } });
      expect(mended.status()).toMatchObject({ zone: 'America/New_York', cutoverHour: 6 });
      expect((await start()).status().zone).toBe('America/New_York');
    });

    it('has the names of its tables over a restart, and counts sales of theatres that only they hold', async () => {
      await start();
      await stop();
      await data.change(async (pool) => {
        await pool.query("update theater set name = 'Rio', seats = 99 where id = 1");
        await pool.query("update movie set title = 'Metropolis' where id = 1");
        await pool.query("insert into theater values (4711, 'Roxy', 'Bonn', 2, 150, 4)");
        await pool.query("insert into movie values (815, 'Nosferatu')");
      });
      await start();
      const again = await start();
      expect(again.catalogue.movies.find(({ id }) => id === 1)?.title).toBe('Metropolis');
      for (const theaters of await theatersOf(again)) {
        expect(theaters).toHaveLength(41);
        expect(theaters[0]).toMatchObject({ id: 1, name: 'Rio', seats: 99 });
        expect(theaters.at(-1)).toEqual({
          ...{ id: 4711, name: 'Roxy', city: 'Bonn', screens: 2, seats: 150, showingsPerScreen: 4 },
        });
      }
      const counting = await startWith([saleOf({ theaterId: 4711, movieId: 815 }), saleOf({ theaterId: 4712 })]);
      expect(await reasons(counting)).toEqual(['unknown_theater']);
      const params = { day: counting.businessDay(), theaterId: 4711 };
      for (const backend of ['sql', 'materialized'] as const) {
        const { value } = await counting.ask(backend, { name: 'theaterMovies', params });
        expect(value).toMatchObject([{ movieId: 815, measures: { grossCents: 2598n } satisfies Partial<Measures> }]);
      }
    });

    it("leaves the user's catalogue alone, and the simulator sells the user's tickets", async () => {
      await start();
      await stop();
      await data.change(async (pool) => {
        await pool.query('delete from theater');
        await pool.query('delete from movie');
        await pool.query("insert into theater values (7, 'Roxy', 'Bonn', 2, null, 4)");
        await pool.query("insert into movie values (9, 'Nosferatu')");
      });
      const own = await start();
      expect(own.catalogue.theaters.map(({ name: theater }) => theater)).toEqual(['Roxy']);
      own.simulator.start();
      await expect.poll(() => own.live.snapshot().ledger.events, { timeout: 60_000 }).toBeGreaterThan(0);
      await own.simulator.stop();
      await own.drain();
      expect(await reasons(own)).toEqual([]);
      expect(new Set((await own.recentSales({ limit: 50 })).map(({ theaterId }) => theaterId))).toEqual(new Set([7]));
    });
  });
}
