import { VisuallyHidden } from '@mantine/core';
import { Globe, Handshake, type LucideIcon, MonitorSmartphone, Store, Undo2 } from 'lucide-react';
import { type CSSProperties, memo, type ReactNode } from 'react';
import type { Channel, SaleLine } from '../../../../backend/domain/ticket-sale.ts';
import { useLiveAsOf } from '../../store/as-of.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { Amount, useAmounts } from '../../ui/amount.tsx';
import { Card } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import tables from '../../ui/table.module.css';
import { clockWords, countWords, dateWords, minuteWords, preciseClockWords } from '../../ui/time-words.ts';
import { saleRowHeight } from './layout.ts';
import classes from './live.module.css';
import { useHeld } from './use-held.ts';

const channelLooks: Readonly<Record<Channel, { readonly icon: LucideIcon; readonly word: string }>> = {
  online: { icon: Globe, word: 'Online' },
  box_office: { icon: Store, word: 'Box office' },
  kiosk: { icon: MonitorSmartphone, word: 'Kiosk' },
  partner: { icon: Handshake, word: 'Partner' },
};

const none: readonly SaleLine[] = [];
/** Characters of an amount for which there is always room. */
const leastAmount = 9;

interface SalesCardProps {
  /** Rows that fit; the rest is reached by scrolling, and the list is cut between rows. */
  readonly rows: number;
  /** Whether the picture follows the sales; when not, the head says as of when it is. */
  readonly live: boolean;
  /** Instead of the list: why there is nothing. */
  readonly empty: ReactNode | null;
}

/**
 * The last 50 sales and refunds, newest first. They stand still under the pointer and the focus, and only then are all
 * of them drawn: four times a second, those that cannot be seen would take most of a frame.
 */
export function SalesCard({ rows, live, empty }: SalesCardProps) {
  const recent = useConsole((state) => state.live?.recent ?? none);
  const loading = useConsole((state) => state.live === null);
  const asOf = useLiveAsOf();
  const at = live ? null : asOf;
  const zone = useConsole(zoneOf);
  const { shown, held, handlers } = useHeld(recent);
  const newer = held ? newerThan(recent, shown) : 0;
  const listed = held ? shown : shown.slice(0, rows);
  const amounts = useAmounts();
  const longest = Math.max(leastAmount, ...listed.map((sale) => amounts.exact(sale.kind * sale.amountCents).length));
  const note =
    at !== null
      ? `as of ${clockWords(at, zone)}`
      : held
        ? `held, ${newer === 50 ? '50+' : newer} newer`
        : 'newest first';
  return (
    <Card title="Last 50 sales" note={note} className={classes.sales ?? ''}>
      {empty ??
        (loading ? (
          <SkeletonRows rows={rows + 1} rowHeight={saleRowHeight} />
        ) : (
          <section
            className={classes.salesScroll}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region has to be reached by the keyboard.
            tabIndex={0}
            aria-label="Sales, newest first"
            {...handlers}
            style={{ height: 29 + rows * saleRowHeight }}
          >
            <table
              className={`${tables.table} ${tables.compact} ${classes.salesTable}`}
              style={{ '--amount-characters': longest } as CSSProperties}
            >
              <thead>
                <tr>
                  <th scope="col" className={classes.soldAt}>
                    Sold at
                  </th>
                  <th scope="col" className={classes.house}>
                    Theatre
                  </th>
                  <th scope="col">Movie</th>
                  <th scope="col" className={classes.kind}>
                    <VisuallyHidden>Kind</VisuallyHidden>
                  </th>
                  <th scope="col" className={classes.showtime}>
                    Showtime
                  </th>
                  <th scope="col" className={classes.channel}>
                    <span>Channel</span>
                  </th>
                  <th scope="col" className={`${tables.figure} ${classes.tickets}`}>
                    Tickets
                  </th>
                  <th scope="col" className={`${tables.figure} ${classes.amount}`}>
                    Amount
                  </th>
                </tr>
              </thead>
              <tbody>
                {listed.map((sale, place) => (
                  // Keyed by place: at a thousand sales a second it is far cheaper to rewrite texts than to make rows.
                  // biome-ignore lint/suspicious/noArrayIndexKey: see above; rows hold no state.
                  <SaleRow key={place} sale={sale} zone={zone} />
                ))}
              </tbody>
            </table>
          </section>
        ))}
    </Card>
  );
}

/** The time of a sale of today; of any other business day the date, too. */
function soldAtWords({ soldAt, businessDay }: SaleLine, today: string | null, zone: string): string {
  if (businessDay === today) return preciseClockWords(soldAt, zone);
  return `${dateWords(soldAt, zone)} ${minuteWords(soldAt, zone)}`;
}

const SaleRow = memo(function SaleRow({ sale, zone }: { readonly sale: SaleLine; readonly zone: string }) {
  const theater = useConsole((state) => state.catalogue?.theaters.get(sale.theaterId)?.name);
  const movie = useConsole((state) => state.catalogue?.movies.get(sale.movieId)?.title);
  const today = useConsole((state) => state.live?.day ?? null);
  const { icon, word } = channelLooks[sale.channel];
  const refund = sale.kind === -1;
  return (
    <tr>
      <td className={tables.mono}>{soldAtWords(sale, today, zone)}</td>
      <td className={tables.name} title={theater}>
        {theater ?? `Theatre ${sale.theaterId}`}
      </td>
      <td title={movie}>{movie ?? `Movie ${sale.movieId}`}</td>
      <td className={classes.kind}>
        {refund ? (
          <span className={classes.refund}>
            <Icon of={Undo2} size={12} /> Refund
          </span>
        ) : null}
      </td>
      <td>{minuteWords(sale.showtime, zone)}</td>
      <td title={word}>
        <Icon of={icon} size={13} className={classes.channelIcon} />
        <span className={classes.channelWord}>{word}</span>
      </td>
      <td className={`${tables.figure} ${classes.plain}`}>{countWords(sale.kind * sale.tickets)}</td>
      <td className={`${tables.figure} ${classes.plain}`}>
        <Amount cents={sale.kind * sale.amountCents} />
      </td>
    </tr>
  );
});

/** How many of the newest are not among the shown; 50 when all are new. */
function newerThan(recent: readonly SaleLine[], shown: readonly SaleLine[]): number {
  const first = shown[0]?.id;
  const index = recent.findIndex((sale) => sale.id === first);
  return index === -1 ? recent.length : index;
}
