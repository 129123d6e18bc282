import { setupI18n } from "@lingui/core";
import english from "virtual:messages/en";
import { Value } from "../store/value";

export type Locale = "en" | "ar" | "ja";

export const locales: readonly { code: Locale; name: string; dir: "ltr" | "rtl" }[] = [
  { code: "en", name: "English", dir: "ltr" },
  { code: "ar", name: "العربية", dir: "rtl" },
  { code: "ja", name: "日本語", dir: "ltr" },
];

const catalogs = {
  en: () => Promise.resolve({ default: english }),
  ar: () => import("virtual:messages/ar"),
  ja: () => import("virtual:messages/ja"),
};

const i18n = setupI18n({ locale: "en", messages: { en: english } });

/** The language on the screen. Views are mounted anew when it changes. */
export const locale = new Value<Locale>("en");

/**
 * A sentence in the reader's language. The English sentence is its key: write it literally, in
 * ICU form, so that the extractor finds it. Falls back to English where a translation is missing.
 */
export function t(sentence: string, values?: Record<string, unknown>): string {
  // Sentences without ICU forms are not in the English catalogue: they are what they say.
  return sentence in i18n.messages ? i18n._(sentence, values) : sentence;
}

/** The language to use for a stored choice; an empty or unknown one asks the browser. */
export function chooseLocale(stored: string, preferred: readonly string[] = navigator.languages): Locale {
  for (const tag of [stored, ...preferred]) {
    const base = tag.toLowerCase().split("-")[0];
    const found = locales.find((known) => known.code === base);
    if (found) return found.code;
  }
  return "en";
}

/** Switches the language once its sentences are here; keeps the old one when they cannot be had. */
export async function activateLocale(next: Locale): Promise<void> {
  if (next !== i18n.locale) {
    const { default: sentences } = await catalogs[next]();
    i18n.loadAndActivate({ locale: next, messages: sentences });
  }
  document.documentElement.lang = next;
  document.documentElement.dir = locales.find((known) => known.code === next)?.dir ?? "ltr";
  locale.set(next);
}

export { formatDate, formatDay, formatNumber, formatRelative, formatTime } from "./format";
