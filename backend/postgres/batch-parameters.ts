import type { SaleLine } from '../domain/ticket-sale.ts';
import { byteaArray, numberArray, textArray } from '../lib/sql.ts';
import type { DeadLetter } from '../ports/sale-store.ts';
import { storedHeaders } from './record-headers.ts';

/** One piece of a batch: what one run of the statement is given. */
export interface BatchPiece {
  readonly topic: string;
  readonly partition: number;
  readonly expectedOffset: bigint;
  readonly nextOffset: bigint;
  readonly generation: number | null;
  readonly emptyOffsets: number;
  readonly sales: readonly SaleLine[];
  readonly deadLetters: readonly DeadLetter[];
}

const DETAIL_LENGTH = 500;

/** PostgreSQL text cannot hold NUL. */
function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').slice(0, DETAIL_LENGTH);
}

/** The parameters that `applyArrays` and `applyStage` have in common, in order. */
export function batchParameters(piece: BatchPiece): (string | null)[] {
  const { sales, deadLetters } = piece;
  return [
    piece.topic,
    String(piece.partition),
    String(piece.expectedOffset),
    String(piece.nextOffset),
    String(sales.length),
    numberArray(deadLetters.map((letter) => letter.offset)),
    byteaArray(deadLetters.map((letter) => letter.raw)),
    textArray(deadLetters.map((letter) => letter.reason)),
    textArray(deadLetters.map((letter) => storableText(letter.detail))),
    byteaArray(deadLetters.map(({ key }) => key)),
    piece.generation === null ? null : String(piece.generation),
    String(piece.emptyOffsets),
    textArray(deadLetters.map(({ headers }) => storedHeaders(headers))),
  ];
}

/**
 * The parameters of `applyArrays` that follow: a column each. Arrays are written as literals here: the client library's
 * own conversion of arrays looks at every element's type and takes several times as long on the event loop.
 */
export function columnParameters(sales: readonly SaleLine[]): string[] {
  let ids = '{';
  let kinds = '{';
  let theaters = '{';
  let movies = '{';
  let showtimes = '{';
  let channels = '{';
  let tickets = '{';
  let amounts = '{';
  let soldAt = '{';
  let days = '{';
  let refundOf = '{';
  let offsets = '{';
  let separator = '';
  for (const sale of sales) {
    ids += separator + sale.id;
    kinds += separator + sale.kind;
    theaters += separator + sale.theaterId;
    movies += separator + sale.movieId;
    showtimes += separator + sale.showtime;
    channels += separator + sale.channel;
    tickets += separator + sale.tickets;
    amounts += separator + sale.amountCents;
    soldAt += separator + sale.soldAt;
    days += separator + sale.businessDay;
    refundOf += separator + (sale.refundOf ?? 'NULL');
    offsets += separator + sale.offset;
    separator = ',';
  }
  return [
    `${ids}}`,
    `${kinds}}`,
    `${theaters}}`,
    `${movies}}`,
    `${showtimes}}`,
    `${channels}}`,
    `${tickets}}`,
    `${amounts}}`,
    textArray(sales.map((sale) => sale.currency)),
    `${soldAt}}`,
    `${days}}`,
    `${refundOf}}`,
    `${offsets}}`,
  ];
}
