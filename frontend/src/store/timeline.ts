import type { Wake } from "./value";

/** A message's place in its room. */
export interface Entry {
  id: string;
  seq: number;
}

/** A stretch of the room without holes: everything from the first entry to the last is here. */
export type Segment = readonly Entry[];

/**
 * What is known of one room's order. A room's history is a line of `seq` numbers; the client
 * holds some stretches of it (segments) and knows that it does not hold what lies between.
 *
 * Live messages extend the newest segment; fetched pages fill in, and neighbours that touch
 * become one. Inserting what is already here changes nothing.
 */
export class Timeline {
  #segments: Entry[][] = [];
  #watchers = new Set<Wake>();

  constructor(readonly room_id: string) {}

  /** Oldest first, disjoint, never touching. A segment is replaced, never changed in place. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get newest(): Segment | undefined {
    return this.#segments.at(-1);
  }

  /** The ids held, oldest first, across all segments. */
  get ids(): string[] {
    return this.#segments.flatMap((segment) => segment.map((entry) => entry.id));
  }

  watch = (wake: Wake): Wake => {
    this.#watchers.add(wake);
    return () => void this.#watchers.delete(wake);
  };

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  /** One message that just happened, or one that was fetched alone. */
  insert(id: string, seq: number): void {
    this.insertPage([{ id, seq }]);
  }

  /**
   * A page as the server listed it: ascending, and nothing of the room missing between its first
   * and its last entry.
   */
  insertPage(page: readonly Entry[]): void {
    const first = page[0];
    const last = page.at(-1);
    if (!first || !last) return;
    const around = this.#segments.find((segment) => covers(segment, first.seq, last.seq));
    if (around && page.every((entry) => holds(around, entry.seq))) return;

    const touching: Entry[][] = [];
    const apart: Entry[][] = [];
    for (const segment of this.#segments) {
      const near = from(segment) <= last.seq + 1 && to(segment) >= first.seq - 1;
      (near ? touching : apart).push(segment);
    }
    apart.push(merge([...touching, [...page]]));
    apart.sort((a, b) => from(a) - from(b));
    this.#segments = apart;
    this.#wake();
  }

  /** The segment that covers a place, if the place is known. */
  at(seq: number): Segment | undefined {
    return this.#segments.find((segment) => covers(segment, seq, seq));
  }

  /**
   * Forgets one end of the segment at `seq` so that at most `limit` entries stay, those from
   * `keep`. Returns the entries let go.
   */
  trim(seq: number, limit: number, keep: "start" | "end"): Entry[] {
    const index = this.#segments.findIndex((segment) => covers(segment, seq, seq));
    const segment = this.#segments[index];
    if (!segment || segment.length <= limit) return [];
    const cut = keep === "start" ? limit : segment.length - limit;
    const [head, tail] = [segment.slice(0, cut), segment.slice(cut)];
    this.#segments = this.#segments.with(index, keep === "start" ? head : tail);
    this.#wake();
    return keep === "start" ? tail : head;
  }

  clear(): void {
    if (this.#segments.length === 0) return;
    this.#segments = [];
    this.#wake();
  }

  #wake(): void {
    for (const wake of [...this.#watchers]) wake();
  }
}

const timelines = new Map<string, Timeline>();

/** The room's timeline; made empty at the first mention. */
export function timeline(room_id: string): Timeline {
  let known = timelines.get(room_id);
  if (!known) timelines.set(room_id, (known = new Timeline(room_id)));
  return known;
}

export function allTimelines(): Iterable<Timeline> {
  return timelines.values();
}

const from = (segment: Segment): number => segment[0]?.seq ?? Infinity;
const to = (segment: Segment): number => segment.at(-1)?.seq ?? -Infinity;
const covers = (segment: Segment, first: number, last: number): boolean =>
  from(segment) <= first && to(segment) >= last;

function holds(segment: Segment, seq: number): boolean {
  let low = 0;
  let high = segment.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = segment[middle]?.seq ?? Infinity;
    if (found === seq) return true;
    if (found < seq) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

function merge(parts: Entry[][]): Entry[] {
  // The common case by far: one live message after the newest segment.
  const [only, added] = parts;
  if (parts.length === 2 && only && added && to(only) < from(added)) return [...only, ...added];
  const bySeq = new Map<number, Entry>();
  for (const part of parts) for (const entry of part) bySeq.set(entry.seq, entry);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
