import { Eye, Radio } from 'lucide-react';
import { useConsole } from '../../store/console-store.ts';
import { useNow } from '../../ui/clock.ts';
import { StateChip } from '../../ui/state-chip.tsx';
import { countWords, stopwatchWords } from '../../ui/time-words.ts';

/** The word of the frame's state, for every head; beside it, whenever it is so, that the live picture is paused. */
export function FrameChip() {
  const { kind, look, word, pausedAt } = useConsole((state) => state.frame);
  const icons = { receiving: Radio, observing: Eye } as const;
  const icon = kind === 'receiving' || kind === 'observing' ? icons[kind] : undefined;
  return (
    <>
      {kind === 'paused' ? null : (
        <span data-frame={kind} style={{ display: 'contents' }}>
          <StateChip state={look} {...(icon === undefined ? {} : { icon })}>
            {word}
          </StateChip>
        </span>
      )}
      {pausedAt === null ? null : (
        <span data-frame="paused" style={{ display: 'contents' }}>
          <StateChip state="paused">
            <PausedWords since={pausedAt} />
          </StateChip>
        </span>
      )}
    </>
  );
}

/** `Paused 0:42, 312 waiting`. */
export function PausedWords({ since }: { readonly since: number }) {
  const waiting = useConsole((state) => state.waiting);
  const now = useNow();
  return (
    <>
      Paused {stopwatchWords(now - since)}, {countWords(waiting)} waiting
    </>
  );
}
