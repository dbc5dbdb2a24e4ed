import { RollupRowCollector, type WireRow } from '../postgres/rollup-rows.ts';
import * as a from '../query/answers-from-rows.ts';
import { createBusinessCalendar } from '../domain/business-day.ts';
export class PostgresRollupReader {
  constructor(private0: any, zone: any) { (this as any).pool = private0; (this as any).zone = zone; }
  async days() { return []; }
  async dayRows(day: string): Promise<any> {
    const m = 'gross_cents, refund_cents, sales, refunds, admits, version';
    const { rows } = await (this as any).pool.query({ text: `
      select 1 as part, business_day::text, theater_id, movie_id, null::float8 as at, ${m}, 0 as partition from rollup_theater_movie where business_day = $1
      union all select 2, business_day::text, theater_id, null, extract(epoch from at)::float8*1000, ${m}, 0 from rollup_theater_quarter where business_day = $1
      union all select 3, business_day::text, null, null, extract(epoch from at)::float8*1000, ${m}, partition from rollup_minute where business_day = $1
      union all select 4, business_day::text, null, null, null, ${m}, partition from rollup_day where business_day = $1`, values: [day], rowMode: 'array', types: { getTypeParser: () => (t: string) => t } });
    const c = new RollupRowCollector(); for (const r of rows as WireRow[]) c.add(r); return c.rows();
  }
  async answer(name: any, p: any): Promise<any> {
    const r = await this.dayRows(p.day); const version = r.days.reduce((s: number, x: any) => s + x.version, 0);
    const cal = createBusinessCalendar({ zone: (this as any).zone(), cutoverHour: 0 });
    const h = (x: number) => cal.hourStart(x);
    const v: any = { theaterMovies: () => a.theaterMoviesOf(r.theaterMovies, p.theaterId), topTheater: () => a.topTheaterOf(a.theaterLeaderboardOf(r.theaterMovies)), theaterLeaderboard: () => a.theaterLeaderboardOf(p.before === undefined ? r.theaterMovies : r.theaterQuarters.filter((x: any) => x.at < p.before)), movieLeaderboard: () => a.movieLeaderboardOf(r.theaterMovies), summary: () => a.summaryOf(r.days), theaterHours: () => a.theaterHoursOf(r.theaterQuarters, h), series: () => p.bucket === 'minute' ? a.seriesOf(r.minutes, (x) => x) : a.seriesOf(r.theaterQuarters.filter((x: any) => p.theaterId === undefined || x.theaterId === p.theaterId), p.bucket === 'hour' ? h : (x) => x) };
    return { value: v[name](), version };
  }
}
