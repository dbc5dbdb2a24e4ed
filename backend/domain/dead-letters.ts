import type { DeadLetterReason } from './ticket-sale.ts';

/** Partition and offset of the record, as `4:116201`: its identity among the dead letters of the topic. */
export type DeadLetterId = string;

/** An event that could not be counted, as lists show it. */
export interface DeadLetterRow {
  readonly id: DeadLetterId;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** The first bytes (at most `keyShown`) of the message's key, as text or hexadecimal; null when it had none, or it was not kept. */
  readonly key: string | null;
  /** Likewise; empty where they are too many to list (`headerCount` tells). */
  readonly headers: readonly { readonly name: string; readonly value: string | null }[];
  readonly headerCount: number;
  /** The first bytes of the message (at most `rawShown`), base64. */
  readonly raw: string;
  /** Bytes of the whole message. */
  readonly size: number;
  readonly reason: DeadLetterReason;
  /** What exactly was wrong, for a person. */
  readonly detail: string;
  /** When it became one, epoch ms. */
  readonly at: number;
  /** When it was sent again, epoch ms; null while it waits. */
  readonly resentAt: number | null;
}

/** Most bytes of a message that a list carries. */
export const rawShown = 4_096;

/** Most bytes of a key, or of a header's value, that a list carries. */
export const keyShown = 128;

export interface DeadLetterQuery {
  /** Those that were sent again, instead of those that wait. */
  readonly resent: boolean;
  readonly reason?: DeadLetterReason;
  /** `next` of the page before. */
  readonly before?: string;
  /** 1..200. */
  readonly limit: number;
}

export interface DeadLetterPage {
  /** Newest first. */
  readonly rows: readonly DeadLetterRow[];
  /** Where the next page begins; null when this is the last one. */
  readonly next: string | null;
  /** How many wait, in all and by reason, whatever was asked for. */
  readonly waiting: number;
  readonly byReason: readonly { readonly reason: DeadLetterReason; readonly count: number }[];
  /** How many were sent again. */
  readonly resent: number;
}

export interface RedriveRequest {
  /** Says what would happen; changes nothing. */
  readonly dryRun: boolean;
  /** These, or all that wait (of one reason). */
  readonly selection: readonly DeadLetterId[] | 'all';
  readonly reason?: DeadLetterReason;
}

export interface RedriveReport {
  readonly dryRun: boolean;
  readonly checked: number;
  /** Valid events by today's rules: these are sent. */
  readonly valid: number;
  /** Of the valid ones: stored already, so that a second one is dropped as a duplicate. */
  readonly alreadyStored: number;
  /** Of the valid ones: PostgreSQL has refused them before, and decides again. */
  readonly refusedBefore: number;
  readonly stillBad: number;
  /** The first of those that are still bad, at most 100. They are not sent. */
  readonly stillBadRows: readonly {
    readonly id: DeadLetterId;
    readonly reason: DeadLetterReason;
    readonly detail: string;
  }[];
  /** Handed to the log; 0 in a dry run. */
  readonly sent: number;
}
