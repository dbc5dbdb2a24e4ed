import type { DeadLetterId, RedriveReport, RedriveRequest } from '../domain/dead-letters.ts';
import type { DeadLetterReason } from '../domain/ticket-sale.ts';
import type { EventLog, LogHeader, LogMessage } from '../ports/event-log.ts';
import type { Decode } from './decode-slices.ts';

/** A dead letter as it came. */
export interface KeptMessage {
  readonly id: DeadLetterId;
  readonly key: Uint8Array | null;
  readonly headers: readonly LogHeader[];
  readonly raw: Uint8Array;
  readonly reason: DeadLetterReason;
}

export interface SizedId {
  readonly id: DeadLetterId;
  /** Of key, headers and value. */
  readonly bytes: number;
}

/** The dead letters of the topic. */
export interface DeadLetterSource {
  /** Those that wait, by partition and offset, after `after`; at most `limit`. */
  waiting(after: DeadLetterId | null, reason: DeadLetterReason | null, limit: number): Promise<readonly SizedId[]>;
  /** Those of them that are there, sent again before or not. */
  sizes(ids: readonly DeadLetterId[]): Promise<readonly SizedId[]>;
  byId(ids: readonly DeadLetterId[]): Promise<readonly KeptMessage[]>;
  /** Which of these events are stored. */
  stored(eventIds: readonly string[]): Promise<ReadonlySet<string>>;
  markResent(ids: readonly DeadLetterId[]): Promise<void>;
}

export interface RedriveParts {
  readonly letters: DeadLetterSource;
  readonly log: Pick<EventLog, 'append'>;
  readonly decode: Decode;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Read, decoded and appended at once: so many, and so many bytes of them, or a single one that is larger. */
const pageSize = 100;
const pageBytes = 4 * 1024 * 1024;
const stillBadShown = 100;

/**
 * Decodes dead letters by today's rules, and (unless it is a dry run) appends the bytes of the valid ones to the log
 * again, with their key. What is appended is marked afterwards: a crash in between leaves it waiting, and a second
 * sending does no harm, as an event counts once. Errors: those of the log and of the database; pages before stay sent.
 */
export async function redrive(parts: RedriveParts, request: RedriveRequest): Promise<RedriveReport> {
  const { letters, log, decode, now } = parts;
  const stillBadRows: RedriveReport['stillBadRows'][number][] = [];
  const counts = { checked: 0, valid: 0, alreadyStored: 0, refusedBefore: 0, stillBad: 0, sent: 0 };
  for await (const page of pages(letters, request)) {
    const valid: { readonly id: DeadLetterId; readonly eventId: string; readonly message: LogMessage }[] = [];
    for (const { id, key, headers, raw, reason } of page) {
      const decoded = decode(raw, now());
      if (decoded.kind === 'sale') {
        const { sale } = decoded;
        valid.push({ id, eventId: sale.id, message: { key, value: raw, headers } });
        if (reason === 'refused_by_database') counts.refusedBefore += 1;
      } else {
        counts.stillBad += 1;
        if (stillBadRows.length < stillBadShown) {
          stillBadRows.push({ id, reason: decoded.reason, detail: decoded.detail });
        }
      }
    }
    counts.checked += page.length;
    if (valid.length === 0) continue;
    counts.alreadyStored += (await letters.stored(valid.map(({ eventId }) => eventId))).size;
    counts.valid += valid.length;
    if (request.dryRun) continue;
    await log.append(valid.map(({ message }) => message));
    await letters.markResent(valid.map(({ id }) => id));
    counts.sent += valid.length;
  }
  return { dryRun: request.dryRun, ...counts, stillBadRows };
}

async function* pages(
  letters: DeadLetterSource,
  { selection, reason }: RedriveRequest,
): AsyncGenerator<readonly KeptMessage[]> {
  for await (const ids of idPages(letters, selection, reason ?? null)) {
    for (const page of bySize(ids)) yield await letters.byId(page);
  }
}

async function* idPages(
  letters: DeadLetterSource,
  selection: RedriveRequest['selection'],
  reason: DeadLetterReason | null,
): AsyncGenerator<readonly SizedId[]> {
  if (selection !== 'all') {
    for (let from = 0; from < selection.length; from += pageSize) {
      yield await letters.sizes(selection.slice(from, from + pageSize));
    }
    return;
  }
  for (let after: DeadLetterId | null = null; ; ) {
    const page: readonly SizedId[] = await letters.waiting(after, reason, pageSize);
    yield page;
    after = page.at(-1)?.id ?? null;
    if (page.length < pageSize) return;
  }
}

/** Cut so that a part's bytes stay within `pageBytes`. */
function bySize(ids: readonly SizedId[]): readonly (readonly DeadLetterId[])[] {
  const parts: DeadLetterId[][] = [];
  let room = 0;
  for (const { id, bytes } of ids) {
    const part = parts.at(-1);
    if (part === undefined || bytes > room) {
      parts.push([id]);
      room = pageBytes - bytes;
    } else {
      part.push(id);
      room -= bytes;
    }
  }
  return parts;
}
