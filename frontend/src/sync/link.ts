import { Value } from "../store/value";

/**
 * How this tab stands with the server. A tab that does not lead repeats what the leader says.
 *
 *   starting   nothing known yet, or the first snapshot is being fetched
 *   live       the stream is open (here, or in the tab that leads)
 *   retrying   the stream broke; it is being opened again from the last position
 *   stale      the server no longer keeps events that old; a new snapshot is being fetched
 *   offline    the browser says there is no network; nothing is tried until it comes back
 *   signedOut  the session ended or there was none; only signing in leads on
 *
 *   starting -> live | retrying | stale | offline | signedOut
 *   live     -> retrying | stale | offline | signedOut
 *   retrying -> live | stale | offline | signedOut
 *   stale    -> live | retrying | offline | signedOut
 *   offline  -> live | retrying | stale | signedOut
 *   signedOut -> starting
 */
export type LinkState = "starting" | "live" | "retrying" | "stale" | "offline" | "signedOut";

export type ConnectionNotice = "none" | "reconnecting" | "offline";

const allowed: Record<LinkState, readonly LinkState[]> = {
  starting: ["live", "retrying", "stale", "offline", "signedOut"],
  live: ["retrying", "stale", "offline", "signedOut"],
  retrying: ["live", "stale", "offline", "signedOut"],
  stale: ["live", "retrying", "offline", "signedOut"],
  offline: ["live", "retrying", "stale", "signedOut"],
  signedOut: ["starting"],
};

export const linkState = new Value<LinkState>("starting");

/** Moves the link on. A step that the machine does not know is refused and returns false. */
export function moveLink(next: LinkState): boolean {
  const now = linkState.get();
  if (now === next) return true;
  if (!allowed[now].includes(next)) return false;
  linkState.set(next);
  return true;
}

/** What to tell the person about the connection. */
export const connectionNotice = new Value<ConnectionNotice>("none");

/** A loss that is mended sooner, such as a proxy's change of connection, is not shown. */
export const NOTICE_AFTER_MS = 250;
/** A notice that is shown can be read. */
export const NOTICE_LEAST_MS = 1_500;

let noticeTimer: ReturnType<typeof setTimeout> | undefined;
let noticedAt = 0;

linkState.watch(() => {
  clearTimeout(noticeTimer);
  const state = linkState.get();
  const shown = connectionNotice.get();
  if (state === "offline") notice("offline");
  else if (state === "retrying" || state === "stale") {
    // Once a notice stands it stays until the link is whole again: no flicker.
    if (shown !== "none") notice("reconnecting");
    else noticeTimer = setTimeout(() => notice("reconnecting"), NOTICE_AFTER_MS);
  } else if (state === "live" && shown === "reconnecting") {
    noticeTimer = setTimeout(() => notice("none"), noticedAt + NOTICE_LEAST_MS - Date.now());
  } else notice("none");
});

function notice(next: ConnectionNotice): void {
  if (connectionNotice.get() !== next) noticedAt = Date.now();
  connectionNotice.set(next);
}

const impatient = new Set<() => void>();

/** Tries again at once instead of waiting for the next attempt. */
export function retryNow(): void {
  for (const hurry of [...impatient]) hurry();
}

/** Calls `hurry` when the person, or the browser's `online` event, asks for an attempt now. */
export function onHurry(hurry: () => void): () => void {
  impatient.add(hurry);
  return () => void impatient.delete(hurry);
}
