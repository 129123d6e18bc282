import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../api/client";
import { errorText } from "./errors";
import { activateLocale, chooseLocale, formatDay, formatRelative, formatTime, locale, locales, t } from "./index";

beforeEach(() => {
  vi.stubGlobal("document", { documentElement: {} });
});
afterEach(async () => {
  await activateLocale("en");
  vi.unstubAllGlobals();
});

test("English sentences are their own key, plurals follow the number", () => {
  const sentence = "{count, plural, one {# member} other {# members}}";
  expect(t("Today")).toBe("Today");
  expect([1, 3].map((count) => t(sentence, { count }))).toEqual(["1 member", "3 members"]);
});

test("another language changes the sentences and the direction of the page", async () => {
  await activateLocale("ar");
  expect(document.documentElement).toMatchObject({ lang: "ar", dir: "rtl" });
  expect(t("Today")).toBe("اليوم");
  await activateLocale("ja");
  expect(document.documentElement).toMatchObject({ lang: "ja", dir: "ltr" });
  expect(t("Today")).toBe("今日");
  expect(locale.get()).toBe("ja");
});

test("the stored choice decides, then the browser, then English", () => {
  expect(chooseLocale("ja", ["ar"])).toBe("ja");
  expect(chooseLocale("", ["fr-FR", "ar-EG"])).toBe("ar");
  expect(chooseLocale("xx", ["fr"])).toBe("en");
});

test("days are named as people name them", () => {
  const now = new Date(2026, 10, 20, 12);
  expect(formatDay(new Date(2026, 10, 20, 1).toISOString(), now)).toBe("Today");
  expect(formatDay(new Date(2026, 10, 19, 23).toISOString(), now)).toBe("Yesterday");
  expect(formatDay(new Date(2026, 10, 2).toISOString(), now)).toBe("Monday, November 2");
  expect(formatDay(new Date(2025, 10, 2).toISOString(), now)).toContain("2025");
  expect(formatTime(new Date(2026, 10, 2, 14, 5).toISOString())).toMatch(/2:05.PM/);
});

test("how long ago is said in the largest unit that fits", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");
  expect(formatRelative("2026-11-20T11:59:40Z", now)).toBe("this minute");
  expect(formatRelative("2026-11-20T11:57:00Z", now)).toBe("3 minutes ago");
  expect(formatRelative("2026-11-19T12:00:00Z", now)).toBe("yesterday");
});

test("a refusal is told in the reader's words, else in the server's", () => {
  expect(errorText(new ApiError(409, "username_taken", "x"))).toBe("Somebody already uses this username.");
  expect(errorText(new ApiError(422, "something_new", "The server's words."))).toBe("The server's words.");
  const fields = [{ pointer: "/password", code: "password_too_short", detail: "" }];
  expect(errorText(new ApiError(422, "invalid_value", "x", fields))).toContain("at least 10");
  expect(errorText(new Error("a bug"))).toBe("Something went wrong. Try again.");
});

describe.each(locales.filter(({ code }) => code !== "en").map(({ code }) => code))("the catalogue %s", (code) => {
  const file = join(import.meta.dirname, `catalogs/${code}.json`);
  const catalog = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  const names = (text: string) => [...new Set(text.match(/\{\w+/g))].filter((name) => /^\{[a-z]+$/.test(name)).sort();

  test("uses the same values in every sentence", () => {
    for (const [sentence, translation] of Object.entries(catalog)) {
      if (translation === "" || sentence.includes("plural")) continue;
      expect(names(translation), sentence).toEqual(names(sentence));
    }
  });

  test("keeps plurals plural", () => {
    for (const [sentence, translation] of Object.entries(catalog)) {
      if (translation !== "" && sentence.includes(", plural,")) expect(translation).toContain(", plural,");
    }
  });
});
