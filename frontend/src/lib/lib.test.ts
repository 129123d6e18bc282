import { expect, test } from "vitest";
import { decodeHTMLStrict } from "./entities";
import { newKey } from "./ids";
import { toASCII } from "./punycode";
import { hue, initials, utf8Length } from "./text";
import { delay, minutesBetween, sameDay } from "./time";

test("keys are visible ASCII, short enough, and never the same", () => {
  const keys = new Set(Array.from({ length: 1_000 }, newKey));
  expect(keys.size).toBe(1_000);
  for (const key of keys) expect(key).toMatch(/^[\w-]{22}$/);
});

test("initials are the first letters of the first and last word", () => {
  expect(initials("Ana María Ruiz")).toBe("AR");
  expect(initials("ben")).toBe("B");
  expect(initials("  ")).toBe("");
  expect(initials("😀 cat")).toBe("😀C");
});

test("an id always has the same hue", () => {
  expect(hue("123")).toBe(hue("123"));
  expect(hue("123")).toBeGreaterThanOrEqual(0);
  expect(hue("123")).toBeLessThan(360);
});

test("length is counted in bytes as the server does", () => {
  expect(utf8Length("aä😀")).toBe(7);
});

test("character references that people type are decoded, others are left alone", () => {
  expect(decodeHTMLStrict("&amp;&lt;&#65;&#x1F600;&unknown;&copy")).toBe("&<A😀&unknown;&copy");
  expect(decodeHTMLStrict("&#0;&#xD800;&#1114112;")).toBe("\uFFFD\uFFFD\uFFFD");
});

test("international host names become what the network uses", () => {
  expect(toASCII("bücher.example")).toBe("xn--bcher-kva.example");
  expect(toASCII("not a host")).toBe("not a host");
});

test("days and minutes are those of the reader", () => {
  expect(sameDay("2026-11-20T12:00:00Z", "2026-11-20T12:30:00Z")).toBe(true);
  expect(sameDay("2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z")).toBe(false);
  expect(minutesBetween("2026-11-20T12:05:00Z", "2026-11-20T12:00:00Z")).toBe(5);
});

test("a wait that is given up rejects at once", async () => {
  const abort = new AbortController();
  const waiting = delay(60_000, abort.signal);
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  await expect(delay(1, abort.signal)).rejects.toBeDefined();
});
