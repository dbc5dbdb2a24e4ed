import { createContext, type ReactNode, useContext, useMemo } from 'react';

/** What the frame has to say in the head of whatever is shown in it. */
interface FrameSlots {
  /** The word of the frame's state. */
  readonly chip: ReactNode;
  /** What is wrong, under the head; nothing while all is well. */
  readonly banner: ReactNode;
}

const SlotsContext = createContext<FrameSlots>({ chip: null, banner: null });

/** Gives the heads below the frame's state, so that no screen can leave it out. */
export function FrameSlotsProvider({ chip, banner, children }: FrameSlots & { readonly children: ReactNode }) {
  const value = useMemo(() => ({ chip, banner }), [chip, banner]);
  return <SlotsContext value={value}>{children}</SlotsContext>;
}

export function useFrameSlots(): FrameSlots {
  return useContext(SlotsContext);
}
