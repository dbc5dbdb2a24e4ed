import type { Theater } from '../domain/question.ts';
import type { Channel } from '../domain/ticket-sale.ts';

const channelCents: Readonly<Record<Channel, number>> = { online: 50, box_office: 0, kiosk: 0, partner: -150 };

/** Price of one ticket in cents: by house, channel, part of the day and weekend; ends in 49 or 99. */
export function ticketCents(theater: Theater, channel: Channel, showHour: number, weekend: boolean): number {
  const house = 1099 + 50 * Math.min(6, Math.floor(theater.screens / 2));
  const matinee = showHour < 17 ? -250 : 0;
  const peak = weekend && showHour >= 17 ? 100 : 0;
  return house + channelCents[channel] + matinee + peak;
}
