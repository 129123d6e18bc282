import { beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

test("a short break is not shown, a long one is, and it goes with the return", async () => {
  const { connectionNotice, moveLink, NOTICE_AFTER_MS } = await import("./link");
  moveLink("live");
  moveLink("retrying");
  vi.advanceTimersByTime(NOTICE_AFTER_MS - 100);
  expect(connectionNotice.get()).toBe("none");
  moveLink("live");
  vi.advanceTimersByTime(NOTICE_AFTER_MS);
  expect(connectionNotice.get()).toBe("none");

  moveLink("retrying");
  vi.advanceTimersByTime(NOTICE_AFTER_MS);
  expect(connectionNotice.get()).toBe("reconnecting");
  moveLink("live");
  expect(connectionNotice.get()).toBe("none");
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
