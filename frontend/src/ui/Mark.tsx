/** The sign of the house: two people's arcs that close into one conversation. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden>
      <path
        d="M20.5 7.2A10 10 0 1 0 7.3 20.6L6 26l5.6-1.6"
        stroke="currentColor"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <path
        d="M15 22.4A7.2 7.2 0 1 1 25.9 21l.9 4-3.9-1a7.2 7.2 0 0 1-3.9 1.1"
        stroke="currentColor"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
        opacity="0.72"
      />
    </svg>
  );
}
