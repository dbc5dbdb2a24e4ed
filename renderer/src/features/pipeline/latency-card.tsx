import { VisuallyHidden } from '@mantine/core';
import type { Percentiles } from '../../../../backend/domain/live.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import tables from '../../ui/table.module.css';
import { msWords, placeOf, scaleTicks } from './latency-words.ts';
import classes from './pipeline.module.css';

interface Stage {
  readonly name: string;
  readonly latency: Percentiles | null;
}

/** How long each stage takes, over the last minute. */
export function LatencyCard({ tickLatency }: { readonly tickLatency: Percentiles | null }) {
  const latencies = useConsole((state) => state.status?.latencies ?? null);
  const backend = useConsole((state) => state.status?.backend ?? 'sql');
  const query = useConsole((state) => state.status?.flows.queries[backend].latency ?? null);
  return (
    <Card
      title="Latency per stage"
      note="last minute"
      className={classes.latency ?? ''}
      foot={
        <>
          <span className={classes.key}>
            <i data-mark="p50" /> p50 <i data-mark="p95" /> p95 <i data-mark="p99" /> p99
          </span>
          <span>log scale, bars run p50 to p99</span>
        </>
      }
    >
      {latencies === null ? (
        <SkeletonRows rows={6} rowHeight={24} />
      ) : (
        <LatencyTable
          stages={[
            { name: 'Topic \u2192 consumer', latency: latencies.waited },
            { name: 'Decode and check', latency: latencies.decoded },
            { name: 'PostgreSQL batch', latency: latencies.written },
            { name: 'Sold \u2192 stored', latency: latencies.stored },
            { name: 'Project to read model', latency: latencies.projected },
            { name: `Query (${backend})`, latency: query },
            { name: 'Tick to window', latency: tickLatency },
          ]}
        />
      )}
    </Card>
  );
}

function LatencyTable({ stages }: { readonly stages: readonly Stage[] }) {
  return (
    <table className={`${tables.table} ${tables.compact}`}>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col" className={classes.scale}>
            <span className={classes.ticks} aria-hidden="true">
              {scaleTicks.map(({ words, place }) => (
                <small
                  key={words}
                  data-end={place === 0 ? 'left' : place === 1 ? 'right' : undefined}
                  style={{ left: `${place * 100}%` }}
                >
                  {words}
                </small>
              ))}
            </span>
            <VisuallyHidden>Range</VisuallyHidden>
          </th>
          <th scope="col" className={`${tables.figure} ${classes.percentile}`}>
            p50
          </th>
          <th scope="col" className={`${tables.figure} ${classes.percentile}`}>
            p95
          </th>
          <th scope="col" className={`${tables.figure} ${classes.percentile}`}>
            p99
          </th>
        </tr>
      </thead>
      <tbody>
        {stages.map(({ name, latency }) => (
          <tr key={name}>
            <td className={tables.name} title={name}>
              {name}
            </td>
            {latency === null ? (
              <td colSpan={4} className={tables.figure}>
                <span className={classes.unknown}>no sample in the last minute</span>
              </td>
            ) : (
              <>
                <td className={classes.rangeCell}>
                  <Range latency={latency} />
                </td>
                <td className={tables.figure}>{msWords(latency.p50)}</td>
                <td className={tables.figure}>{msWords(latency.p95)}</td>
                <td className={tables.figure}>{msWords(latency.p99)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** From p50 to p99 on the scale; the figures stand beside it. */
function Range({ latency: { p50, p95, p99 } }: { readonly latency: Percentiles }) {
  const percent = (ms: number) => `${placeOf(ms) * 100}%`;
  return (
    <span className={classes.range} aria-hidden="true">
      <b style={{ left: percent(p50), right: `${100 - placeOf(p99) * 100}%` }} />
      <i data-mark="p50" style={{ left: percent(p50) }} />
      <i data-mark="p95" style={{ left: percent(p95) }} />
      <i data-mark="p99" style={{ left: percent(p99) }} />
    </span>
  );
}
