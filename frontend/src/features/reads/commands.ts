import { api, path } from "../../api/client";
import type { Id, ReadState } from "../../api/types";
import { timeline } from "../../store/timeline";
import { myId } from "../accounts/store";
import { messages } from "../messages/store";
import { rooms } from "../rooms/store";

/** Scrolling past many messages is one request. */
const AFTER_MS = 500;

const reached = new Map<Id, number>();
/** Rooms marked unread by hand: what is on the screen does not undo that until they are left. */
const keptUnread = new Set<Id>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** The highest `seq` of a room that the person really sees. Counts only while the page is visible. */
export function sawUpTo(room_id: Id, seq: number): void {
  const room = rooms.get(room_id);
  if (!room || keptUnread.has(room_id) || document.visibilityState !== "visible") return;
  const most = Math.min(seq, room.last_seq);
  if (most <= Math.max(room.read_seq, reached.get(room_id) ?? 0)) return;
  reached.set(room_id, most);
  timer ??= setTimeout(flushReads, AFTER_MS);
}

/** Marks everything in a room read. */
export function markRoomRead(room_id: Id): void {
  keptUnread.delete(room_id);
  const room = rooms.get(room_id);
  if (!room || (room.read_seq >= room.last_seq && room.unread_count === 0)) return;
  reached.set(room_id, room.last_seq);
  flushReads();
}

/** Sends what was read so far without waiting. */
export function flushReads(): void {
  clearTimeout(timer);
  timer = undefined;
  const batch = [...reached];
  reached.clear();
  for (const [room_id, seq] of batch) {
    showRead(room_id, seq);
    // The exact counts come back as `read.updated`, in order with the messages around it.
    // A failure is mended by the next mark, or by the next snapshot.
    api.put<ReadState>(path("rooms", room_id, "read"), { seq }, { keepalive: true }).catch(() => undefined);
  }
}

/** Makes a message and all after it unread again. */
export async function markUnreadFrom(room_id: Id, seq: number): Promise<void> {
  reached.delete(room_id);
  keptUnread.add(room_id);
  const body = { seq: Math.max(0, seq - 1), mark_unread: true };
  await api.put<ReadState>(path("rooms", room_id, "read"), body);
}

/** The person left the room: reading it again counts again. */
export function leftRoomView(room_id: Id): void {
  keptUnread.delete(room_id);
}

/** Moves the mark here at once, with the counts as far as this client can tell. */
function showRead(room_id: Id, seq: number): void {
  const room = rooms.get(room_id);
  if (!room || seq <= room.read_seq) {
    if (room && seq >= room.last_seq) rooms.patch(room_id, { unread_count: 0, mention_count: 0 });
    return;
  }
  if (seq >= room.last_seq) {
    rooms.patch(room_id, { read_seq: seq, unread_count: 0, mention_count: 0 });
    return;
  }
  const seen = (timeline(room_id).at(seq) ?? []).filter(
    (entry) => entry.seq > room.read_seq && entry.seq <= seq && counts(entry.id),
  ).length;
  rooms.patch(room_id, { read_seq: seq, unread_count: Math.max(0, room.unread_count - seen) });
}

function counts(message_id: Id): boolean {
  const message = messages.get(message_id);
  if (!message) return false;
  return message.author_id !== myId() && message.deleted_at === null && message.thread_root_id === null;
}
