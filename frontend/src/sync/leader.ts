/**
 * One stream for all tabs of a browser. A Web Lock elects the tab that holds it; what arrives
 * there is shared over a BroadcastChannel. When that tab closes, the lock passes on by itself
 * and the next holder opens the stream from its own position, so nothing is missed in between.
 *
 * A leader that the browser froze cannot give its lock back: a tab that is looked at and hears
 * nothing for too long takes the lock away. Without Web Locks every tab has its own stream.
 */
import type { Id, ServerEvent } from "../api/types";
import { whileHolding } from "../lib/locks";
import { Feed, type Step } from "./feed";
import { linkState, moveLink, onHurry, retryNow, type LinkState } from "./link";
import { follow, type Ending } from "./stream";

type Note =
  | { kind: "step"; step: Step }
  /** How the leader stands, told at each change and now and then. */
  | { kind: "link"; state: LinkState; position: string }
  | { kind: "reset" }
  /** A new tab asks how things stand. */
  | { kind: "who" }
  /** A tab that is looked at does not want to wait for the next attempt. */
  | { kind: "hurry" }
  | { kind: "over"; ending: Over };

/** Why following ended for good. */
export type Over = Exclude<Ending, "reset">;

/** The leader is heard at least this often while it is awake. */
const BEAT_MS = 15_000;
/** A leader this silent is asleep. */
const ASLEEP_MS = 50_000;
/** How often a visible tab urges a leader whose timers the browser slows down. */
const URGE_MS = 3_000;

/** Fetches a snapshot into the tables and returns its position; tried until it works. */
export type TakeSnapshot = (signal: AbortSignal) => Promise<string>;

/** Keeps this tab's tables in step with the server, through whichever tab leads. */
export class Tab {
  #channel: BroadcastChannel | null;
  #feed: Feed;
  #leads = false;
  #heard = Date.now();
  #over: (ending: Over) => void = () => undefined;
  #snapshotting: Promise<void> | null = null;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;

  constructor(
    private readonly user_id: Id,
    private readonly takeSnapshot: TakeSnapshot,
    signal: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([signal, this.#end.signal]);
    this.#feed = new Feed(() => void this.#renew(), this.#signal);
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`confab:stream:${user_id}`);
    this.#channel?.addEventListener("message", (event: MessageEvent<Note>) => this.#hear(event.data));
  }

  get leads(): boolean {
    return this.#leads;
  }

  get position(): string {
    return this.#feed.position;
  }

  /** Goes on from the snapshot at `position` until the session is over or the signal ends it. */
  async run(position: string): Promise<Over> {
    const over = new Promise<Over>((resolve) => (this.#over = resolve));
    this.#signal.addEventListener("abort", () => this.#over("aborted"));
    if (this.#signal.aborted) this.#over("aborted");
    this.#feed.open(position);
    this.#tell({ kind: "who" });
    const stops = [this.#watchLeader(), onHurry(() => this.#leads || this.#tell({ kind: "hurry" }))];
    void this.#elect();
    const ending = await over;
    if (this.#leads && ending !== "aborted") this.#tell({ kind: "over", ending });
    stops.forEach((stop) => stop());
    this.#end.abort();
    this.#channel?.close();
    return ending;
  }

  async #elect(): Promise<void> {
    while (!this.#signal.aborted) {
      await this.#holdLock(false);
      // Back here without an end: another tab took the lock away. Stand in line again.
      this.#heard = Date.now();
    }
  }

  #holdLock(seize: boolean): Promise<void> {
    const lock = `confab:stream:${this.user_id}`;
    return whileHolding(lock, this.#signal, (held) => this.#lead(held), seize);
  }

  /** Puts an event that the stream cannot replay into the tables of every tab. */
  share(event: ServerEvent): void {
    const step = this.#feed.take(event, null);
    if (step) this.#tell({ kind: "step", step });
  }

  async #lead(held: AbortSignal): Promise<void> {
    this.#leads = true;
    const beat = setInterval(() => this.#tellLink(), BEAT_MS);
    try {
      await this.#snapshotting;
      for (;;) {
        const ending = await follow(this.#listener(), held);
        if (ending === "aborted") return;
        if (ending !== "reset") return this.#over(ending);
        this.#move("stale");
        this.#tell({ kind: "reset" });
        await this.#renew();
        if (held.aborted) return;
      }
    } finally {
      clearInterval(beat);
      this.#leads = false;
    }
  }

  #listener() {
    let lastBeat = 0;
    return {
      position: () => this.#feed.position,
      event: (event: Step["event"], position: string | null) => {
        const step = this.#feed.take(event, position);
        if (step) this.#tell({ kind: "step", step });
      },
      state: (state: "live" | "retrying" | "offline") => this.#move(state),
      beat: () => {
        // Heartbeats keep followers sure of us even while our timers are slowed down.
        if (Date.now() - lastBeat < BEAT_MS / 2) return;
        lastBeat = Date.now();
        this.#tellLink();
      },
    };
  }

  #move(state: LinkState): void {
    moveLink(state);
    this.#tellLink();
  }

  #hear(note: Note): void {
    if (note.kind === "who") {
      if (this.#leads) this.#tellLink();
    } else if (note.kind === "hurry") {
      if (this.#leads) retryNow();
    } else if (!this.#leads) {
      this.#heard = Date.now();
      this.#obey(note);
    }
  }

  #obey(note: Exclude<Note, { kind: "who" } | { kind: "hurry" }>): void {
    if (note.kind === "step") this.#feed.receive(note.step);
    else if (note.kind === "link") this.#followLink(note.state, note.position);
    else if (note.kind === "over") this.#over(note.ending);
    else void this.#renew();
  }

  #tellLink(): void {
    this.#tell({ kind: "link", state: linkState.get(), position: this.#feed.position });
  }

  #followLink(state: LinkState, position: string): void {
    moveLink(state);
    // A leader that lost its stream knows no more than this tab.
    if (state === "live") this.#feed.compare(position);
  }

  /** A new snapshot; events that come meanwhile wait for it. */
  #renew(): Promise<void> {
    this.#feed.hold();
    this.#snapshotting ??= this.takeSnapshot(this.#signal)
      .then((position) => this.#feed.open(position))
      .catch(() => undefined)
      .finally(() => (this.#snapshotting = null));
    return this.#snapshotting;
  }

  /** While this tab is looked at: urges a leader that retries, replaces one that sleeps. */
  #watchLeader(): () => void {
    const timer = setInterval(() => {
      if (this.#leads || !isVisible()) return;
      if (linkState.get() === "retrying") this.#tell({ kind: "hurry" });
      if (Date.now() - this.#heard < ASLEEP_MS) return;
      this.#heard = Date.now();
      void this.#holdLock(true);
    }, URGE_MS);
    return () => clearInterval(timer);
  }

  #tell(note: Note): void {
    if (!this.#signal.aborted || note.kind === "over") this.#channel?.postMessage(note);
  }
}

const isVisible = (): boolean => typeof document === "undefined" || document.visibilityState === "visible";
