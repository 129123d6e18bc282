import type { Id, MyRoom } from "../../../api/types";
import { timeline, type Entry, type Segment } from "../../../store/timeline";
import type { Wake } from "../../../store/value";
import { myId } from "../../accounts/store";
import { leftRoomView } from "../../reads/commands";
import { previewRooms, rooms } from "../../rooms/store";
import { forget, historyEpoch, messages, pending, pendingIn } from "../store";
import { loadPage, type Place } from "./Loader";

/** What the screen shows of a room's history. */
export interface TimelineView {
  state: "loading" | "ready" | "failed";
  error: unknown;
  /** Only members may read: this room has to be joined first. */
  locked: boolean;
  /** Oldest first, without holes. */
  ids: readonly Id[];
  /** My messages that are still on their way; only at the newest end. */
  pending: readonly string[];
  hasOlder: boolean;
  hasNewer: boolean;
  loadingOlder: boolean;
  loadingNewer: boolean;
  /** Where `ids` changed last: what stands below a change at the start must not move. */
  change: "start" | "end" | "all";
  /** A message to scroll to; a new token is a new wish, even for the same message. */
  target: { seq: number; id: Id; token: number } | null;
  /** The divider stands before the first message past this `seq` that somebody else wrote. */
  unreadAfter: number | null;
  unreadId: Id | null;
}

export type OpenAt = "unread" | "newest" | number;

/** Which message to look at, once the messages are here. */
type Aim = () => number | undefined;
const nowhere: Aim = () => undefined;

/** The most messages held for the screen; further ones at the other end are let go. */
export const WINDOW_LIMIT = 600;
/** Letting go waits until the page just loaded has been drawn: one change of the list at a time. */
const TRIM_AFTER_MS = 250;

/**
 * The part of a room's history that is on the screen: follows the newest messages, or stays
 * around a place in the past, and moves by pages.
 */
export class RoomWindow {
  #anchor: number | "end" = "end";
  #unreadAfter: number | null = null;
  #target: TimelineView["target"] = null;
  #token = 0;
  #state: TimelineView["state"] = "loading";
  #error: unknown = null;
  #loading: "older" | "newer" | null = null;
  #oldest = 1;
  #work = new AbortController();
  #lastOpen: OpenAt = "newest";
  #isOpen = false;
  #view: TimelineView | null = null;
  #watchers = new Set<Wake>();
  #stopInputs: Wake | null = null;
  #trimTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly room_id: Id) {}

