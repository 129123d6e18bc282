import { describe, expect, test } from "vitest";
import type { Message } from "../../../api/types";
import { byId, Table } from "../../../store/table";
import type { Pending } from "../store";
import { changedAtStart, rowsOf } from "./rows";

function message(id: string, change: Partial<Message> = {}): Message {
  return {
    id,
    room_id: "1",
    seq: Number(id),
    author_id: "ana",
    body: "hello",
    created_at: "2026-03-02T12:00:00.000Z",
    edited_at: null,
    deleted_at: null,
    version: 1,
    reply_to_id: null,
    thread_root_id: null,
    client_ref: null,
    ...change,
  };
}

function rows(list: Message[], unreadId: string | null = null, unsent: Pending[] = []) {
  const messages = new Table<Message>(byId);
  messages.putAll(list);
  const pending = new Table<Pending>((row) => row.client_ref);
  pending.putAll(unsent);
  const view = { ids: list.map(({ id }) => id), pending: unsent.map((row) => row.client_ref), unreadId };
  return rowsOf(view, messages, pending, "me");
}

const copy: Pending = {
  client_ref: "k1",
  room_id: "1",
  body: "hello",
  reply_to_id: null,
  created_at: "2026-03-02T12:01:00.000Z",
  state: "sending",
  error: null,
};

describe("the rows of a timeline", () => {
  test("messages of one author within five minutes are one group", () => {
    const list = [message("1"), message("2", { created_at: "2026-03-02T12:04:00.000Z" })];
    expect(rows(list).map((row) => row.head)).toEqual([true, false]);
  });

  test("another author, a long silence, a reply and the unread divider begin a group", () => {
    const list = [
      message("1"),
      message("2", { author_id: "ben" }),
      message("3", { author_id: "ben", created_at: "2026-03-02T12:06:00.000Z" }),
      message("4", { author_id: "ben", created_at: "2026-03-02T12:06:00.000Z", reply_to_id: "1" }),
      message("5", { author_id: "ben", created_at: "2026-03-02T12:06:00.000Z" }),
      message("6", { author_id: "ben", created_at: "2026-03-02T12:06:00.000Z" }),
    ];
    expect(rows(list, "6").map((row) => row.head)).toEqual([true, true, true, true, false, true]);
  });

  test("the first message of each day carries the day", () => {
    const list = [message("1"), message("2"), message("3", { created_at: "2026-03-04T12:00:00.000Z" })];
    expect(rows(list).map((row) => row.day !== null)).toEqual([true, false, true]);
  });

  test("a message of mine keeps its row when it is acknowledged", () => {
    const [waiting] = rows([], null, [copy]);
    const [settled] = rows([message("9", { author_id: "me", client_ref: "k1" })]);
    expect(settled?.key).toBe(waiting?.key);
  });

  test("a message that is here already is not shown a second time as pending", () => {
    const both = rows([message("9", { author_id: "me", client_ref: "k1" })], null, [copy]);
    expect(both.map((row) => row.kind)).toEqual(["message"]);
  });

  test("older messages above are a change at the start, new ones below are not", () => {
    const before = rows([message("5"), message("6")]);
    expect(changedAtStart(before, rows([message("4"), message("5"), message("6")]))).toBe(true);
    expect(changedAtStart(before, rows([message("5"), message("6"), message("7")]))).toBe(false);
    expect(changedAtStart(before, rows([message("1"), message("2")]))).toBe(false);
  });
});
