import { useCallback, useSyncExternalStore } from "react";

/** One column at a time below this width; the style sheets use the same figure. */
export const PHONE = "(max-width: 760px)";

/** Whether a media query holds, and a new render when that changes. */
export function useMedia(query: string): boolean {
  const watch = useCallback(
    (wake: () => void) => {
      const list = matchMedia(query);
      list.addEventListener("change", wake);
      return () => list.removeEventListener("change", wake);
    },
    [query],
  );
  return useSyncExternalStore(watch, () => matchMedia(query).matches);
}
