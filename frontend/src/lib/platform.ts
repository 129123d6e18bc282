/** True on Apple systems, where shortcuts use Command instead of Ctrl. */
export const isMac: boolean = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
