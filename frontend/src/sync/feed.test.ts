import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backend } from "../api/client";
import { people } from "../features/people/store";
import { user } from "../testing/rows";
import { TestLog, TestServer } from "../testing/server";
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
  position: String(n),
  prev: String(n - 1),
});

const name = () => people.get("1")?.display_name;

test("events wait for the snapshot and those it already contains are dropped", () => {
  feed.receive(step(5));
  feed.receive(step(6));
  expect(name()).toBeUndefined();

  feed.open("5");
  expect(name()).toBe("6");
  expect(feed.position).toBe("6");
});

test("an event that comes again changes nothing", () => {
  feed.open("0");
  feed.receive(step(1));
  feed.receive(step(2));
  feed.receive(step(1));

  expect(feed.position).toBe("2");
  expect(name()).toBe("2");
});

test("a hole before a shared event is filled from the log, in order", async () => {
  for (let n = 1; n <= 4; n += 1) log.publish("user.updated", step(n).event.data);
  feed.open("1");
  feed.receive(step(5));
  feed.receive(step(6));

  await vi.waitFor(() => expect(feed.position).toBe("6"));
  expect(server.calls("GET /events/page")[0]?.query.get("after")).toBe("1");
  expect(name()).toBe("6");
  expect(lost).not.toHaveBeenCalled();
});

test("a hole that the log does not reach any more asks for a snapshot", async () => {
  server.on("GET /events/page", { body: { items: [], next: "9", reset: true } });
  feed.open("1");
  feed.receive(step(5));

  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce());
});

test("ephemeral events pass at once and move nothing", () => {
  feed.open("3");
  feed.receive({
    event: { type: "presence.updated", data: { user_id: "1", presence: "online" } },
    position: null,
    prev: "9",
  });
  expect(feed.position).toBe("3");
});

test("positions beyond a double's range keep their order", () => {
  feed.open("9007199254740992");
  feed.receive({ ...step(1), position: "9007199254740993", prev: "9007199254740992" });
  expect(name()).toBe("1");
});
