import { api, path } from "../../api/client";
import type { Id, Message } from "../../api/types";
import { utf8Length } from "../../lib/text";
import { persist } from "../../store/persist";
import { discard, enqueue, retry } from "../../sync/outbox";
import { meta, myId } from "../accounts/store";
import { need } from "../people/commands";
import { drafts, messages, pending, type Draft } from "./store";

/** The server's limit when it has not said otherwise. */
export const MAX_MESSAGE_BYTES = 16_384;

export const messageLimit = (): number => meta.get()?.limits["message_bytes"] ?? MAX_MESSAGE_BYTES;

export interface NewMessage {
  room_id: Id;
  body: string;
  reply_to_id?: Id | null;
}

/**
 * Posts a message: it shows at once and is sent as soon as there is a connection, once, and in
 * the order written. Throws RangeError for a body that is empty or too long.
 */
export function send({ room_id, body, reply_to_id = null }: NewMessage): void {
  if (body.trim() === "") throw new RangeError("a message needs words");
  if (utf8Length(body) > messageLimit()) throw new RangeError("the message is too long");
  enqueue({ room_id, body, reply_to_id });
  lastTyping.delete(room_id);
  saveDraft(room_id, "");
}

/** Tries a refused message again. */
export function retrySend(client_ref: string): void {
  retry(client_ref);
}

/** Gives a refused message up. Returns its text, to put back into the composer. */
export function discardSend(client_ref: string): string {
  const body = pending.get(client_ref)?.body ?? "";
  discard(client_ref);
  return body;
}

/** Changes a message of mine. */
export async function editMessage(id: Id, body: string): Promise<void> {
  if (messages.get(id)?.body === body) return;
  messages.put(await api.patch<Message>(path("messages", id), { body }));
}

/** Removes a message: mine, or anybody's for those who moderate the room. Its place stays. */
export async function removeMessage(id: Id): Promise<void> {
  await api.delete(path("messages", id));
  // The event brings the row as the server has it; until then it is gone for this person.
  messages.patch(id, { body: "", deleted_at: new Date().toISOString() });
}

const loading = new Map<Id, Promise<Message>>();

/** One message by id, from memory or from the server: quoted replies need messages far away. */
export function loadMessage(id: Id): Promise<Message> {
  const held = messages.get(id);
  if (held) return Promise.resolve(held);
  let fetching = loading.get(id);
  if (!fetching) {
    fetching = fetchMessage(id).finally(() => loading.delete(id));
    loading.set(id, fetching);
  }
  return fetching;
}

async function fetchMessage(id: Id): Promise<Message> {
  const message = await api.get<Message>(path("messages", id));
  need([message.author_id]);
  messages.put(message);
  return messages.get(id) ?? message;
}

/** The server hears of my typing at most this often. */
const TYPING_EVERY_MS = 3_000;
const lastTyping = new Map<Id, number>();

/** Call on each input: tells the room that I am writing, now and then. */
export function noteTyping(room_id: Id): void {
  const now = Date.now();
  if (now - (lastTyping.get(room_id) ?? -Infinity) < TYPING_EVERY_MS) return;
  lastTyping.set(room_id, now);
  // A lost hint is not worth a word.
  api.post(path("rooms", room_id, "typing")).catch(() => undefined);
}

const DRAFT_AFTER_MS = 300;
const draftTimers = new Map<Id, ReturnType<typeof setTimeout>>();

/** Keeps what is written for a room, on this device; an empty text without a reply forgets it. */
export function saveDraft(room_id: Id, body: string, reply_to_id: Id | null = null): void {
  const empty = body === "" && reply_to_id === null;
  if (empty) drafts.remove(room_id);
  else drafts.put({ room_id, body, reply_to_id });
  clearTimeout(draftTimers.get(room_id));
  draftTimers.set(room_id, setTimeout(() => void storeDraft(room_id), empty ? 0 : DRAFT_AFTER_MS));
}

async function storeDraft(room_id: Id): Promise<void> {
  draftTimers.delete(room_id);
  const user_id = myId();
  if (!user_id) return;
  const draft = drafts.get(room_id);
  const key = `${user_id}/${room_id}`;
  if (draft) await persist.put("drafts", key, { ...draft, user_id });
  else await persist.delete("drafts", key);
}

/** Keeps without waiting what was written a moment ago: the page may go away. */
export function flushDrafts(): void {
  for (const [room_id, timer] of draftTimers) {
    clearTimeout(timer);
    void storeDraft(room_id);
  }
}

/** Reads the drafts kept on this device for the person signed in. */
export async function loadDrafts(): Promise<void> {
  const kept = await persist.all<Draft & { user_id: Id }>("drafts");
  for (const { user_id, ...draft } of kept) {
    if (user_id === myId() && !drafts.has(draft.room_id)) drafts.put(draft);
  }
}
