import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { message, messagesOf, myRoom } from "../../../testing/rows";
import type { Reply, Seen } from "../../../testing/server";
import { asPersonOne } from "../../../testing/signedIn";
import { apply } from "../../../sync/handlers";
import { previewRooms, putFetchedRoom, rooms } from "../../rooms/store";
import { distrustHistory, messages, pending } from "../store";
import { type RoomWindow, WINDOW_LIMIT, windowOf } from "./Window";

const held = asPersonOne();
let last = 0;
const watching: (() => void)[] = [];
afterEach(() => watching.splice(0).forEach((stop) => stop()));

/** Serves the messages 1..last of room 5 as the API does. */
function history(seen: Seen): Reply {
  const limit = Number(seen.query.get("limit") ?? 50);
  const number = (name: string) => Number(seen.query.get(name));
  let [from, to] = [last - limit + 1, last];
  if (seen.query.has("before")) [from, to] = [number("before") - limit, number("before") - 1];
  if (seen.query.has("after")) [from, to] = [number("after") + 1, number("after") + limit];
  if (seen.query.has("around")) [from, to] = [number("around") - limit / 2, number("around") + limit / 2 - 1];
  [from, to] = [Math.max(1, from), Math.min(last, to)];
  const items = messagesOf("5", from, to);
  return { body: { items, prev: from > 1 ? String(from) : null, next: to < last ? String(to) : null } };
}

beforeEach(() => {
  held.server.on("GET /users", { body: { items: [], next: null, prev: null } });
  held.server.on("GET /rooms/5/messages", history);
});

/** A room with messages 1..n of which the first `read` are read, and its watched window. */
function roomWith(n: number, read = n): RoomWindow {
  last = n;
  rooms.put(myRoom("5", { last_seq: n, read_seq: read, unread_count: n - read }));
  const window = windowOf("5");
  watching.push(window.watch(() => undefined));
  return window;
}

const seqs = (window: RoomWindow) => window.get().ids.map((id) => messages.get(id)?.seq);
const edges = (window: RoomWindow) => [seqs(window)[0], seqs(window).at(-1)];
const fetches = () => held.server.calls("GET /rooms/5/messages").length;

test("a room opens at its newest messages", async () => {
  const window = roomWith(200);
  await window.open("newest");

  expect(window.get()).toMatchObject({ state: "ready", hasOlder: true, hasNewer: false, target: { seq: 200 } });
  expect(edges(window)).toEqual([151, 200]);
});

test("an empty room is ready without asking the server", async () => {
  const window = roomWith(0);
  await window.open("unread");

  expect(window.get()).toMatchObject({ state: "ready", ids: [], hasOlder: false, hasNewer: false });
  expect(fetches()).toBe(0);
});

test("a room opens at the first unread message, with a divider that stays", async () => {
  const window = roomWith(200, 100);
  await window.open("unread");
  expect(window.get()).toMatchObject({ unreadAfter: 100, unreadId: message("5", 101).id, target: { seq: 101 } });

  rooms.patch("5", { read_seq: 200, unread_count: 0 });
  await window.jumpToNewest();
  await window.jumpTo(101);
  expect(window.get().unreadAfter).toBe(100);

  window.close();
  await window.open("unread");
  expect(window.get()).toMatchObject({ unreadAfter: null, unreadId: null });
});

test("older pages come before, up to the first message", async () => {
  const window = roomWith(120);
  await window.open("newest");
  await window.loadOlder();
  expect(window.get().change).toBe("start");
  expect(edges(window)).toEqual([21, 120]);
  await window.loadOlder();

  expect(edges(window)).toEqual([1, 120]);
  expect(window.get().hasOlder).toBe(false);
  await window.loadOlder();
  expect(fetches()).toBe(3);
});

test("from a place in the past, newer pages lead back to the live end", async () => {
  const window = roomWith(200);
  await window.open(100);
  expect(window.get()).toMatchObject({ hasOlder: true, hasNewer: true, target: { seq: 100 } });
  while (window.get().hasNewer) await window.loadNewer();
  expect(edges(window)).toEqual([75, 200]);

  apply({ type: "message.created", data: message("5", 201) });
  expect(seqs(window).at(-1)).toBe(201);
  expect(window.get().change).toBe("end");
});

