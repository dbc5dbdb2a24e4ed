import type { Percentiles } from '../domain/live.ts';
import type { Answer, AnswerSource, BackendName } from '../domain/question.ts';
import type { Flow, PipelineFlows, QueryFlow, StageLatencies } from '../domain/status.ts';
import type { RoundStep } from '../ingest/rounds.ts';
import { RecentSamples } from '../live/percentiles.ts';
import { RateMeter } from '../live/rate-meter.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommittedBatch } from '../ports/sale-store.ts';

const samplesKept = 1024;
const sampleAgeMs = 60_000;
/** Records of a batch whose waiting is looked at. */
const recordsSampled = 4;

class FlowMeter {
  readonly #rate = new RateMeter();
  #lastAt: number | null = null;

  add(count: number, now: number): void {
    if (count === 0) return;
    this.#rate.add(count, now);
    this.#lastAt = now;
  }

  flow(now: number): Flow {
    return { perSecond: this.#rate.perSecond(now), lastAt: this.#lastAt };
  }
}

class QueryMeter {
  readonly #flow = new FlowMeter();
  readonly #latency = new RecentSamples(samplesKept, sampleAgeMs);
  #source: AnswerSource | null = null;
  #errors = 0;
  #lastError: QueryFlow['lastError'] = null;

  answered({ source, tookMs }: Answer<unknown>, now: number): void {
    this.#flow.add(1, now);
    this.#latency.add(tookMs, now);
    this.#source = source;
  }

  failed(reason: string, now: number): void {
    this.#errors += 1;
    this.#lastError = { at: now, reason };
  }

  flow(now: number): QueryFlow {
    return {
      ...this.#flow.flow(now),
      latency: this.#latency.percentiles(now),
      source: this.#source,
      errors: this.#errors,
      lastError: this.#lastError,
    };
  }
}

/** What passes through the pipeline and how long it takes: told by its parts, asked by the status. */
export class PipelineMeter {
  readonly #clock: Clock;
  readonly #read = new FlowMeter();
  readonly #stored = new FlowMeter();
  readonly #projected = new FlowMeter();
  readonly #duplicates = new FlowMeter();
  readonly #deadLetters = new FlowMeter();
  readonly #queries: Readonly<Record<BackendName, QueryMeter>> = {
    sql: new QueryMeter(),
    materialized: new QueryMeter(),
  };
  readonly #waited = new RecentSamples(samplesKept, sampleAgeMs);
  readonly #decoded = new RecentSamples(samplesKept, sampleAgeMs);
  readonly #written = new RecentSamples(samplesKept, sampleAgeMs);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  step(step: RoundStep): void {
    const now = this.#clock.now();
    switch (step.kind) {
      case 'read': {
        const { records } = step.batch;
        this.#read.add(records.length, now);
        const stride = Math.max(1, Math.floor(records.length / recordsSampled));
        for (let index = 0; index < records.length; index += stride) {
          this.#waited.add(Math.max(0, now - (records[index]?.timestamp ?? now)), now);
        }
        break;
      }
      case 'decoded':
        this.#decoded.add(step.ms, now);
        break;
      case 'written':
        this.#written.add(step.ms, now);
        break;
      default:
        step satisfies never;
    }
  }

  committed(batch: CommittedBatch): void {
    const now = this.#clock.now();
    this.#stored.add(batch.inserted.length, now);
    this.#duplicates.add(batch.duplicates, now);
    this.#deadLetters.add(batch.deadLetters, now);
  }

  projected(batch: CommittedBatch): void {
    this.#projected.add(batch.inserted.length, this.#clock.now());
  }

  answered(answer: Answer<unknown>): void {
    const now = this.#clock.now();
    this.#queries[answer.backend].answered(answer, now);
    if (answer.fallback) this.#queries[answer.fallback.chosen].failed(answer.fallback.reason, now);
  }

  failed(backend: BackendName, reason: string): void {
    this.#queries[backend].failed(reason, this.#clock.now());
  }

  /** @param appended as the consumer knows it: it watches the ends of the log */
  flows(appended: Flow): PipelineFlows {
    const now = this.#clock.now();
    return {
      appended,
      read: this.#read.flow(now),
      stored: this.#stored.flow(now),
      projected: this.#projected.flow(now),
      duplicates: this.#duplicates.flow(now),
      deadLetters: this.#deadLetters.flow(now),
      queries: { sql: this.#queries.sql.flow(now), materialized: this.#queries.materialized.flow(now) },
    };
  }

  latencies(): Pick<StageLatencies, 'waited' | 'decoded' | 'written'> {
    const now = this.#clock.now();
    const of = (samples: RecentSamples): Percentiles | null => samples.percentiles(now);
    return { waited: of(this.#waited), decoded: of(this.#decoded), written: of(this.#written) };
  }
}
