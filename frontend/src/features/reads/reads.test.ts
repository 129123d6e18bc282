import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { asPersonOne } from "../../testing/signedIn";
import { message, messagesOf, myRoom } from "../../testing/rows";
import { apply } from "../../sync/handlers";
import { placePage } from "../messages/store";
import { rooms } from "../rooms/store";
import { flushReads, leftRoomView, markRoomRead, markUnreadFrom, sawUpTo } from "./commands";
import { totalUnread } from "./store";

const held = asPersonOne();
const page = { visibilityState: "visible" };

beforeEach(() => {
  page.visibilityState = "visible";
  vi.stubGlobal("document", page);
  held.server.on("PUT /rooms/5/read", { body: {} });
  rooms.put(myRoom("5", { last_seq: 10, read_seq: 4, unread_count: 6 }));
  placePage("5", messagesOf("5", 1, 10));
});
afterEach(() => {
  flushReads();
  vi.unstubAllGlobals();
});

const sent = () => held.server.calls("PUT /rooms/5/read").map((seen) => seen.body);

test("scrolling past many messages is one request with the highest of them", async () => {
  sawUpTo("5", 5);
  sawUpTo("5", 8);
  sawUpTo("5", 7);
  await vi.waitFor(() => expect(sent()).toEqual([{ seq: 8 }]), { timeout: 2_000 });
  expect(rooms.get("5")).toMatchObject({ read_seq: 8, unread_count: 2 });
});

test("what is drawn while nobody looks is not read", () => {
  page.visibilityState = "hidden";
  sawUpTo("5", 10);
  flushReads();
  expect(rooms.get("5")?.unread_count).toBe(6);
});

test("seeing what is read already asks nothing", async () => {
  sawUpTo("5", 4);
  flushReads();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(sent()).toEqual([]);
});

test("a room can be marked read as a whole", async () => {
  markRoomRead("5");
  expect(rooms.get("5")).toMatchObject({ read_seq: 10, unread_count: 0 });
  await vi.waitFor(() => expect(sent()).toEqual([{ seq: 10 }]));
});

test("a room marked unread stays so while it is on the screen", async () => {
  await markUnreadFrom("5", 3);
  expect(sent()).toEqual([{ seq: 2, mark_unread: true }]);
  sawUpTo("5", 10);
  flushReads();
  expect(sent()).toHaveLength(1);

  leftRoomView("5");
  sawUpTo("5", 10);
  flushReads();
  await vi.waitFor(() => expect(sent()).toHaveLength(2));
});

test("messages by others count, mine and removed ones do not", () => {
  apply({ type: "message.created", data: message("5", 11) });
  expect(rooms.get("5")).toMatchObject({ unread_count: 7, last_seq: 11 });
  const removed = message("5", 11, { version: 2, body: "", deleted_at: "x" });
  apply({ type: "message.deleted", data: removed });
  apply({ type: "message.deleted", data: removed });
  expect(rooms.get("5")?.unread_count).toBe(6);

  apply({ type: "message.created", data: message("5", 12, { author_id: "1" }) });
  expect(rooms.get("5")).toMatchObject({ unread_count: 6, last_seq: 12 });
});

test("a message that a replay shows as removed counts neither up nor down", () => {
  const removed = message("5", 11, { version: 2, body: "", deleted_at: "x" });
  apply({ type: "message.created", data: removed });
  apply({ type: "message.deleted", data: removed });
  expect(rooms.get("5")).toMatchObject({ unread_count: 6, last_seq: 11 });
});

test("reading on another device shows here", () => {
  apply({ type: "read.updated", data: { room_id: "5", read_seq: 9, unread_count: 1, mention_count: 0 } });
  expect(rooms.get("5")).toMatchObject({ read_seq: 9, unread_count: 1 });
});

test("the total leaves out archived and silenced rooms, but not their mentions", () => {
  rooms.putAll([
    myRoom("6", { unread_count: 2, mention_count: 1, notifications: "nothing" }),
    myRoom("7", { unread_count: 3, archived_at: "2026-11-20T08:00:00.000Z" }),
    myRoom("8", { unread_count: 1 }),
  ]);
  expect(totalUnread.get()).toEqual({ count: 7, mentions: 1 });
});
