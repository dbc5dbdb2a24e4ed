import { SegmentedControl } from '@mantine/core';

interface SegmentedProps<T extends string> {
  /** What is chosen, for screen readers. */
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly disabled?: boolean }[];
  readonly onChange: (value: T) => void;
}

/** A choice among a few, all visible. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  return (
    <SegmentedControl<T>
      aria-label={label}
      value={value}
      data={options.map((option) => ({ ...option }))}
      onChange={onChange}
    />
  );
}
