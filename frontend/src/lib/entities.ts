/**
 * Stands in for the `entities` package in the bundle (see vite.config.ts): of HTML's 2,231 named
 * references people type a handful, and the full table would be a tenth of the first download.
 */
const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00A0",
  copy: "©",
  reg: "®",
  trade: "™",
  hellip: "…",
  ndash: "–",
  mdash: "—",
  laquo: "«",
  raquo: "»",
  times: "×",
  deg: "°",
  euro: "€",
  larr: "←",
  rarr: "→",
};

/** Decodes character references that end in a semicolon; unknown names stay as they are. */
export function decodeHTMLStrict(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]+));/g, (whole, decimal, hex, name) => {
    if (typeof name === "string") return NAMED[name] ?? whole;
    const point = typeof decimal === "string" ? Number(decimal) : parseInt(String(hex), 16);
    const allowed = point > 0 && point <= 0x10_ff_ff && (point < 0xd8_00 || point > 0xdf_ff);
    return allowed ? String.fromCodePoint(point) : "\uFFFD";
  });
}