  get = (): TimelineView => (this.#view ??= this.#compute(null));

  watch = (wake: Wake): Wake => {
    this.#watchers.add(wake);
    this.#stopInputs ??= this.#watchInputs();
    return () => {
      this.#watchers.delete(wake);
      if (this.#watchers.size > 0) return;
      this.#stopInputs?.();
      this.#stopInputs = null;
    };
  };

  /**
   * Shows the room at a place, fetching what is missing. The first opening sets the unread
   * divider; it stays until the room is left.
   */
  async open(at: OpenAt): Promise<void> {
    this.#lastOpen = at;
    const room = this.#room();
    if (!this.#isOpen) this.#unreadAfter = room && room.unread_count > 0 ? room.read_seq : null;
    this.#isOpen = true;
    if (typeof at === "number") return this.jumpTo(at);
    if (at === "unread" && this.#unreadAfter !== null) return this.jumpToUnread();
    return this.jumpToNewest();
  }

  /** Leaves the room: stops what is being fetched; the divider is gone at the next opening. */
  close(): void {
    this.#restart();
    clearTimeout(this.#trimTimer);
    this.#isOpen = false;
    this.#unreadAfter = null;
    this.#target = null;
    leftRoomView(this.room_id);
  }

  /** Shows what is around a `seq` and asks the screen to scroll there. */
  jumpTo(seq: number): Promise<void> {
    return this.#showAround(seq, () => seq);
  }

  jumpToNewest(): Promise<void> {
    const newest = () => timeline(this.room_id).newest?.at(-1)?.seq;
    return this.#show("end", {}, () => this.#holdsNewest(), newest);
  }

  jumpToUnread(): Promise<void> {
    if (this.#unreadAfter === null) return this.jumpToNewest();
    const seq = this.#unreadAfter + 1;
    return this.#showAround(seq, () => messages.get(this.#firstUnread(this.#segment() ?? []) ?? "")?.seq ?? seq);
  }

  loadOlder(): Promise<void> {
    const first = this.#segment()?.[0];
    if (!first || !this.get().hasOlder) return Promise.resolve();
    return this.#extend("older", { before: first.seq }, first.seq);
  }

  loadNewer(): Promise<void> {
    const last = this.#segment()?.at(-1);
    if (!last || !this.get().hasNewer) return Promise.resolve();
    return this.#extend("newer", { after: last.seq }, last.seq);
  }

  /** After a failure: tries the opening again. */
  retry(): Promise<void> {
    return this.open(this.#lastOpen);
  }

  #showAround(seq: number, aim: Aim): Promise<void> {
    return this.#show(seq, { around: seq }, () => timeline(this.room_id).at(seq) !== undefined, aim);
  }

  async #show(anchor: number | "end", place: Place, isHere: () => boolean, aim: Aim): Promise<void> {
    const signal = this.#restart();
    this.#anchor = anchor;
    this.#target = null;
    if (this.#isLocked() || this.#isEmptyRoom() || isHere()) return this.#ready(aim);
    this.#become("loading");
    await this.#load(place, signal, aim);
  }

  async #load(place: Place, signal: AbortSignal, aim: Aim, prepare?: () => void): Promise<void> {
    try {
      const page = await loadPage(this.room_id, place, signal, prepare);
      const first = page.items[0];
      if (first && page.prev === null && !("after" in place)) this.#oldest = first.seq;
      this.#settleAnchor(page.items);
      this.#ready(aim);
    } catch (error) {
      if (!signal.aborted) this.#become("failed", error);
    }
  }

  /** A place that does not exist (past the end, before the first) becomes the nearest that does. */
  #settleAnchor(page: readonly Entry[]): void {
    if (this.#anchor === "end" || timeline(this.room_id).at(this.#anchor)) return;
    const last = page.at(-1);
    this.#anchor = last ? last.seq : "end";
  }

  async #extend(way: "older" | "newer", place: Place, from: number): Promise<void> {
    if (this.#loading) return;
    this.#loading = way;
    this.#refresh();
    const signal = this.#work.signal;
    try {
      const page = await loadPage(this.room_id, place, signal);
      if (way === "older" && (page.prev === null || page.items.length === 0)) {
        this.#oldest = page.items[0]?.seq ?? from;
      }
    } catch {
      // The screen asks again when it scrolls there again.
    }
    if (signal.aborted) return;
    this.#loading = null;
    this.#refresh();
    clearTimeout(this.#trimTimer);
    this.#trimTimer = setTimeout(() => this.#trim(way), TRIM_AFTER_MS);
  }

  #trim(way: "older" | "newer"): void {
    const segment = this.#segment();
    const edge = way === "older" ? segment?.[0] : segment?.at(-1);
    if (!segment || !edge || segment.length <= WINDOW_LIMIT) return;
    // From here on the window is a place in the past, not "the newest".
    this.#anchor = edge.seq;
    forget(timeline(this.room_id).trim(edge.seq, WINDOW_LIMIT, way === "older" ? "start" : "end"));
  }

  /** The history may have changed unseen: fetch it again, showing the old one meanwhile. */
  #refetch(): void {
    if (!this.#isOpen || this.#isLocked() || this.#state === "loading" || this.#isEmptyRoom()) return;
    const signal = this.#restart();
    const place: Place = this.#anchor === "end" ? {} : { around: this.#anchor };
    void this.#load(place, signal, nowhere, () => timeline(this.room_id).clear());
  }

  /** Ends the fetches under way and returns the signal for the next ones. */
  #restart(): AbortSignal {
    this.#work.abort();
    this.#work = new AbortController();
    this.#loading = null;
    return this.#work.signal;
  }

  /** Ready and where to look, in one step: the screen never shows one without the other. */
  #ready(aim: Aim): void {
    const seq = aim();
    const entry = seq === undefined ? undefined : nearest(this.#segment() ?? [], seq);
    if (entry) {
      this.#token += 1;
      this.#target = { seq: entry.seq, id: entry.id, token: this.#token };
    }
    this.#become("ready");
  }

  #become(state: TimelineView["state"], error: unknown = null): void {
    this.#state = state;
    this.#error = error;
    this.#refresh();
  }

  #room(): MyRoom | undefined {
    return rooms.get(this.room_id) ?? previewRooms.get(this.room_id);
  }

  #isLocked(): boolean {
    return !rooms.has(this.room_id) && previewRooms.has(this.room_id);
  }

  #isEmptyRoom(): boolean {
    return this.#room()?.last_seq === 0 && timeline(this.room_id).newest === undefined;
  }

