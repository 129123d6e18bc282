import { api } from "../api/client";
import type { EventPage, ServerEvent } from "../api/types";
import { compareDecimal } from "../lib/ids";
import { apply } from "./handlers";

/** One event on its way through the tabs: `prev` is where its sender stood before it. */
export interface Step {
  event: ServerEvent;
  /** Null for ephemeral events, which are applied as they come and never made up for. */
  position: string | null;
  prev: string;
}

/**
 * Where one tab stands in the log. Takes events in order, each once: what is behind the position
 * is dropped, and a hole before an event that another tab passed on is filled from the log first.
 *
 * Positions are decimal numbers of the server's making; this is the one place that compares them.
 */
export class Feed {
  #position = "0";
  #waiting: Step[] | null = [];

  /** `lost`: the log no longer reaches back to this tab's position; a new snapshot is needed. */
  constructor(
    private readonly lost: () => void,
    private readonly signal: AbortSignal,
  ) {}

  get position(): string {
    return this.#position;
  }

  /** Holds events back until `open`: a snapshot is on its way. */
  hold(): void {
    this.#waiting ??= [];
  }

  /** Goes on from a snapshot's position with whatever was held back. */
  open(position: string): void {
    this.#position = position;
    this.#release();
  }

  /** An event of this tab's own stream: in order by the server's promise. Returns its step. */
  take(event: ServerEvent, position: string | null): Step | null {
    const step: Step = { event, position, prev: this.#position };
    return this.#apply(step) ? step : null;
  }

  /** An event passed on by the tab that holds the stream. */
  receive(step: Step): void {
    if (this.#waiting) this.#waiting.push(step);
    else if (step.position !== null && compareDecimal(step.prev, this.#position) > 0) {
      this.#waiting = [step];
      void this.#fill();
    } else this.#apply(step);
  }

  #apply({ event, position }: Step): boolean {
    if (position !== null) {
      if (compareDecimal(position, this.#position) <= 0) return false;
      this.#position = position;
    }
    apply(event);
    return true;
  }

  #release(): void {
    const held = this.#waiting ?? [];
    this.#waiting = null;
    for (const step of held) this.receive(step);
  }

  async #fill(): Promise<void> {
    try {
      for (;;) {
        const after = this.#position;
        const page = await api.get<EventPage>("/events/page", { query: { after }, signal: this.signal });
        if (page.reset) return this.lost();
        for (const { position, ...event } of page.items) this.#apply({ event, position, prev: after });
        if (compareDecimal(page.next, this.#position) > 0) this.#position = page.next;
        if (page.items.length === 0) break;
      }
      this.#release();
    } catch {
      if (!this.signal.aborted) this.lost();
    }
  }
}
