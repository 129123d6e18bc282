import { api, path } from "../../../api/client";
import type { Id, Message, Page } from "../../../api/types";
import { need } from "../../people/commands";
import { historyEpoch, placePage } from "../store";

/** Which part of a room to fetch; `{}` is its newest page. */
export type Place = { before: number } | { after: number } | { around: number } | Record<string, never>;

export const PAGE = 50;

/**
 * Fetches one page of a room's history and puts it in place. `prepare` runs just before, in the
 * same step, so that a page can replace what was there without an empty moment between.
 * Rejects with ApiError; with code `aborted` when the history was declared stale meanwhile.
 */
export async function loadPage(
  room_id: Id,
  place: Place,
  signal: AbortSignal,
  prepare?: () => void,
): Promise<Page<Message>> {
  for (;;) {
    const epoch = historyEpoch.get();
    const page = await api.get<Page<Message>>(path("rooms", room_id, "messages"), {
      query: { ...place, limit: PAGE },
      signal,
    });
    signal.throwIfAborted();
    // A page from before a gap in the stream may lack changes that no event will bring: ask again.
    if (epoch !== historyEpoch.get()) continue;
    prepare?.();
    placePage(room_id, page.items);
    need(page.items.map((message) => message.author_id));
    return page;
  }
}
