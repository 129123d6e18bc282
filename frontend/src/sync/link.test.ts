import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

test("a blink is not shown, a break is, long enough to be read", async () => {
  const { connectionNotice, moveLink, NOTICE_AFTER_MS, NOTICE_LEAST_MS } = await import("./link");
  moveLink("live");
  moveLink("retrying");
  vi.advanceTimersByTime(NOTICE_AFTER_MS - 50);
  expect(connectionNotice.get()).toBe("none");
  moveLink("live");
  vi.advanceTimersByTime(NOTICE_AFTER_MS);
  expect(connectionNotice.get()).toBe("none");

  moveLink("retrying");
  vi.advanceTimersByTime(NOTICE_AFTER_MS);
  expect(connectionNotice.get()).toBe("reconnecting");
  moveLink("live");
  vi.advanceTimersByTime(NOTICE_LEAST_MS - 100);
  expect(connectionNotice.get()).toBe("reconnecting");
  vi.advanceTimersByTime(100);
  expect(connectionNotice.get()).toBe("none");
});

test("a break during the notice of the last one keeps it up", async () => {
  const { connectionNotice, moveLink, NOTICE_AFTER_MS, NOTICE_LEAST_MS } = await import("./link");
  moveLink("live");
  moveLink("retrying");
  vi.advanceTimersByTime(NOTICE_AFTER_MS);
  moveLink("live");
  moveLink("retrying");
  vi.advanceTimersByTime(2 * NOTICE_LEAST_MS);
  expect(connectionNotice.get()).toBe("reconnecting");
});

test("being offline is shown at once", async () => {
  const { connectionNotice, moveLink } = await import("./link");
  moveLink("live");
  moveLink("offline");
  expect(connectionNotice.get()).toBe("offline");
});

test("only signing in leads on from signed out", async () => {
  const { linkState, moveLink } = await import("./link");
  moveLink("signedOut");
  expect(moveLink("live")).toBe(false);
  expect(linkState.get()).toBe("signedOut");
  expect(moveLink("starting")).toBe(true);
});
