import type { Handlers, Id } from "../../api/types";
import { Derived, fromTable } from "../../store/derived";
import { myId } from "../accounts/store";
import { rooms } from "../rooms/store";

/** Removed messages that were taken off a count: an event that comes twice counts once. */
const discounted = new Set<Id>();

/** A snapshot brought its own counts. */
export function forgetDiscounts(): void {
  discounted.clear();
}

/** How a client counts unread messages without asking: the same rule as the server's. */
export const readEvents = {
  "message.created": (message) => {
    const room = rooms.get(message.room_id);
    if (!room || message.seq <= room.last_seq) return;
    const next = { ...room, last_seq: message.seq, last_message_at: message.created_at };
    // A replay shows a message as it is now: deleted already, it counts neither up nor down.
    if (message.deleted_at !== null) discounted.add(message.id);
    const counts =
      message.author_id !== myId() &&
      message.deleted_at === null &&
      message.thread_root_id === null &&
      message.seq > room.read_seq;
    rooms.put(counts ? { ...next, unread_count: room.unread_count + 1 } : next);
  },
  "message.deleted": (message) => {
    const room = rooms.get(message.room_id);
    if (!room || message.author_id === myId() || message.thread_root_id !== null) return;
    if (message.seq <= room.read_seq || discounted.has(message.id)) return;
    discounted.add(message.id);
    rooms.put({ ...room, unread_count: Math.max(0, room.unread_count - 1) });
  },
  "read.updated": ({ room_id, read_seq, unread_count, mention_count }) =>
    rooms.patch(room_id, { read_seq, unread_count, mention_count }),
} satisfies Handlers;

export interface Unread {
  count: number;
  mentions: number;
}

/** Unread messages over all rooms that are not archived and not silenced. */
export const totalUnread = new Derived<Unread>(
  [fromTable(rooms)],
  () => {
    let [count, mentions] = [0, 0];
    for (const room of rooms.values()) {
      if (room.archived_at !== null) continue;
      mentions += room.mention_count;
      if (room.notifications !== "nothing") count += room.unread_count;
    }
    return { count, mentions };
  },
  (a, b) => a.count === b.count && a.mentions === b.mentions,
);
