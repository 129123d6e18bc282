import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backend } from "../api/client";
import { TestLog, TestServer, token } from "../testing/server";
import { retryNow } from "./link";
import { backoff, follow, type Ending, type Listener } from "./stream";

let server: TestServer;
let log: TestLog;
let stop: AbortController;
let following: Promise<Ending> | null;

const heard: { type: string; position: string | null }[] = [];
const states: string[] = [];
let position = "0";

const listener: Listener = {
  position: () => position,
  event: ({ type }, at) => {
    heard.push({ type, position: at });
    if (at !== null) position = at;
  },
  state: (state) => states.push(state),
  beat: () => undefined,
};

beforeEach(async () => {
  server = await TestServer.start();
  log = new TestLog(server);
  backend.base = server.base;
  stop = new AbortController();
  [heard.length, states.length, position] = [0, 0, "0"];
});

afterEach(async () => {
  stop.abort();
  await following;
  await server.stop();
});

function start(): Promise<Ending> {
  following = follow(listener, stop.signal);
  return following;
}

const positions = () => heard.map((event) => event.position);

test("what happened before and what happens now arrive in order, once", async () => {
  log.publish("a", {});
  void start();
  await vi.waitFor(() => expect(states).toEqual(["live"]));
  log.publish("b", {});
  await vi.waitFor(() => expect(positions()).toEqual([token(1), token(2)]));
});

test("after a lost connection it goes on from the last position", async () => {
  void start();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  log.publish("a", {});
  await vi.waitFor(() => expect(heard).toHaveLength(1));
  log.drop();
  log.publish("b", {});
  await vi.waitFor(() => expect(positions()).toEqual([token(1), token(2)]), { timeout: 3_000 });

  expect(states).toEqual(["live", "retrying", "live"]);
  expect(log.connections.at(-1)?.query.get("after")).toBe(token(1));
});

test("an ephemeral event has no position", async () => {
  void start();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  log.write('event: typing\ndata: {"type":"typing","data":{}}\n\n');
  await vi.waitFor(() => expect(heard).toEqual([{ type: "typing", position: null }]));
});

test("a reset ends the following", async () => {
  const ending = start();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  log.write('event: reset\ndata: {"reason":"too_old"}\n\n');
  expect(await ending).toBe("reset");
});

test("an ended session ends the following", async () => {
  server.on("GET /events", { status: 401, body: { code: "unauthenticated" } });
  expect(await start()).toBe("signedOut");
});

test("204 means not to come back", async () => {
  server.on("GET /events", { status: 204 });
  expect(await start()).toBe("stopped");
});

test("a refusal with a time is kept to, and hurrying cuts it short", async () => {
  server.on("GET /events", { status: 429, headers: { "Retry-After": "60" }, body: { code: "too_many_streams" } });
  void start();
  await vi.waitFor(() => expect(states).toContain("retrying"));
  expect(server.calls("GET /events")).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  retryNow();
  await vi.waitFor(() => expect(server.calls("GET /events")).toHaveLength(2));
});

test("an answer that is no event stream is a lost connection", async () => {
  server.on("GET /events", { body: {} });
  void start();
  await vi.waitFor(() => expect(states).toContain("retrying"));
});

test("the pauses grow to fifteen seconds and are never in step", () => {
  const many = Array.from({ length: 200 }, () => backoff(20));
  expect(Math.max(...many)).toBeLessThanOrEqual(15_000);
  expect(Math.min(...many)).toBeGreaterThanOrEqual(7_500);
  expect(new Set(many).size).toBeGreaterThan(100);
  expect(backoff(1)).toBe(500);
});
