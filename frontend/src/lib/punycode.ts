/**
 * Stands in for the `punycode.js` package in the bundle (see vite.config.ts): the browser's own
 * URL parser knows international host names.
 */
export function toASCII(host: string): string {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return host;
  }
}

/** Host names are shown as they were written; a decoded one could pass for another. */
export const toUnicode = (host: string): string => host;

export default { toASCII, toUnicode };
