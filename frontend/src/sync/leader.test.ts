import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestLocks } from "../testing/locks";
import { user } from "../testing/rows";
import { TestLog, TestServer, token } from "../testing/server";

let server: TestServer;
let log: TestLog;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  server = await TestServer.start();
  log = new TestLog(server);
  vi.stubGlobal("navigator", { locks: new TestLocks(), onLine: true });
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  vi.unstubAllGlobals();
  await server.stop();
});

/** A browser tab: its own copy of every module, as a real tab has. */
async function openTab(position = token(log.position)) {
  vi.resetModules();
  const { Tab } = await import("./leader");
  const { backend } = await import("../api/client");
  const { people } = await import("../features/people/store");
  const { linkState } = await import("./link");
  backend.base = server.base;
  const end = new AbortController();
  const snapshots: string[] = [];
  const tab = new Tab(
    "1",
    () => {
      snapshots.push(token(log.position));
      return Promise.resolve(token(log.position));
    },
    end.signal,
  );
  const running = tab.run(position);
  const close = async () => {
    end.abort();
    await running;
  };
  closing.push(close);
  return { tab, close, running, snapshots, linkState, name: () => people.get("7")?.display_name };
}

let version = 0;
function rename(name: string): void {
  version += 1;
  log.publish("user.updated", user("7", { version, display_name: name }));
}

test("however many tabs there are, one stream is open and all of them hear", async () => {
  const first = await openTab();
  const second = await openTab();
  const third = await openTab();
  await vi.waitFor(() => expect(log.readers).toBe(1));

  rename("Ana");

  for (const tab of [first, second, third]) await vi.waitFor(() => expect(tab.name()).toBe("Ana"));
  expect(log.connections).toHaveLength(1);
  expect([first, second, third].map(({ tab }) => tab.leads)).toEqual([true, false, false]);
  await vi.waitFor(() => expect(third.linkState.get()).toBe("live"));
});

test("when the leading tab closes another goes on within a second, without a gap", async () => {
  const first = await openTab();
  const second = await openTab();
  const third = await openTab();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  rename("before");
  await vi.waitFor(() => expect(third.name()).toBe("before"));

  const began = Date.now();
  await first.close();
  rename("between");
  await vi.waitFor(() => expect(second.name()).toBe("between"));
  await vi.waitFor(() => expect(third.name()).toBe("between"));

  expect(Date.now() - began).toBeLessThan(1_000);
  expect(log.connections.at(-1)?.query.get("after")).toBe(token(1));
});

test("a tab whose snapshot is older than what the leader shares catches up first", async () => {
  await openTab();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  rename("one");
  rename("two");
  const late = await openTab(token(0));
  rename("three");

  await vi.waitFor(() => expect(late.name()).toBe("three"));
  expect(late.tab.position).toBe(token(3));
});

test("a reset makes every tab take a new snapshot, and the stream goes on from it", async () => {
  const first = await openTab();
  const second = await openTab();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  await vi.waitFor(() => expect(second.linkState.get()).toBe("live"));

  log.write('event: reset\ndata: {"reason":"too_old"}\n\n');
  await vi.waitFor(() => expect(first.snapshots.length + second.snapshots.length).toBe(2));
  rename("after");

  await vi.waitFor(() => expect(first.name()).toBe("after"));
  await vi.waitFor(() => expect(second.name()).toBe("after"));
});

test("an ended session ends every tab", async () => {
  const first = await openTab();
  const second = await openTab();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  await vi.waitFor(() => expect(second.linkState.get()).toBe("live"));
  server.on("GET /events", { status: 401, body: { code: "unauthenticated" } });
  log.drop();

  expect(await first.running).toBe("signedOut");
  expect(await second.running).toBe("signedOut");
});

test("without locks and channels a tab has its own stream", async () => {
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("BroadcastChannel", undefined);
  const first = await openTab();
  const second = await openTab();
  await vi.waitFor(() => expect(log.readers).toBe(2));
  rename("both");

  await vi.waitFor(() => expect(first.name()).toBe("both"));
  await vi.waitFor(() => expect(second.name()).toBe("both"));
});

test("an event shared by hand reaches every tab and moves no position", async () => {
  const first = await openTab();
  const second = await openTab();
  await vi.waitFor(() => expect(second.linkState.get()).toBe("live"));
  first.tab.share({ type: "user.updated", data: user("7", { display_name: "shared" }) });

  await vi.waitFor(() => expect(second.name()).toBe("shared"));
  expect(second.tab.position).toBe(first.tab.position);
});

test("a leader that sleeps loses the lock to a tab that is looked at", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  try {
    const asleep = navigator.locks.request("confab:stream:1", () => new Promise<void>(() => undefined));
    asleep.catch(() => undefined);
    const tab = await openTab();
    vi.advanceTimersByTime(40_000);
    expect(tab.tab.leads).toBe(false);

    vi.advanceTimersByTime(20_000);
    await vi.waitFor(() => expect(tab.tab.leads).toBe(true));
    await vi.waitFor(() => expect(log.readers).toBe(1));
  } finally {
    vi.useRealTimers();
  }
});
