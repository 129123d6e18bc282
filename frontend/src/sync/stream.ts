/**
 * The event stream, read with `fetch` instead of EventSource. What that buys: heartbeats are
 * visible, so a dead connection is noticed in seconds and not by the kernel's timeout; the status
 * line is visible, so "signed out" (401), "stop" (204) and "too many" (429) are told apart from a
 * broken network; and the position asked for is exactly the one this client has applied.
 */
import { address, problem } from "../api/client";
import type { ServerEvent } from "../api/types";
import { delay } from "../lib/time";
import { onHurry } from "./link";
import { FrameParser, type Frame } from "./sse";

export interface Listener {
  /** The position after which to go on. */
  position(): string;
  /** `position` is null for ephemeral events. */
  event(event: ServerEvent, position: string | null): void;
  /** The stream is open, or lost and being opened again. */
  state(state: "live" | "retrying" | "offline"): void;
  /** Bytes arrived, be it only a heartbeat. */
  beat(): void;
}

/**
 * Why a stream is not followed any more: the server no longer keeps events that old (`reset`),
 * the session is over (`signedOut`), the account was closed (`stopped`), or the caller's signal.
 */
export type Ending = "reset" | "signedOut" | "stopped" | "aborted";

const BACKOFF_MS = 500;
const BACKOFF_MOST_MS = 15_000;
const HEARTBEAT_S = 15;
/** This many missed heartbeats mean the connection is dead. */
const MISSED_BEATS = 3;
/** A stream that held this long was good; the next loss starts with short pauses again. */
const GOOD_AFTER_MS = 5_000;

type Outcome = { ending: Ending } | { retryAfter: number | null; lasted: number };

/** Follows the server until there is a reason not to, opening the stream again after each loss. */
export async function follow(listener: Listener, signal: AbortSignal): Promise<Ending> {
  let failures = 0;
  while (!signal.aborted) {
    if (isOffline()) {
      listener.state("offline");
      await untilOnline(signal);
      listener.state("retrying");
      failures = 0;
    }
    const outcome = await readOnce(listener, signal);
    if (signal.aborted) break;
    if ("ending" in outcome) return outcome.ending;
    listener.state(isOffline() ? "offline" : "retrying");
    failures = outcome.lasted >= GOOD_AFTER_MS ? 1 : failures + 1;
    await pause(Math.max(backoff(failures), (outcome.retryAfter ?? 0) * 1000), signal);
  }
  return "aborted";
}

async function readOnce(listener: Listener, signal: AbortSignal): Promise<Outcome> {
  const started = Date.now();
  const lost = (retryAfter: number | null = null): Outcome => ({ retryAfter, lasted: Date.now() - started });
  const watchdog = new Watchdog();
  try {
    const response = await fetch(address("/events", { after: listener.position() }), {
      headers: { Accept: "text/event-stream" },
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.any([signal, watchdog.signal]),
    });
    if (response.status === 204) return { ending: "stopped" };
    if (!response.ok || !response.body) {
      const error = problem(response, await response.text());
      if (error.status === 401) return { ending: "signedOut" };
      return lost(error.retryAfter);
    }
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return lost();
    return (await readBody(response.body, listener, watchdog)) ?? lost();
  } catch {
    return lost();
  } finally {
    watchdog.stop();
  }
}

async function readBody(
  body: ReadableStream<Uint8Array>,
  listener: Listener,
  watchdog: Watchdog,
): Promise<Outcome | null> {
  const parser = new FrameParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return null;
      watchdog.feed();
      listener.beat();
      for (const frame of parser.push(decoder.decode(value, { stream: true }))) {
        if (frame.event === "reset") return { ending: "reset" };
        take(frame, listener, watchdog);
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function take(frame: Frame, listener: Listener, watchdog: Watchdog): void {
  const body = JSON.parse(frame.data) as ServerEvent & { heartbeat_s?: number; data?: { heartbeat_s?: number } };
  if (frame.event === "hello") {
    watchdog.expect(body.heartbeat_s ?? body.data?.heartbeat_s ?? HEARTBEAT_S);
    return listener.state("live");
  }
  listener.event({ ...body, type: frame.event }, frame.id);
}

/** Cuts a connection that has been silent for too long, also after the machine slept or lost its network. */
class Watchdog {
  #cut = new AbortController();
  #silence = HEARTBEAT_S * MISSED_BEATS * 1000;
  #last = Date.now();
  #timer = setInterval(() => this.#check(), 5_000);
  #stopWaking = onWaking(() => this.#check());
  #stopOffline = onOffline(() => this.#cut.abort());
  #stopHurry = onHurry(() => this.#check());

  readonly signal = this.#cut.signal;

  feed(): void {
    this.#last = Date.now();
  }

  expect(heartbeat_s: number): void {
    this.#silence = heartbeat_s * MISSED_BEATS * 1000;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopWaking();
    this.#stopOffline();
    this.#stopHurry();
  }

  #check(): void {
    if (Date.now() - this.#last > this.#silence) this.#cut.abort();
  }
}

/** The page became visible, came back from the cache, or the network returned. */
export function onWaking(wake: () => void): () => void {
  if (typeof window === "undefined") return () => undefined;
  const visible = () => document.visibilityState === "visible" && wake();
  document.addEventListener("visibilitychange", visible);
  window.addEventListener("pageshow", wake);
  window.addEventListener("online", wake);
  return () => {
    document.removeEventListener("visibilitychange", visible);
    window.removeEventListener("pageshow", wake);
    window.removeEventListener("online", wake);
  };
}

function onOffline(act: () => void): () => void {
  if (typeof window === "undefined") return () => undefined;
  window.addEventListener("offline", act);
  return () => window.removeEventListener("offline", act);
}

/** Between half and all of a pause that doubles: many clients must not come back in step. */
export function backoff(failures: number): number {
  const most = Math.min(BACKOFF_MS * 2 ** Math.max(0, failures - 1), BACKOFF_MOST_MS);
  return Math.max(BACKOFF_MS, most * (0.5 + Math.random() / 2));
}

function isOffline(): boolean {
  return typeof window !== "undefined" && !navigator.onLine;
}

/** Waits for the network; a person who asks to hurry is believed over the browser. */
function untilOnline(signal: AbortSignal): Promise<void> {
  return pause(2 ** 31 - 1, signal);
}

/** Waits; ends early on waking, on a call to hurry, or with the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const early = new AbortController();
  const wake = () => early.abort();
  const stops = [onWaking(wake), onHurry(wake)];
  try {
    await delay(ms, AbortSignal.any([signal, early.signal]));
  } catch {
    // Woken early: that is the point.
  } finally {
    stops.forEach((stop) => stop());
  }
}
