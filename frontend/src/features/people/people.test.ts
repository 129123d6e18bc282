import { expect, test, vi } from "vitest";
import { asPersonOne } from "../../testing/signedIn";
import { user } from "../../testing/rows";
import type { Seen } from "../../testing/server";
import { apply } from "../../sync/handlers";
import { need, searchPeople } from "./commands";
import { people, personName, presenceOf } from "./store";

const held = asPersonOne();
const byIds = (seen: Seen) => ({
  body: { items: (seen.query.get("ids") ?? "").split(",").map((id) => user(id)), next: null, prev: null },
});

test("the missing people of many rows are one request", async () => {
  held.server.on("GET /users", byIds);
  people.put(user("11"));
  need(["11", "12"]);
  need(["12", "13"]);

  await vi.waitFor(() => expect(people.has("13")).toBe(true));
  expect(held.server.seen.map((seen) => seen.query.get("ids"))).toEqual(["12,13"]);
});

test("more people than one request may name are several requests", async () => {
  held.server.on("GET /users", byIds);
  const ids = Array.from({ length: 450 }, (_, index) => String(1_000 + index));
  need(ids);

  await vi.waitFor(() => expect(ids.every((id) => people.has(id))).toBe(true));
  expect(held.server.calls("GET /users").map((seen) => seen.query.get("ids")!.split(",").length)).toEqual([200, 200, 50]);
});

test("somebody who does not exist is not asked for again and again", async () => {
  held.server.on("GET /users", { body: { items: [], next: null, prev: null } });
  need(["404"]);
  await vi.waitFor(() => expect(held.server.seen).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  need(["404"]);
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect(held.server.seen).toHaveLength(1);
});

test("people found by search are known afterwards", async () => {
  held.server.on("GET /users", { body: { items: [user("21")], next: "c", prev: null } });
  expect((await searchPeople("us")).next).toBe("c");
  expect(people.has("21")).toBe(true);
});

test("somebody without a display name goes by the username", () => {
  expect(personName(user("1", { display_name: "", username: "ana" }))).toBe("ana");
  expect(personName(undefined)).toBe("");
});

test("presence follows its events; nobody heard of is offline", () => {
  expect(presenceOf("2")).toBe("offline");
  apply({ type: "presence.updated", data: { user_id: "2", presence: "idle" } });
  expect(presenceOf("2")).toBe("idle");
});
