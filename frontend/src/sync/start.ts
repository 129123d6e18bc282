import { ApiError, backend } from "../api/client";
import { account, setAccount } from "../features/accounts/store";
import { flushDrafts, loadDrafts } from "../features/messages/commands";
import { flushReads } from "../features/reads/commands";
import { totalUnread } from "../features/reads/store";
import { delay } from "../lib/time";
import { setUnread } from "../lib/title";
import { Tab } from "./leader";
import { linkState, moveLink } from "./link";
import { runOutbox } from "./outbox";
import { bootstrap, dropSnapshot, forgetAll, keepSnapshot, presenceChanges, warmStart } from "./snapshot";
import { backoff, pause } from "./stream";

/** How often the snapshot kept on the device is brought up to date. */
const KEEP_EVERY_MS = 60_000;

/**
 * Runs the client's side of the conversation for as long as the page lives: draws from the last
 * visit, takes a snapshot, follows the stream, and after signing out waits for the next person.
 */
export async function start(): Promise<void> {
  totalUnread.watch(() => setUnread(totalUnread.get()));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leavingPage();
  });
  window.addEventListener("pagehide", leavingPage);
  setInterval(() => void keepSnapshot(), KEEP_EVERY_MS);

  await warmStart();
  for (;;) {
    await runSession();
    moveLink("signedOut");
    forgetAll();
    setAccount({ state: "signedOut" });
    await dropSnapshot();
    await account.until((now) => now.state === "signedIn");
    moveLink("starting");
  }
}

function leavingPage(): void {
  flushReads();
  flushDrafts();
  void keepSnapshot();
}

/** One person's session, from the snapshot to its end. */
async function runSession(): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  backend.onUnauthenticated = end;
  const stop = account.watch(() => {
    if (account.get().state === "signedOut") end();
  });
  try {
    const position = await snapshotUntilItWorks(over.signal);
    const now = account.get();
    if (now.state !== "signedIn" || over.signal.aborted) return;
    void keepSnapshot();
    await loadDrafts();
    void runOutbox(now.me.id, over.signal);
    const tab = new Tab(now.me.id, snapshotUntilItWorks, over.signal);
    const stopPresence = keepPresence(tab, over.signal);
    await tab.run(position).finally(stopPresence);
  } catch (error) {
    // Signed out before or while the snapshot was fetched. Anything else is a bug and must show.
    if (!over.signal.aborted) throw error;
  } finally {
    stop();
    backend.onUnauthenticated = () => undefined;
    over.abort();
  }
}

/** After each break of the stream the leading tab finds out who is here. */
function keepPresence(tab: Tab, signal: AbortSignal): () => void {
  let broken = false;
  return linkState.watch(() => {
    const state = linkState.get();
    if (state === "live" && broken && tab.leads) void refreshPresence(tab, signal);
    broken = state === "retrying" || state === "offline";
  });
}

async function refreshPresence(tab: Tab, signal: AbortSignal): Promise<void> {
  try {
    // After a restart of the server everybody comes back at once: spread out.
    await delay(500 + Math.random() * 3_000, signal);
    for (const event of await presenceChanges(signal)) tab.share(event);
  } catch {
    // The next event about a person tells as much.
  }
}

/** Takes a snapshot, trying again through outages. Rejects only when the session is over. */
async function snapshotUntilItWorks(signal: AbortSignal): Promise<string> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await bootstrap(signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiError) || error.status === 401) throw error;
      moveLink(navigator.onLine ? "retrying" : "offline");
      await pause(Math.max(backoff(failures), (error.retryAfter ?? 0) * 1000), signal);
      if (navigator.onLine) moveLink("retrying");
    }
  }
}
