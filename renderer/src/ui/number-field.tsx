import { NumberInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';

interface NumberFieldProps {
  /** Read out; shown as a label only with `labelled`. */
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Digits after the point; default 0. */
  readonly decimals?: number;
  readonly unit?: ReactNode;
  /** Width of the unit's place, px. */
  readonly unitWidth?: number;
  readonly width: number;
  readonly disabled?: boolean;
  readonly separated?: boolean;
  readonly mono?: boolean;
  /** Called with a number within the limits, on Enter or when the field is left, and only when it is another one. */
  readonly onCommit: (value: number) => void;
}

/** A number that counts once it is confirmed, so that half-typed values never take effect. */
export function NumberField({
  label,
  value,
  min,
  max,
  decimals = 0,
  unit,
  unitWidth = 28,
  width,
  disabled = false,
  separated = true,
  mono = false,
  onCommit,
}: NumberFieldProps) {
  const [draft, setDraft] = useState<number | string>(value);
  useEffect(() => setDraft(value), [value]);
  const commit = (): void => {
    const typed = typeof draft === 'number' ? draft : Number.parseFloat(draft);
    if (!Number.isFinite(typed)) return setDraft(value);
    const factor = 10 ** decimals;
    const next = Math.round(Math.min(max, Math.max(min, typed)) * factor) / factor;
    setDraft(next);
    if (next !== value) onCommit(next);
  };
  return (
    <NumberInput
      aria-label={label}
      value={draft}
      onChange={setDraft}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
      min={min}
      max={max}
      clampBehavior="none"
      decimalScale={decimals}
      thousandSeparator={separated ? ',' : ''}
      disabled={disabled}
      w={width}
      {...(unit === undefined ? {} : { rightSection: unit, rightSectionWidth: unitWidth, rightSectionPointerEvents: 'none' as const })}
      styles={{ input: { fontVariantNumeric: 'tabular-nums', ...(mono ? { fontFamily: 'var(--rm-font-mono)' } : {}) } }}
    />
  );
}