  #segment(): Segment | undefined {
    const room = timeline(this.room_id);
    return this.#anchor === "end" ? room.newest : room.at(this.#anchor);
  }

  /** Enough of the newest end is here to open with. */
  #holdsNewest(): boolean {
    const newest = timeline(this.room_id).newest;
    const last = newest?.at(-1);
    if (!newest || !last || last.seq < (this.#room()?.last_seq ?? Infinity)) return false;
    return newest.length >= 30 || (newest[0]?.seq ?? Infinity) <= this.#oldest;
  }

  #watchInputs(): Wake {
    const epoch = historyEpoch.watch(() => this.#refetch());
    const order = timeline(this.room_id).watch(() => this.#refresh());
    const unsent = pending.watchAll(() => this.#refresh());
    const row = rooms.watch(this.room_id, () => {
      // Joined while looking at it: now there is something to read.
      if (this.#isOpen && this.#view?.locked && !this.#isLocked()) void this.open(this.#lastOpen);
      else this.#refresh();
    });
    this.#refresh();
    return () => [epoch, order, unsent, row].forEach((stop) => stop());
  }

  #refresh(): void {
    const before = this.#view;
    const next = this.#compute(before);
    if (before && sameView(before, next)) return;
    this.#view = next;
    for (const wake of [...this.#watchers]) wake();
  }

  #compute(before: TimelineView | null): TimelineView {
    const segment = this.#segment() ?? [];
    const [first, last] = [segment[0], segment.at(-1)];
    const ids = keepSame(before?.ids, segment.map((entry) => entry.id));
    const lastSeq = this.#room()?.last_seq ?? 0;
    const hasNewer = last !== undefined && (last.seq < lastSeq || segment !== timeline(this.room_id).newest);
    const unsent = hasNewer ? [] : pendingIn(this.room_id).map((row) => row.client_ref);
    return {
      state: this.#state,
      error: this.#error,
      locked: this.#isLocked(),
      ids,
      pending: keepSame(before?.pending, unsent),
      hasOlder: first !== undefined && first.seq > this.#oldest,
      hasNewer,
      loadingOlder: this.#loading === "older",
      loadingNewer: this.#loading === "newer",
      change: before ? changed(before, ids) : "all",
      target: this.#target,
      unreadAfter: this.#unreadAfter,
      unreadId: this.#firstUnread(segment),
    };
  }

  #firstUnread(segment: Segment): Id | null {
    const after = this.#unreadAfter;
    const first = segment[0];
    if (after === null || !first || first.seq > after + 1) return null;
    const entry = segment.find(({ id, seq }) => seq > after && messages.get(id)?.author_id !== myId());
    return entry?.id ?? null;
  }
}

const windows = new Map<Id, RoomWindow>();

/** The window of a room: one for each, however often its view is mounted. */
export function windowOf(room_id: Id): RoomWindow {
  let known = windows.get(room_id);
  if (!known) windows.set(room_id, (known = new RoomWindow(room_id)));
  return known;
}

/** Forgets all windows: somebody else may sign in. */
export function forgetWindows(): void {
  for (const window of windows.values()) window.close();
  windows.clear();
}

function nearest(segment: Segment, seq: number): Entry | undefined {
  return segment.find((entry) => entry.seq >= seq) ?? segment.at(-1);
}

function keepSame(before: readonly string[] | undefined, next: string[]): readonly string[] {
  const same = before?.length === next.length && next.every((id, index) => id === before[index]);
  return same && before ? before : next;
}

function changed(before: TimelineView, ids: readonly Id[]): TimelineView["change"] {
  if (before.ids === ids) return before.change;
  const sameStart = before.ids[0] === ids[0];
  const sameEnd = before.ids.at(-1) === ids.at(-1);
  if (sameStart) return "end";
  return sameEnd ? "start" : "all";
}

function sameView(a: TimelineView, b: TimelineView): boolean {
  return (Object.keys(a) as (keyof TimelineView)[]).every((name) => Object.is(a[name], b[name]));
}
