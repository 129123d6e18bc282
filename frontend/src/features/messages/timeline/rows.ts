import type { Id, Message, Time } from "../../../api/types";
import { minutesBetween, sameDay } from "../../../lib/time";
import type { Table } from "../../../store/table";
import type { Pending } from "../store";

/** One line of the list: a message, and what stands above it. */
export interface Row {
  /** Stays the same when a message of mine is acknowledged, so that its row does not blink. */
  key: string;
  kind: "message" | "pending";
  /** The message's id, or the pending copy's `client_ref`. */
  id: string;
  /** Set on the first message of a day. */
  day: Time | null;
  /** The divider "new" stands above it. */
  unread: boolean;
  /** Begins a group: shows who writes, and when. */
  head: boolean;
}

interface Source {
  ids: readonly Id[];
  pending: readonly string[];
  unreadId: Id | null;
}

/** A longer silence than this begins a new group, also for the same author. */
const GROUP_MINUTES = 5;

/** The rows of a stretch of history. Depends only on what never changes in a message. */
export function rowsOf(
  view: Source,
  messages: Pick<Table<Message>, "get">,
  unsent: Pick<Table<Pending>, "get">,
  me: Id | undefined,
): Row[] {
  const rows: Row[] = [];
  const keys = new Set<string>();
  let before: { author: Id | undefined; at: Time } | null = null;

  const add = (row: Pick<Row, "key" | "kind" | "id" | "unread">, author: Id | undefined, at: Time, apart: boolean) => {
    const newDay = before === null || !sameDay(before.at, at);
    const sameGroup = !newDay && before?.author === author && minutesBetween(before?.at ?? at, at) < GROUP_MINUTES;
    rows.push({ ...row, day: newDay ? at : null, head: !sameGroup || row.unread || apart });
    keys.add(row.key);
    before = { author, at };
  };

  for (const id of view.ids) {
    const message = messages.get(id);
    if (!message) continue;
    const mine = message.author_id === me && message.client_ref !== null;
    const key = mine ? (message.client_ref ?? id) : id;
    const row = { key: keys.has(key) ? id : key, kind: "message" as const, id, unread: id === view.unreadId };
    add(row, message.author_id, message.created_at, message.reply_to_id !== null);
  }
  for (const ref of view.pending) {
    const copy = unsent.get(ref);
    if (!copy || keys.has(ref)) continue;
    add({ key: ref, kind: "pending", id: ref, unread: false }, me, copy.created_at, copy.reply_to_id !== null);
  }
  return rows;
}

/** Whether the list changed at its start only, so that what is on the screen keeps its distance from the end. */
export function changedAtStart(before: readonly Row[], after: readonly Row[]): boolean {
  const [oldFirst, newFirst] = [before[0], after[0]];
  if (!oldFirst || !newFirst || oldFirst.key === newFirst.key) return false;
  return before.at(-1)?.key === after.at(-1)?.key;
}
