import { expect, test } from "vitest";
import { asPersonOne } from "../../testing/signedIn";
import { member, myRoom, room, user } from "../../testing/rows";
import { apply } from "../../sync/handlers";
import { people } from "../people/store";
import { archiveRoom, createRoom, discoverRooms, joinRoom, leaveRoom, loadMembers, loadRoom, openDirect, setNotifications } from "./commands";
import {
  canArchive, canLeave, canPost, canRename, members, previewRooms, putFetchedRoom, roomMembers, rooms, roomSections, roomTitle, titleOf,
} from "./store";

const held = asPersonOne();

test("channels stand by name, conversations by their newest message, archived rooms nowhere", () => {
  rooms.putAll([
    myRoom("1", { name: "zoo" }),
    myRoom("2", { name: "Apples" }),
    myRoom("3", { name: "old", archived_at: "2026-11-20T08:00:00.000Z" }),
    myRoom("4", { kind: "direct", last_message_at: "2026-11-20T08:00:00.000Z" }),
    myRoom("5", { kind: "direct", last_message_at: "2026-11-20T09:00:00.000Z" }),
    myRoom("6", { kind: "group" }),
  ]);

  expect(roomSections.get()).toEqual({ channels: ["2", "1"], groups: ["6"], directs: ["5", "4"] });
});

test("a count that changes does not make a new list", () => {
  rooms.putAll([myRoom("1"), myRoom("2")]);
  const before = roomSections.get();
  rooms.patch("1", { unread_count: 3 });

  expect(roomSections.get()).toBe(before);
});

test("a direct room is called after the other person, a nameless group after its people", () => {
  people.putAll([user("2", { display_name: "Ben" }), user("3", { display_name: "", username: "cleo" })]);
  expect(roomTitle(room("9", { kind: "direct", name: "", member_ids: ["1", "2"] }))).toBe("Ben");
  expect(roomTitle(room("9", { kind: "group", name: "", member_ids: ["1", "2", "3"] }))).toBe("Ben, cleo");
  expect(roomTitle(room("9", { kind: "group", name: "Team", member_ids: ["1", "2"] }))).toBe("Team");
});

test("a title follows the person it shows", () => {
  rooms.put(myRoom("9", { kind: "direct", name: "", member_ids: ["1", "2"] }));
  people.put(user("2", { display_name: "Ben" }));
  expect(titleOf("9").get()).toBe("Ben");
  people.put(user("2", { version: 2, display_name: "Benjamin" }));
  expect(titleOf("9").get()).toBe("Benjamin");
});

test("members stand by role and then by name", () => {
  people.putAll([user("1", { display_name: "Zed" }), user("2", { display_name: "ben" }), user("3", { display_name: "Ana" })]);
  members.putAll([member("9", "3"), member("9", "2"), member("9", "1", { role: "owner" }), member("8", "2")]);

  expect(roomMembers(members, "9").map((row) => row.user_id)).toEqual(["1", "3", "2"]);
});

test("what one may do depends on the role and on the kind of room", () => {
  const own = myRoom("1", { role: "owner" });
  expect([canRename(own), canArchive(own), canLeave(own), canPost(own)]).toEqual([true, true, true, true]);
  const direct = myRoom("1", { role: "owner", kind: "direct" });
  expect([canRename(direct), canArchive(direct), canLeave(direct), canPost(direct)]).toEqual([false, false, false, true]);
  const archived = myRoom("1", { role: "owner", archived_at: "2026-11-20T08:00:00.000Z" });
  expect([canRename(archived), canPost(archived)]).toEqual([false, false]);
  expect(canPost(myRoom("1", { role: null }))).toBe(false);
});

test("a reply never takes counts back that the stream has moved on", () => {
  rooms.put(myRoom("5", { last_seq: 10, read_seq: 4, unread_count: 6 }));
  putFetchedRoom(myRoom("5", { version: 2, name: "renamed", last_seq: 9, read_seq: 9, unread_count: 0 }));

  expect(rooms.get("5")).toMatchObject({ name: "renamed", last_seq: 10, read_seq: 4, unread_count: 6 });
});

