import type { LucideIcon } from 'lucide-react';

interface IconProps {
  readonly of: LucideIcon;
  /** 14 px instead of 16. */
  readonly small?: boolean;
  /** Any other size, px. */
  readonly size?: number;
  /** What it says when no word stands beside it; without it the icon is hidden from screen readers. */
  readonly label?: string;
  readonly className?: string | undefined;
}

/** A lucide icon in the console's weight. */
export function Icon({ of: Of, small = false, size, label, className }: IconProps) {
  const spoken = label === undefined ? { 'aria-hidden': true as const } : { role: 'img', 'aria-label': label };
  return (
    <Of
      size={size ?? (small ? 14 : 16)}
      strokeWidth={1.75}
      {...(className === undefined ? {} : { className })}
      {...spoken}
    />
  );
}
