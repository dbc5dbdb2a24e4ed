import { useState } from 'react';

/** Handlers for an element whose content shall not move under the pointer or the focus. */
export interface HoldHandlers {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: () => void;
  readonly onBlur: (event: React.FocusEvent<HTMLElement>) => void;
}

/** The value, kept as it was while the pointer or the keyboard focus is in the element that has the handlers. */
export function useHeld<T>(value: T): { shown: T; held: boolean; handlers: HoldHandlers } {
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const [kept, setKept] = useState<{ value: T } | null>(null);
  const held = pointer || focus;
  if (held && kept === null) setKept({ value });
  if (!held && kept !== null) setKept(null);
  return {
    shown: held && kept !== null ? kept.value : value,
    held,
    handlers: {
      onPointerEnter: () => setPointer(true),
      onPointerLeave: () => setPointer(false),
      onFocus: () => setFocus(true),
      onBlur: ({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) setFocus(false);
      },
    },
  };
}
