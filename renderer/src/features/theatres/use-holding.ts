import { type FocusEvent, useMemo, useState } from 'react';

/** For the element whose rows shall not move. */
export interface HoldHandlers {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: () => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/** Whether the pointer or the keyboard focus is in the element that has the handlers. */
export function useHolding(): { held: boolean; handlers: HoldHandlers } {
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const handlers = useMemo<HoldHandlers>(
    () => ({
      onPointerEnter: () => setPointer(true),
      onPointerLeave: () => setPointer(false),
      onFocus: () => setFocus(true),
      onBlur: ({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) setFocus(false);
      },
    }),
    [],
  );
  return { held: pointer || focus, handlers };
}