test("a room I am added to appears read, and goes when I am removed", () => {
  const added = { member: member("5", "1", { role: "moderator" }), user: user("1"), room: room("5", { last_seq: 8, member_count: 3 }) };
  apply({ type: "member.added", data: added });
  expect(rooms.get("5")).toMatchObject({ role: "moderator", read_seq: 8, unread_count: 0, member_count: 3 });

  apply({ type: "member.removed", data: { room_id: "5", user_id: "1", member_count: 2 } });
  expect(rooms.has("5")).toBe(false);
  expect(members.size).toBe(0);
});

test("people who come and go change the roster of a group", () => {
  rooms.put(myRoom("5", { kind: "group", member_ids: ["1", "2"], member_count: 2 }));
  apply({ type: "member.added", data: { member: member("5", "3"), user: user("3"), room: room("5", { kind: "group", member_ids: ["1", "2", "3"], member_count: 3 }) } });
  expect(rooms.get("5")).toMatchObject({ member_ids: ["1", "2", "3"], member_count: 3 });
  expect(people.get("3")).toBeDefined();

  apply({ type: "member.removed", data: { room_id: "5", user_id: "2", member_count: 2 } });
  expect(rooms.get("5")).toMatchObject({ member_ids: ["1", "3"], member_count: 2 });
});

test("a new room is in the list before its event comes", async () => {
  held.server.on("POST /rooms", { status: 201, body: myRoom("7", { role: "owner", name: "new" }) });
  const made = await createRoom({ kind: "channel", name: "new" });

  expect(made.id).toBe("7");
  expect(rooms.get("7")?.role).toBe("owner");
  apply({ type: "room.created", data: room("7", { name: "new" }) });
  expect(rooms.get("7")?.role).toBe("owner");
});

test("a direct room that is known is opened without a request", async () => {
  rooms.put(myRoom("9", { kind: "direct", member_ids: ["1", "2"] }));
  expect((await openDirect("2")).id).toBe("9");
  expect(held.server.seen).toEqual([]);
});

test("a public channel can be looked at, joined and left", async () => {
  held.server.on("GET /rooms/7", { body: myRoom("7", { role: null }) });
  await loadRoom("7");
  expect(previewRooms.has("7")).toBe(true);
  expect(rooms.has("7")).toBe(false);

  held.server.on("PUT /rooms/7/members/me", { status: 201, body: member("7", "1") });
  held.server.on("GET /rooms/7", { body: myRoom("7") });
  await joinRoom("7");
  expect(previewRooms.has("7")).toBe(false);
  expect(rooms.has("7")).toBe(true);

  held.server.on("DELETE /rooms/7/members/me", { status: 204 });
  await leaveRoom("7");
  expect(rooms.has("7")).toBe(false);
});

test("an archived room leaves the sections at once", async () => {
  rooms.put(myRoom("7", { role: "owner" }));
  held.server.on("DELETE /rooms/7", { status: 204 });
  held.server.on("GET /rooms/7", { body: myRoom("7", { role: "owner", version: 2, archived_at: "2026-11-20T08:00:00.000Z" }) });
  await archiveRoom("7");

  expect(roomSections.get().channels).toEqual([]);
});

test("a refused change of notifications is taken back", async () => {
  rooms.put(myRoom("7"));
  held.server.on("PATCH /rooms/7/members/1", { status: 403, body: { code: "insufficient_role" } });
  await expect(setNotifications("7", "nothing")).rejects.toMatchObject({ code: "insufficient_role" });
  expect(rooms.get("7")?.notifications).toBe("all");
});

test("the member list brings its people along", async () => {
  const items = [{ ...member("7", "2"), user: user("2") }];
  held.server.on("GET /rooms/7/members", { body: { items, next: null, prev: null } });
  await loadMembers("7");

  expect(members.get("7/2")).toEqual(member("7", "2"));
  expect(people.has("2")).toBe(true);
});

test("discovering asks with the words and the cursor", async () => {
  held.server.on("GET /rooms/discover", { body: { items: [], next: null, prev: null } });
  await discoverRooms("zo", "c1");
  expect(held.server.seen[0]?.query.toString()).toBe("q=zo&cursor=c1&limit=30");
});
