import { expect, test, vi } from "vitest";
import type { Bootstrap } from "../api/types";
import { account, me, ready, settings } from "../features/accounts/store";
import { messages, placePage, typing } from "../features/messages/store";
import { people, presence } from "../features/people/store";
import { members, rooms } from "../features/rooms/store";
import { timeline } from "../store/timeline";
import { meAs, member, messagesOf, myRoom, user } from "../testing/rows";
import { asPersonOne } from "../testing/signedIn";
import { apply } from "./handlers";
import { bootstrap, dropSnapshot, forgetAll, keepSnapshot, presenceChanges, warmStart } from "./snapshot";

const held = asPersonOne();
const signal = new AbortController().signal;

function serve(change: Partial<Bootstrap> = {}): void {
  const body: Bootstrap = {
    position: "42",
    me: meAs("1"),
    settings: { theme: "dark", density: "compact", language: "ja", version: 3 },
    rooms: [myRoom("5", { unread_count: 2 })],
    users: [user("1"), user("2")],
    presence: [{ user_id: "2", presence: "online" }],
    session: null,
    server: { name: "Our place", version: "1" },
    ...change,
  };
  held.server.on("GET /bootstrap", { body });
}

test("a snapshot fills the tables and says where events go on", async () => {
  serve();
  expect(await bootstrap(signal)).toBe("42");

  expect(me().id).toBe("1");
  expect(settings.get().theme).toBe("dark");
  expect(rooms.get("5")?.unread_count).toBe(2);
  expect(people.has("2")).toBe(true);
  expect(presence.get("2")?.presence).toBe("online");
  expect(ready.get()).toBe(true);
});

test("a later snapshot takes away what is gone and distrusts what was fetched before it", async () => {
  serve();
  held.server.on("GET /rooms/5/members", { body: { items: [{ ...member("5", "2"), user: user("2") }], next: null, prev: null } });
  await bootstrap(signal);
  rooms.put(myRoom("6"));
  members.putAll([member("5", "1"), member("6", "1")]);
  placePage("5", messagesOf("5", 1, 3));
  apply({ type: "typing", data: { room_id: "5", user_id: "2" } });
  await bootstrap(signal);

  expect([...rooms.values()].map((row) => row.id)).toEqual(["5"]);
  expect(timeline("5").ids).toEqual([]);
  expect(messages.size).toBe(0);
  expect(typing.size).toBe(0);
  await vi.waitFor(() => expect([...members.values()].map((row) => row.user_id)).toEqual(["2"]));
});

test("nobody signed in is a refusal, and nothing is drawn", async () => {
  held.server.on("GET /bootstrap", { status: 401, body: { code: "unauthenticated" } });
  await expect(bootstrap(signal)).rejects.toMatchObject({ status: 401 });
  expect(ready.get()).toBe(false);
});

test("the next visit draws what the last one left, before the server answers", async () => {
  serve();
  await bootstrap(signal);
  await keepSnapshot();
  forgetAll();
  expect(rooms.size).toBe(0);

  expect(await warmStart()).toBe("1");
  expect(rooms.get("5")?.unread_count).toBe(2);
  expect(account.get().state).toBe("signedIn");
});

test("after the session ended the next visit draws nothing", async () => {
  serve();
  await bootstrap(signal);
  await keepSnapshot();
  await dropSnapshot();
  forgetAll();

  expect(await warmStart()).toBeNull();
  expect(ready.get()).toBe(false);
});

test("who came and went during a break is found out as events", async () => {
  serve();
  await bootstrap(signal);
  presence.put({ user_id: "3", presence: "online" });
  serve({ presence: [{ user_id: "2", presence: "online" }, { user_id: "4", presence: "idle" }] });

  expect((await presenceChanges(signal)).map((event) => event.data)).toEqual([
    { user_id: "4", presence: "idle" },
    { user_id: "3", presence: "offline" },
  ]);
});
