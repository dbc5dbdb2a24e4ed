import type { LiveFrame } from '../domain/live.ts';
import type { BusinessDay } from '../domain/rollup.ts';

/** What frames are made from; the live window is one. */
export interface LiveSource {
  snapshot(): LiveFrame;
  changesSince(revision: number): { frame: LiveFrame; revision: number } | null;
  revision(): number;
}

/** A frame is due after so long (ms) also when nothing changed, so that the ages a reader shows stay true. */
export const heartbeatMs = 1000;

/** Everything, and the revision whose changes come next. */
export function snapshotOf(source: LiveSource): { frame: LiveFrame; revision: number } {
  const revision = source.revision();
  return { frame: source.snapshot(), revision };
}

/**
 * What a reader that has the state of `revision` and shows `day` is told next: the changes since then; with none, a
 * heartbeat when one is due, else null. Rates fall and days end without any sale: a heartbeat carries those, and a new
 * day carries everything.
 */
export function nextFrame(
  source: LiveSource,
  reader: { readonly revision: number; readonly day: BusinessDay; readonly heartbeatDue: boolean },
): { frame: LiveFrame; revision: number } | null {
  const { revision, day, heartbeatDue } = reader;
  const changes = source.changesSince(revision);
  if (changes !== null || !heartbeatDue) return changes;
  const frame = source.snapshot();
  if (frame.day !== day) return { frame, revision };
  return { frame: { ...frame, kind: 'tick', seconds: [], minutes: [], recent: [], latencySample: [] }, revision };
}
