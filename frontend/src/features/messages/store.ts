import type { Handlers, Id, Message, Time } from "../../api/types";
import { byId, Table } from "../../store/table";
import { allTimelines, timeline } from "../../store/timeline";
import { Value } from "../../store/value";
import { myId } from "../accounts/store";

export const messages = new Table<Message>(byId);

/** A message of mine that the server has not acknowledged. */
export interface Pending {
  /** Also the Idempotency-Key of the post: however often it is sent, it is posted once. */
  client_ref: string;
  room_id: Id;
  body: string;
  reply_to_id: Id | null;
  created_at: Time;
  /** `waiting`: for a connection or for an earlier message; `failed`: refused for good. */
  state: "sending" | "waiting" | "failed";
  /** The refusal's stable code, when failed. */
  error: string | null;
}

export const pending = new Table<Pending>((row) => row.client_ref);

/** My unsettled messages in a room, oldest first. */
export function pendingIn(room_id: Id): Pending[] {
  return [...pending.values()].filter((row) => row.room_id === room_id);
}

export interface Draft {
  room_id: Id;
  body: string;
  reply_to_id: Id | null;
}

export const drafts = new Table<Draft>((row) => row.room_id);

export interface TypingRoom {
  room_id: Id;
  /** Who is writing, in the order they began; never me. */
  user_ids: Id[];
}

export const typing = new Table<TypingRoom>((row) => row.room_id);

/** A server tells of typing every 3 s; silence of twice that means they stopped. */
export const TYPING_EXPIRES_MS = 6_000;
const typingTimers = new Map<string, ReturnType<typeof setTimeout>>();

function startedTyping(room_id: Id, user_id: Id): void {
  if (user_id === myId()) return;
  const key = `${room_id}/${user_id}`;
  clearTimeout(typingTimers.get(key));
  typingTimers.set(key, setTimeout(() => stoppedTyping(room_id, user_id), TYPING_EXPIRES_MS));
  const user_ids = typing.get(room_id)?.user_ids ?? [];
  if (!user_ids.includes(user_id)) typing.put({ room_id, user_ids: [...user_ids, user_id] });
}

function stoppedTyping(room_id: Id, user_id: Id): void {
  const key = `${room_id}/${user_id}`;
  clearTimeout(typingTimers.get(key));
  typingTimers.delete(key);
  const row = typing.get(room_id);
  if (!row?.user_ids.includes(user_id)) return;
  const user_ids = row.user_ids.filter((id) => id !== user_id);
  if (user_ids.length > 0) typing.put({ room_id, user_ids });
  else typing.remove(room_id);
}

/** Nobody is known to be typing: after signing out, or after a gap in the stream. */
export function forgetTyping(): void {
  for (const timer of typingTimers.values()) clearTimeout(timer);
  typingTimers.clear();
  typing.clear();
}

/** A room nobody looks at keeps only its newest messages. */
const UNWATCHED_LIMIT = 100;

/** Puts one message in its place: from the stream, or from the reply to its post. */
export function placeMessage(message: Message): void {
  messages.put(message);
  const room = timeline(message.room_id);
  room.insert(message.id, message.seq);
  if (!room.isWatched) forget(room.trim(message.seq, UNWATCHED_LIMIT, "end"));
}

/** Puts a page that the server listed without a hole. */
export function placePage(room_id: Id, page: readonly Message[]): void {
  messages.putAll(page);
  timeline(room_id).insertPage(page);
}

/** Lets go of rows whose timeline entries were trimmed. */
export function forget(entries: readonly { id: Id }[]): void {
  if (entries.length === 0) return;
  const gone = new Set(entries.map((entry) => entry.id));
  messages.removeWhere((row) => gone.has(row.id));
}

/** Grows when the history held may lack changes; whoever shows a room fetches it again. */
export const historyEpoch = new Value(0);

/**
 * After a gap in the stream the order held is still right, but edits and removals may have been
 * missed. Rooms nobody looks at are forgotten; those on the screen stay until they are fetched anew.
 */
export function distrustHistory(): void {
  const kept = new Set<Id>();
  for (const room of allTimelines()) {
    if (room.isWatched) kept.add(room.room_id);
    else room.clear();
  }
  messages.removeWhere((row) => !kept.has(row.room_id));
  forgetTyping();
  historyEpoch.set(historyEpoch.get() + 1);
}

export const messageEvents = {
  "message.created": (message) => {
    placeMessage(message);
    stoppedTyping(message.room_id, message.author_id);
  },
  "message.updated": (message) => void messages.put(message),
  "message.deleted": (message) => void messages.put(message),
  typing: ({ room_id, user_id }) => startedTyping(room_id, user_id),
  "member.removed": ({ room_id, user_id }) => {
    stoppedTyping(room_id, user_id);
    if (user_id !== myId()) return;
    timeline(room_id).clear();
    messages.removeWhere((row) => row.room_id === room_id);
  },
} satisfies Handlers;

/** My newest message of a room among those loaded, for "arrow up edits it". */
export function myLastMessage(room_id: Id): Message | undefined {
  const newest = timeline(room_id).newest ?? [];
  for (let i = newest.length - 1; i >= 0; i -= 1) {
    const message = messages.get(newest[i]?.id ?? "");
    if (message && message.author_id === myId() && message.deleted_at === null) return message;
  }
  return undefined;
}
