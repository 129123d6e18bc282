import { ApiError, api, path } from "../api/client";
import type { Handlers, Id, Message, Time } from "../api/types";
import { myId } from "../features/accounts/store";
import { pending, placeMessage, type Pending } from "../features/messages/store";
import { newKey } from "../lib/ids";
import { whileHolding } from "../lib/locks";
import { delay } from "../lib/time";
import { persist } from "../store/persist";
import { linkState, onHurry } from "./link";

/**
 * Messages on their way to the server.
 *
 * Every message gets its Idempotency-Key when it is written and keeps it for ever, so it is
 * posted once however often it is sent: after a lost reply, a reload, a crash, from another tab.
 * All tabs show the same unsent messages; the one that holds the lock sends them, room by room
 * in the order they were written. A temporary failure is tried again until it works; a refusal
 * marks the message failed and lets the next ones pass.
 */

/** What tabs tell each other. */
type Note = { kind: "row"; row: Pending } | { kind: "gone"; client_ref: string };

const BACKOFF_MS = 500;
const BACKOFF_MOST_MS = 15_000;

let channel: BroadcastChannel | null = null;
let owner: Id | null = null;
let sending: AbortSignal | null = null;
const busyRooms = new Set<Id>();
let lastCreated = 0;

/** Shows a new message as pending and sends it when its turn comes. */
export function enqueue(draft: { room_id: Id; body: string; reply_to_id: Id | null }): Pending {
  const row: Pending = {
    ...draft,
    client_ref: newKey(),
    created_at: nextCreated(),
    state: "waiting",
    error: null,
  };
  change(row);
  return row;
}

/** Sends a failed message again. */
export function retry(client_ref: string): void {
  const row = pending.get(client_ref);
  if (row?.state === "failed") change({ ...row, state: "waiting", error: null });
}

/** Gives a message up, wherever it is. One whose post is under way may still arrive. */
export function discard(client_ref: string): void {
  drop(client_ref);
  tell({ kind: "gone", client_ref });
}

/** The message is in its room: the grey copy goes. */
export function settle(client_ref: string | null): void {
  if (client_ref !== null && pending.has(client_ref)) drop(client_ref);
}

export const outboxEvents = {
  "message.created": (message) => settle(message.client_ref),
} satisfies Handlers;

/**
 * Starts the outbox of the person signed in: shows what was left unsent on this device and sends
 * it while this tab holds the lock. Runs until the signal ends it.
 */
export async function runOutbox(user_id: Id, signal: AbortSignal): Promise<void> {
  owner = user_id;
  channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`confab:outbox:${user_id}`);
  channel?.addEventListener("message", (event: MessageEvent<Note>) => hear(event.data));
  signal.addEventListener("abort", () => {
    channel?.close();
    channel = null;
    owner = null;
  });
  const written = [...pending.values()];
  await showStored();
  if (signal.aborted) return;
  // What was written before this tab was ready, another tab may have to send.
  for (const row of written) if (pending.has(row.client_ref)) tell({ kind: "row", row });
  await whileHolding(`confab:outbox:${user_id}`, signal, async (held) => {
    sending = held;
    // What another tab left behind when it closed.
    await showStored();
    for (const row of pending.values()) sendRoom(row.room_id);
    await new Promise<void>((resolve) => {
      if (held.aborted) resolve();
      else held.addEventListener("abort", () => resolve(), { once: true });
    });
    sending = null;
  });
}

async function showStored(): Promise<void> {
  const stored = await persist.all<Pending & { user_id: Id }>("outbox");
  const mine = stored.filter((row) => row.user_id === owner && !pending.has(row.client_ref));
  mine.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
  pending.putAll(mine.map(({ user_id: _, ...row }) => (row.state === "sending" ? { ...row, state: "waiting" } : row)));
}

function hear(note: Note): void {
  if (note.kind === "gone") return pending.remove(note.client_ref);
  pending.put(note.row);
  if (note.row.state === "waiting") sendRoom(note.row.room_id);
}

/** Shows, keeps and announces a row that this tab changed. */
function change(row: Pending): void {
  show(row);
  const user_id = owner ?? myId();
  if (user_id) void persist.put("outbox", row.client_ref, { ...row, user_id });
  if (row.state === "waiting") sendRoom(row.room_id);
}

function show(row: Pending): void {
  pending.put(row);
  tell({ kind: "row", row });
}

function drop(client_ref: string): void {
  pending.remove(client_ref);
  void persist.delete("outbox", client_ref);
}

function tell(note: Note): void {
  channel?.postMessage(note);
}

/** Sends what waits in a room, one after the other, if this tab is the one that sends. */
function sendRoom(room_id: Id): void {
  const held = sending;
  if (!held || held.aborted || busyRooms.has(room_id)) return;
  busyRooms.add(room_id);
  void sendAll(room_id, held).finally(() => busyRooms.delete(room_id));
}

async function sendAll(room_id: Id, held: AbortSignal): Promise<void> {
  let failures = 0;
  for (let row = nextIn(room_id); row && !held.aborted; row = nextIn(room_id)) {
    if (linkState.get() === "offline") {
      await waitForChance(Infinity, held);
      continue;
    }
    show({ ...row, state: "sending" });
    const pause = await post(row);
    failures = pause === null ? 0 : failures + 1;
    if (pause === null || held.aborted) continue;
    const still = pending.get(row.client_ref);
    if (still) show({ ...still, state: "waiting" });
    await waitForChance(Math.max(pause, backoff(failures)), held);
  }
}

function nextIn(room_id: Id): Pending | undefined {
  let next: Pending | undefined;
  for (const row of pending.values()) {
    const candidate = row.room_id === room_id && row.state !== "failed";
    if (candidate && (!next || row.created_at < next.created_at)) next = row;
  }
  return next;
}

/** Posts one message. Returns null when it is settled, or how long to wait before trying again. */
async function post(row: Pending): Promise<number | null> {
  const { room_id, body, reply_to_id, client_ref } = row;
  const draft = reply_to_id === null ? { body } : { body, reply_to_id };
  try {
    const message = await api.create<Message>(path("rooms", room_id, "messages"), draft, {
      key: client_ref,
      tries: 1,
    });
    placeMessage(message);
    settle(client_ref);
    tell({ kind: "gone", client_ref });
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Signed out: the message waits on this device for the same person to come back.
    if (error.isTemporary || error.status === 401) return (error.retryAfter ?? 0) * 1000;
    const still = pending.get(client_ref);
    if (still) change({ ...still, state: "failed", error: error.code });
    return null;
  }
}

function backoff(failures: number): number {
  const most = Math.min(BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MOST_MS);
  return most * (0.5 + Math.random() / 2);
}

/** Waits; ends early when the link comes alive, when somebody asks to hurry, or when it is over. */
async function waitForChance(ms: number, held: AbortSignal): Promise<void> {
  const chance = new AbortController();
  const seize = () => chance.abort();
  const stopLink = linkState.watch(() => {
    if (linkState.get() === "live") seize();
  });
  const stopHurry = onHurry(seize);
  try {
    await delay(Math.min(ms, 2 ** 31 - 1), AbortSignal.any([held, chance.signal]));
  } catch {
    // Woken early: that is the point.
  } finally {
    stopLink();
    stopHurry();
  }
}

/** Strictly growing, so that the order written is the order kept. */
function nextCreated(): Time {
  lastCreated = Math.max(Date.now(), lastCreated + 1);
  return new Date(lastCreated).toISOString();
}
