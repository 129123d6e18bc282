import { afterEach, expect, test, vi } from "vitest";
import { asPersonOne } from "../../testing/signedIn";
import { message, messagesOf, myRoom } from "../../testing/rows";
import { apply } from "../../sync/handlers";
import { timeline } from "../../store/timeline";
import { rooms } from "../rooms/store";
import { discardSend, editMessage, loadDrafts, loadMessage, noteTyping, removeMessage, saveDraft, send } from "./commands";
import { drafts, messages, myLastMessage, pending, placePage, typing, TYPING_EXPIRES_MS } from "./store";

const held = asPersonOne();
afterEach(() => void vi.useRealTimers());

const waitForStore = () => new Promise((resolve) => setTimeout(resolve, 350));

test("a draft survives a reload and belongs to its room", async () => {
  saveDraft("5", "half a thou");
  saveDraft("6", "other", "77");
  await waitForStore();
  drafts.clear();
  await loadDrafts();

  expect(drafts.get("5")).toEqual({ room_id: "5", body: "half a thou", reply_to_id: null });
  expect(drafts.get("6")?.reply_to_id).toBe("77");
});

test("sending clears the draft and shows the message", async () => {
  saveDraft("5", "hello");
  send({ room_id: "5", body: "hello" });
  expect(drafts.get("5")).toBeUndefined();
  expect([...pending.values()].map((row) => row.body)).toEqual(["hello"]);

  await waitForStore();
  await loadDrafts();
  expect(drafts.size).toBe(0);
});

test("an empty or too long message is not sent", () => {
  expect(() => send({ room_id: "5", body: "  \n" })).toThrow(RangeError);
  expect(() => send({ room_id: "5", body: "ä".repeat(9_000) })).toThrow(RangeError);
  expect(pending.size).toBe(0);
});

test("a discarded message gives its words back", () => {
  send({ room_id: "5", body: "take it back" });
  const [row] = pending.values();
  expect(discardSend(row!.client_ref)).toBe("take it back");
  expect(pending.size).toBe(0);
});

test("the server hears of typing at most every three seconds", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  held.server.on("POST /rooms/8/typing", { status: 204 });
  noteTyping("8");
  noteTyping("8");
  vi.advanceTimersByTime(2_900);
  noteTyping("8");
  await vi.waitFor(() => expect(held.server.seen).toHaveLength(1));
  vi.advanceTimersByTime(200);
  noteTyping("8");
  await vi.waitFor(() => expect(held.server.seen).toHaveLength(2));
});

test("typing expires by itself, and I am never shown as typing to myself", () => {
  vi.useFakeTimers();
  apply({ type: "typing", data: { room_id: "5", user_id: "1" } });
  expect(typing.get("5")).toBeUndefined();
  apply({ type: "typing", data: { room_id: "5", user_id: "2" } });
  vi.advanceTimersByTime(4_000);
  apply({ type: "typing", data: { room_id: "5", user_id: "3" } });
  expect(typing.get("5")?.user_ids).toEqual(["2", "3"]);
  vi.advanceTimersByTime(2_500);
  expect(typing.get("5")?.user_ids).toEqual(["3"]);
  vi.advanceTimersByTime(TYPING_EXPIRES_MS);
  expect(typing.get("5")).toBeUndefined();
});

test("an edit wakes only the row it changed", () => {
  placePage("5", messagesOf("5", 1, 2));
  const woken: string[] = [];
  for (const row of messagesOf("5", 1, 2)) messages.watch(row.id, () => woken.push(row.id));
  apply({ type: "message.updated", data: message("5", 1, { version: 2, body: "edited" }) });
  expect(woken).toEqual([message("5", 1).id]);
});

test("an edit shows with the reply, an unchanged text asks nothing", async () => {
  const mine = message("5", 1, { author_id: "1" });
  placePage("5", [mine]);
  await editMessage(mine.id, mine.body);
  expect(held.server.seen).toEqual([]);

  held.server.on(`PATCH /messages/${mine.id}`, { body: { ...mine, version: 2, body: "new", edited_at: "x" } });
  await editMessage(mine.id, "new");
  expect(messages.get(mine.id)?.body).toBe("new");
});

test("a removed message keeps its place without its words", async () => {
  const mine = message("5", 1, { author_id: "1" });
  placePage("5", [mine]);
  held.server.on(`DELETE /messages/${mine.id}`, { status: 204 });
  await removeMessage(mine.id);

  expect(messages.get(mine.id)).toMatchObject({ body: "" });
  expect(messages.get(mine.id)?.deleted_at).not.toBeNull();
  expect(timeline("5").ids).toEqual([mine.id]);
});

test("arrow up finds my newest message that still stands", () => {
  placePage("5", [
    message("5", 1, { author_id: "1" }),
    message("5", 2, { author_id: "1", deleted_at: "x" }),
    message("5", 3),
  ]);
  expect(myLastMessage("5")?.seq).toBe(1);
});

test("a message far away is fetched once for all who quote it", async () => {
  const far = message("5", 1);
  held.server.on(`GET /messages/${far.id}`, { body: far });
  held.server.on("GET /users", { body: { items: [], next: null, prev: null } });
  const both = await Promise.all([loadMessage(far.id), loadMessage(far.id)]);

  expect(both).toEqual([far, far]);
  expect(held.server.calls(`GET /messages/${far.id}`)).toHaveLength(1);
  expect(timeline("5").ids).toEqual([]);
});

test("a busy room that nobody looks at keeps only its newest messages", () => {
  rooms.put(myRoom("5"));
  for (const row of messagesOf("5", 1, 300)) apply({ type: "message.created", data: row });
  expect(timeline("5").ids).toHaveLength(100);
  expect(messages.size).toBe(100);
  expect(rooms.get("5")?.unread_count).toBe(300);
});
