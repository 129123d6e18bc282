import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backend } from "../api/client";
import { people } from "../features/people/store";
import { user } from "../testing/rows";
import { TestLog, TestServer, token } from "../testing/server";
import { Feed, type Step } from "./feed";

let server: TestServer;
let log: TestLog;
const lost = vi.fn();
let feed: Feed;

beforeEach(async () => {
  server = await TestServer.start();
  log = new TestLog(server);
  backend.base = server.base;
  people.clear();
  lost.mockClear();
  feed = new Feed(lost, new AbortController().signal);
});

afterEach(() => server.stop());

/** Step n renames user 1 to n; its sender had everything before it. */
const step = (n: number): Step => ({
  event: { type: "user.updated", data: user("1", { version: n, display_name: String(n) }) },
  position: token(n),
  prev: token(n - 1),
});

const name = () => people.get("1")?.display_name;

test("events wait for the snapshot and those it already contains are dropped", async () => {
  for (let n = 1; n <= 6; n += 1) log.publish("user.updated", step(n).event.data);
  feed.receive(step(5));
  feed.receive(step(6));
  expect(name()).toBeUndefined();

  feed.open(token(5));
  await vi.waitFor(() => expect(name()).toBe("6"));
  expect(feed.position).toBe(token(6));
});

test("an event that comes again changes nothing", () => {
  feed.open(token(0));
  feed.receive(step(1));
  feed.receive(step(2));
  feed.receive(step(1));

  expect(feed.position).toBe(token(2));
  expect(name()).toBe("2");
});

test("a hole before a shared event is filled from the log, in order", async () => {
  for (let n = 1; n <= 6; n += 1) log.publish("user.updated", step(n).event.data);
  feed.open(token(1));
  feed.receive(step(5));
  feed.receive(step(6));

  await vi.waitFor(() => expect(feed.position).toBe(token(6)));
  expect(server.calls("GET /events/page")[0]?.query.get("after")).toBe(token(1));
  expect(name()).toBe("6");
  expect(lost).not.toHaveBeenCalled();
});

test("a hole that the log does not reach any more asks for a snapshot", async () => {
  server.on("GET /events/page", { body: { items: [], next: token(9), reset: true } });
  feed.open(token(1));
  feed.receive(step(5));

  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce());
});

test("ephemeral events pass at once and move nothing", () => {
  feed.open(token(3));
  feed.receive({
    event: { type: "presence.updated", data: { user_id: "1", presence: "online" } },
    position: null,
    prev: token(9),
  });
  expect(feed.position).toBe(token(3));
});

test("events from behind the snapshot are dropped, with one question to the log", async () => {
  for (let n = 1; n <= 9; n += 1) log.publish("user.updated", step(n).event.data);
  feed.open(token(7));
  for (let n = 4; n <= 9; n += 1) feed.receive(step(n));

  await vi.waitFor(() => expect(name()).toBe("9"));
  expect(feed.position).toBe(token(9));
  feed.receive(step(5));
  expect(name()).toBe("9");
  expect(server.calls("GET /events/page").map((seen) => seen.query.get("after"))).toEqual([token(7), token(9)]);
});

test("a tab that stands behind the leader catches up without waiting for an event", async () => {
  for (let n = 1; n <= 3; n += 1) log.publish("user.updated", step(n).event.data);
  feed.open(token(1));
  feed.compare(token(3));
  await vi.waitFor(() => expect(name()).toBe("3"));

  feed.compare(token(3));
  feed.compare(token(2));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(server.calls("GET /events/page")).toHaveLength(2);
});

test("an answer from before a new snapshot is void", async () => {
  for (let n = 1; n <= 3; n += 1) log.publish("user.updated", step(n).event.data);
  feed.open(token(1));
  feed.receive(step(3));
  feed.hold();
  people.clear();
  feed.open(token(3));
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect(name()).toBeUndefined();
  expect(feed.position).toBe(token(3));
});
