/** The mark: bars inside a ring of bulbs. */
export function AppMark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" aria-hidden="true">
      <rect
        x="1.25"
        y="1.25"
        width="17.5"
        height="17.5"
        rx="3"
        stroke="var(--rm-accent-line)"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeDasharray="0.01 2.72"
      />
      <path
        d="M6 13.5v-3M8.7 13.5V9M11.4 13.5v-7M14 13.5V8"
        stroke="var(--rm-text-primary)"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
    </svg>
  );
}
