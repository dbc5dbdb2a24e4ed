import { NumberInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';

interface NumberFieldProps {
  /** Read out; shown as a label only with `labelled`. */
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Digits after the point, at most; default 0. */
  readonly decimals?: number;
  readonly unit?: ReactNode;
  /** Width of the unit's place, px. */
  readonly unitWidth?: number;
  readonly width: number;
  readonly disabled?: boolean;
  readonly separated?: boolean;
  readonly mono?: boolean;
  /** As a column of figures: to the right, always with all decimals. */
  readonly aligned?: boolean;
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
  aligned = false,
  onCommit,
}: NumberFieldProps) {
  const [draft, setDraft] = useState<number | string>(value);
  useEffect(() => setDraft(value), [value]);
  const commit = (): void => {
    const typed = typeof draft === 'number' ? draft : Number.parseFloat(draft);
    const factor = 10 ** decimals;
    const within = Math.round(Math.min(max, Math.max(min, typed)) * factor) / factor;
    const next = Number.isFinite(typed) ? within : value;
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
      fixedDecimalScale={aligned}
      thousandSeparator={separated ? ',' : ''}
      disabled={disabled}
      w={width}
      {...(unit === undefined
        ? {}
        : { rightSection: unit, rightSectionWidth: unitWidth, rightSectionPointerEvents: 'none' as const })}
      styles={{
        input: {
          fontVariantNumeric: 'tabular-nums',
          ...(aligned ? { textAlign: 'right' as const } : {}),
          ...(mono ? { fontFamily: 'var(--rm-font-mono)' } : {}),
        },
      }}
    />
  );
}
