import { Value } from "../../../store/value";

/** What this needs of the virtual list. */
export interface List {
  readonly scrollOffset: number;
  readonly scrollSize: number;
  readonly viewportSize: number;
  findItemIndex(offset: number): number;
  getItemOffset(index: number): number;
  getItemSize(index: number): number;
  scrollToIndex(index: number, options?: { align?: "start" | "center" | "end"; offset?: number }): void;
}

export interface ScrollEvents {
  nearStart(): void;
  nearEnd(): void;
  /** The row with this index, and all before it, has been on the screen. */
  saw(index: number): void;
}

/** Closer to the end than this counts as reading the newest messages. */
const AT_END_PX = 56;
/** Rows have been measured by then, and a glance while passing by is not reading. */
const SEEN_AFTER_MS = 200;
/** Pages are fetched when fewer screens than this are left. */
const SCREENS_AHEAD = 1.5;

/**
 * Where a conversation is read. It sticks to the end while the newest messages are being read
 * and stays put otherwise, whatever grows or shrinks around it.
 */
export class Scroll {
  /** The newest rows are in sight. */
  readonly atEnd = new Value(true);
  readonly firstVisible = new Value(0);

  #list: List | null = null;
  #events: ScrollEvents | null = null;
  #count = 0;
  /** The last row here is not the newest: its end is not an end to stay at. */
  #hasNewer = false;
  #seen: ReturnType<typeof setTimeout> | undefined;
  #lastOffset = 0;
  #lastSize = 0;

  /** The list that is on the screen now, or null when it is gone, and who hears of it. */
  attach(list: List | null, events: ScrollEvents): void {
    this.#list = list;
    this.#events = events;
  }

  /** Rows came or went. Afterwards the place is changed, or kept. */
  update(count: number, hasNewer: boolean): void {
    this.#count = count;
    this.#hasNewer = hasNewer;
    if (hasNewer) this.atEnd.set(false);
  }

  /** The conversation is left. */
  stop(): void {
    clearTimeout(this.#seen);
    this.#seen = undefined;
  }

  /** Something changed its height: the end stays in sight if it was. */
  keep(): void {
    if (this.atEnd.get()) this.#toEnd();
    this.#look();
  }

  stickToEnd(): void {
    this.atEnd.set(true);
    this.#toEnd();
  }

  /** Brings a row into sight, with `above` pixels of what is before it. */
  goTo(index: number, align: "start" | "center" | "end", above = 0): void {
    this.atEnd.set(align === "end" && index === this.#count - 1 && !this.#hasNewer);
    this.#list?.scrollToIndex(index, { align, offset: -above });
    this.#remember();
  }

  /** The reader, or the list itself, scrolled. */
  moved(): void {
    const list = this.#list;
    if (!list) return;
    const left = list.scrollSize - list.scrollOffset - list.viewportSize;
    // Rows measured for the first time also move the list; only a movement up without a change
    // of height is the reader leaving the end.
    const up = list.scrollOffset < this.#lastOffset - 1 && list.scrollSize >= this.#lastSize - 1;
    if (left <= AT_END_PX && !this.#hasNewer) this.atEnd.set(true);
    else if (up) this.atEnd.set(false);
    this.#remember();
    this.#look();
  }

  #toEnd(): void {
    if (this.#count > 0) this.#list?.scrollToIndex(this.#count - 1, { align: "end" });
    this.#remember();
  }

  #remember(): void {
    this.#lastOffset = this.#list?.scrollOffset ?? 0;
    this.#lastSize = this.#list?.scrollSize ?? 0;
  }

  #look(): void {
    const list = this.#list;
    if (!list || this.#count === 0 || list.viewportSize === 0) return;
    const { scrollOffset, scrollSize, viewportSize } = list;
    this.firstVisible.set(list.findItemIndex(scrollOffset));
    this.#seen ??= setTimeout(() => this.#see(), SEEN_AFTER_MS);
    if (scrollOffset < viewportSize * SCREENS_AHEAD) this.#events?.nearStart();
    if (scrollSize - scrollOffset - viewportSize < viewportSize * SCREENS_AHEAD) this.#events?.nearEnd();
  }

  #see(): void {
    this.#seen = undefined;
    const list = this.#list;
    if (list && this.#count > 0 && list.viewportSize > 0) this.#events?.saw(this.#lastSeen(list));
  }

  /** The last row whose end is in sight; a row taller than the screen counts once it fills it. */
  #lastSeen(list: List): number {
    const bottom = list.scrollOffset + list.viewportSize;
    const index = Math.min(list.findItemIndex(bottom), this.#count - 1);
    const start = list.getItemOffset(index);
    const whole = start + list.getItemSize(index) <= bottom + 8;
    return whole || start <= list.scrollOffset ? index : index - 1;
  }
}
