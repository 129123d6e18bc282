import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestLocks } from "../testing/locks";
import { meAs, message } from "../testing/rows";
import { type Reply, type Seen, TestServer } from "../testing/server";

let server: TestServer;
/** The room as the server has it: one message for each key, however often it was sent. */
let posted: { key: string; body: string; seq: number }[];
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  server = await TestServer.start();
  posted = [];
  server.on("POST /rooms/5/messages", post);
  vi.stubGlobal("navigator", { locks: new TestLocks(), onLine: true });
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  const { persist } = await import("../store/persist");
  await persist.wipe();
  vi.unstubAllGlobals();
  await server.stop();
});

function post(seen: Seen): Reply {
  const key = String(seen.headers["idempotency-key"]);
  const { body } = seen.body as { body: string };
  let row = posted.find((known) => known.key === key);
  if (!row) posted.push((row = { key, body, seq: posted.length + 1 }));
  return { status: 201, body: message("5", row.seq, { author_id: "1", body, client_ref: key }) };
}

async function openTab() {
  vi.resetModules();
  const outbox = await import("./outbox");
  const { backend } = await import("../api/client");
  const { setAccount } = await import("../features/accounts/store");
  const { messages, pending } = await import("../features/messages/store");
  const { moveLink, retryNow } = await import("./link");
  const { timeline } = await import("../store/timeline");
  backend.base = server.base;
  setAccount({ state: "signedIn", me: meAs("1"), session: null });
  const end = new AbortController();
  const running = outbox.runOutbox("1", end.signal);
  const close = async () => {
    end.abort();
    await running;
  };
  closing.push(close);
  const say = (body: string) => outbox.enqueue({ room_id: "5", body, reply_to_id: null });
  const unsent = () => [...pending.values()].map((row) => [row.body, row.state]);
  return { outbox, say, unsent, pending, messages, timeline: timeline("5"), moveLink, retryNow, close };
}

const bodies = () => posted.map((row) => row.body);

test("a message shows at once and becomes real with the answer", async () => {
  const tab = await openTab();
  tab.say("hello");
  expect(tab.unsent()).toEqual([["hello", "waiting"]]);

  await vi.waitFor(() => expect(tab.unsent()).toEqual([]));
  expect(tab.timeline.ids).toEqual(["5000001"]);
  expect(tab.messages.get("5000001")?.body).toBe("hello");
});

test("messages arrive in the order they were written, through failures", async () => {
  let calls = 0;
  server.on("POST /rooms/5/messages", (seen) => {
    calls += 1;
    return calls % 2 === 1 ? { status: 503, body: { code: "unavailable" } } : post(seen);
  });
  const tab = await openTab();
  for (const body of ["a", "b", "c"]) tab.say(body);

  await vi.waitFor(() => expect(bodies()).toEqual(["a", "b", "c"]), { timeout: 8_000 });
});

test("a post whose answer was lost is not doubled", async () => {
  let calls = 0;
  server.on("POST /rooms/5/messages", (seen, response) => {
    calls += 1;
    const reply = post(seen);
    if (calls > 1) return reply;
    response.destroy();
  });
  const tab = await openTab();
  tab.say("once");

  await vi.waitFor(() => expect(tab.unsent()).toEqual([]), { timeout: 4_000 });
  expect(calls).toBe(2);
  expect(posted).toHaveLength(1);
});

test("the event alone settles a message whose answer never comes", async () => {
  server.on("POST /rooms/5/messages", () => undefined);
  const tab = await openTab();
  const row = tab.say("hello");
  await vi.waitFor(() => expect(server.seen).toHaveLength(1));
  tab.outbox.settle(row.client_ref);

  expect(tab.unsent()).toEqual([]);
});

test("a refusal marks the message failed, says why, and lets the next one pass", async () => {
  server.on("POST /rooms/5/messages", (seen) =>
    (seen.body as { body: string }).body === "bad"
      ? { status: 422, body: { code: "invalid_value" } }
      : post(seen),
  );
  const tab = await openTab();
  const bad = tab.say("bad");
  tab.say("good");

  await vi.waitFor(() => expect(bodies()).toEqual(["good"]));
  expect(tab.pending.get(bad.client_ref)).toMatchObject({ state: "failed", error: "invalid_value" });

  server.on("POST /rooms/5/messages", post);
  tab.outbox.retry(bad.client_ref);
  await vi.waitFor(() => expect(bodies()).toEqual(["good", "bad"]));
  expect(tab.unsent()).toEqual([]);
});

test("a discarded message is gone, here and after a reload", async () => {
  server.on("POST /rooms/5/messages", { status: 403, body: { code: "not_member" } });
  const tab = await openTab();
  const row = tab.say("never mind");
  await vi.waitFor(() => expect(tab.unsent()).toEqual([["never mind", "failed"]]));
  tab.outbox.discard(row.client_ref);
  await tab.close();

  const again = await openTab();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(again.unsent()).toEqual([]);
});

test("nothing is tried while offline, and all of it is sent on the return", async () => {
  const tab = await openTab();
  tab.moveLink("offline");
  tab.say("later");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.seen).toHaveLength(0);
  expect(tab.unsent()).toEqual([["later", "waiting"]]);

  tab.moveLink("retrying");
  tab.moveLink("live");
  await vi.waitFor(() => expect(bodies()).toEqual(["later"]));
});

test("unsent messages survive a reload and are sent with the same key", async () => {
  server.on("POST /rooms/5/messages", (seen) => {
    post(seen);
    return { status: 503, body: { code: "unavailable" } };
  });
  const tab = await openTab();
  tab.say("kept");
  await vi.waitFor(() => expect(posted).toHaveLength(1));
  await tab.close();

  server.on("POST /rooms/5/messages", post);
  const again = await openTab();
  await vi.waitFor(() => expect(again.timeline.ids).toEqual(["5000001"]));
  expect(again.unsent()).toEqual([]);
  expect(posted).toHaveLength(1);
});

test("all tabs show what is unsent; one of them sends it, and another takes over", async () => {
  server.on("POST /rooms/5/messages", { status: 503, body: { code: "unavailable" } });
  const first = await openTab();
  const second = await openTab();
  await new Promise((resolve) => setTimeout(resolve, 50));
  second.say("from the second");
  await vi.waitFor(() => expect(first.unsent()).toHaveLength(1));
  await vi.waitFor(() => expect(server.seen.length).toBeGreaterThan(0));

  server.on("POST /rooms/5/messages", post);
  await first.close();
  await vi.waitFor(() => expect(bodies()).toEqual(["from the second"]), { timeout: 4_000 });
  await vi.waitFor(() => expect(second.unsent()).toEqual([]));
});
