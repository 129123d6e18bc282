import { api } from "../api/client";
import type { EventPage, ServerEvent } from "../api/types";
import { apply } from "./handlers";

/** One event on its way through the tabs: `prev` is where its sender stood before it. */
export interface Step {
  event: ServerEvent;
  /** Null for ephemeral events, which are applied as they come and never made up for. */
  position: string | null;
  prev: string;
}

/** So many positions are remembered; one forgotten costs a question, never an event. */
const REMEMBERED = 2_000;

/**
 * Where one tab stands in the log. Every event is applied once and in order, whether it comes
 * from this tab's own stream or is passed on by the tab that holds it.
 *
 * Positions are opaque: only the server can tell which of two comes first. So a tab remembers
 * those it has passed. An event that follows one of them is next; any other is either behind or
 * beyond a hole, and the log (`GET /events/page`) decides: what was known before the question and
 * is not in the answer lies behind.
 */
export class Feed {
  #position = "0";
  #passed = new Set<string>();
  #waiting: Step[] | null = [];
  /** Grows with each snapshot: an answer to a question from before it is void. */
  #era = 0;

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
    this.#era += 1;
    this.#waiting ??= [];
  }

  /** Goes on from a snapshot's position with whatever was held back. */
  open(position: string): void {
    this.#era += 1;
    this.#passed.clear();
    this.#pass(position);
    this.#release(this.#waiting ?? []);
  }

  /** An event of this tab's own stream: in order by the server's promise. Returns its step. */
  take(event: ServerEvent, position: string | null): Step | null {
    const step: Step = { event, position, prev: this.#position };
    if (position !== null && this.#passed.has(position)) return null;
    this.#apply(step);
    return step;
  }

  /** An event passed on by the tab that holds the stream. */
  receive(step: Step): void {
    if (this.#waiting) this.#waiting.push(step);
    else if (step.position === null || this.#passed.has(step.prev)) {
      if (step.position === null || !this.#passed.has(step.position)) this.#apply(step);
    } else if (!this.#passed.has(step.position)) {
      this.#waiting = [step];
      void this.#ask();
    }
  }

  /** Another tab stands at `position`: catches up when that is not a place this tab has been. */
  compare(position: string): void {
    if (this.#waiting || this.#passed.has(position)) return;
    this.#waiting = [];
    void this.#ask(position);
  }

  #apply({ event, position }: Step): void {
    if (position !== null) this.#pass(position);
    apply(event);
  }

  #pass(position: string): void {
    this.#position = position;
    this.#remember(position);
  }

  #remember(position: string): void {
    this.#passed.add(position);
    if (this.#passed.size <= REMEMBERED) return;
    for (const oldest of this.#passed) {
      this.#passed.delete(oldest);
      break;
    }
  }

  #release(held: Step[]): void {
    this.#waiting = null;
    for (const step of held) this.receive(step);
  }

  /** Applies what the log has after this tab's position; then decides about the steps that wait. */
  async #ask(known?: string): Promise<void> {
    const era = this.#era;
    try {
      for (;;) {
        const before = this.#waiting?.length ?? 0;
        const after = this.#position;
        const page = await api.get<EventPage>("/events/page", { query: { after }, signal: this.signal });
        if (era !== this.#era) return;
        if (page.reset) return this.lost();
        let reached = after;
        for (const { position, ...event } of page.items) {
          if (this.#passed.has(position)) continue;
          this.#apply({ event, position, prev: reached });
          reached = position;
        }
        // Unless this tab's own stream went further meanwhile, the page's end is where it stands.
        if (this.#position === reached) this.#pass(page.next);
        if (page.items.length === 0) return this.#decide(before, known);
      }
    } catch {
      if (!this.signal.aborted && era === this.#era) this.lost();
    }
  }

  /** The first `before` steps were there before the last question, whose answer was: nothing new. */
  #decide(before: number, known?: string): void {
    const held = this.#waiting ?? [];
    if (known !== undefined) this.#remember(known);
    for (const { position } of held.slice(0, before)) if (position !== null) this.#remember(position);
    this.#release(held);
  }
}