test("a live message does not move somebody who reads the past", async () => {
  const window = roomWith(200);
  await window.open(100);
  const before = window.get().ids;
  apply({ type: "message.created", data: message("5", 201) });

  expect(window.get().ids).toBe(before);
  await window.jumpToNewest();
  expect(seqs(window).at(-1)).toBe(201);
});

test("two demands for older messages are one request", async () => {
  const window = roomWith(200);
  await window.open("newest");
  await Promise.all([window.loadOlder(), window.loadOlder()]);
  expect(fetches()).toBe(2);
});

test("a room seen before opens without a request", async () => {
  const window = roomWith(200);
  await window.open("newest");
  window.close();
  await window.open("newest");
  expect(fetches()).toBe(1);
});

test("scrolling through a long history keeps a bounded number of messages", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  try {
    const window = roomWith(2_000);
    await window.open("newest");
    for (let page = 0; page < 30; page += 1) {
      await window.loadOlder();
      vi.advanceTimersByTime(300);
    }
    expect(window.get().ids).toHaveLength(WINDOW_LIMIT);
    expect(edges(window)).toEqual([451, 1_050]);
    expect(window.get().hasNewer).toBe(true);
    expect(messages.size).toBe(WINDOW_LIMIT);

    while (window.get().hasNewer) {
      await window.loadNewer();
      vi.advanceTimersByTime(300);
    }
    expect(edges(window)).toEqual([1_401, 2_000]);
  } finally {
    vi.useRealTimers();
  }
});

test("a failed opening says so and can be tried again", async () => {
  held.server.on("GET /rooms/5/messages", { status: 403, body: { code: "not_member" } });
  const window = roomWith(10);
  await window.open("newest");
  expect(window.get()).toMatchObject({ state: "failed", error: { code: "not_member" } });

  held.server.on("GET /rooms/5/messages", history);
  await window.retry();
  expect(window.get().state).toBe("ready");
});

test("after a gap in the stream the page on the screen is fetched anew without going blank", async () => {
  const window = roomWith(10);
  await window.open("newest");
  held.server.on("GET /rooms/5/messages", () => ({
    body: { items: messagesOf("5", 1, 10).map((row) => ({ ...row, version: 2, body: "edited" })), prev: null, next: null },
  }));
  distrustHistory();
  expect(window.get().ids).toHaveLength(10);

  await vi.waitFor(() => expect(messages.get(message("5", 3).id)?.body).toBe("edited"));
  expect(window.get()).toMatchObject({ state: "ready" });
});

test("a page from before a gap is not believed", async () => {
  const window = roomWith(10);
  const replies = [messagesOf("5", 1, 9), messagesOf("5", 1, 10)];
  held.server.on("GET /rooms/5/messages", () => {
    if (replies.length === 2) distrustHistory();
    return { body: { items: replies.shift(), prev: null, next: null } };
  });
  await window.open("newest");

  expect(edges(window)).toEqual([1, 10]);
  expect(fetches()).toBe(2);
});

test("my unsent messages stand at the newest end only", async () => {
  const window = roomWith(200);
  pending.put({ client_ref: "k", room_id: "5", body: "x", reply_to_id: null, created_at: "", state: "sending", error: null });
  await window.open("newest");
  expect(window.get().pending).toEqual(["k"]);
  await window.open(50);
  expect(window.get().pending).toEqual([]);
});

test("a place that does not exist becomes the nearest that does", async () => {
  const window = roomWith(20);
  held.server.on("GET /rooms/5/messages", { body: { items: messagesOf("5", 1, 20), prev: null, next: null } });
  await window.open(999);
  expect(window.get()).toMatchObject({ state: "ready", target: { seq: 20 } });
});

test("a room that is only looked at is not fetched; joining it opens it", async () => {
  last = 10;
  previewRooms.put(myRoom("5", { role: null, last_seq: 10 }));
  const window = windowOf("5");
  watching.push(window.watch(() => undefined));
  await window.open("unread");
  expect(window.get()).toMatchObject({ state: "ready", locked: true, ids: [] });
  expect(fetches()).toBe(0);

  putFetchedRoom(myRoom("5", { last_seq: 10, read_seq: 10 }));
  await vi.waitFor(() => expect(edges(window)).toEqual([1, 10]));
  expect(window.get().locked).toBe(false);
});
