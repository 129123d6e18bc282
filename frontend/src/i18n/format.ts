import { locale, t } from "./index";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale.get() + JSON.stringify(options);
  let known = formats.get(key);
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(locale.get(), options)));
  return known;
}

/** "14:05", in the reader's clock. */
export function formatTime(iso: string): string {
  return format({ hour: "numeric", minute: "2-digit" }).format(new Date(iso));
}

/** "Today", "Yesterday", or the weekday and date; with the year when it is another one. */
export function formatDay(iso: string, now = new Date()): string {
  const day = new Date(iso);
  const days = Math.round((midnight(now) - midnight(day)) / 86_400_000);
  if (days === 0) return t("Today");
  if (days === 1) return t("Yesterday");
  const sameYear = day.getFullYear() === now.getFullYear();
  return format({
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(day);
}

/** The full date and time, for titles and lists. */
export function formatDate(iso: string): string {
  return format({ dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

/** "3 minutes ago"; "now" within the minute. */
export function formatRelative(iso: string, now = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  const [size, unit] = unitFor(Math.abs(seconds));
  return new Intl.RelativeTimeFormat(locale.get(), { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(locale.get()).format(value);
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function unitFor(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  if (seconds < 3_600) return [60, "minute"];
  if (seconds < 86_400) return [3_600, "hour"];
  if (seconds < 30 * 86_400) return [86_400, "day"];
  if (seconds < 365 * 86_400) return [30 * 86_400, "month"];
  return [365 * 86_400, "year"];
}
