import { useEffect, useState } from "react";
import { ApiError } from "../../api/client";
import type { User } from "../../api/types";
import { searchPeople } from "./commands";

/** Long enough to skip the letters in between, short enough to feel immediate. */
const TYPING_PAUSE_MS = 150;

export interface PeopleSearch {
  state: "loading" | "ready" | "failed";
  found: User[];
}

/** The people that match what is typed, without those who left. The last answer stays until the next one is here. */
export function usePeopleSearch(q: string, enabled = true): PeopleSearch {
  const [result, setResult] = useState<PeopleSearch>({ state: "loading", found: [] });

  useEffect(() => {
    if (!enabled) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      searchPeople(q.trim(), null, stop.signal).then(
        (page) => {
          const found = page.items.filter((user) => user.deactivated_at === null);
          if (!stop.signal.aborted) setResult({ state: "ready", found });
        },
        (error: unknown) => {
          const given = stop.signal.aborted || (error instanceof ApiError && error.code === "aborted");
          if (!given) setResult({ state: "failed", found: [] });
        },
      );
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [q, enabled]);

  return result;
}
