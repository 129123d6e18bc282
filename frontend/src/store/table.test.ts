import { expect, test, vi } from "vitest";
import { byId, Table } from "./table";

interface Row {
  id: string;
  version: number;
  name: string;
}

const row = (id: string, version = 1, name = "a"): Row => ({ id, version, name });

test("a change wakes only those who watch that row", () => {
  const table = new Table<Row>(byId);
  table.putAll([row("1"), row("2")]);
  const woken: string[] = [];
  table.watch("1", () => woken.push("1"));
  table.watch("2", () => woken.push("2"));

  table.put(row("2", 2, "b"));

  expect(woken).toEqual(["2"]);
});

test("putting the same row twice changes nothing", () => {
  const table = new Table<Row>(byId);
  table.put(row("1"));
  const held = table.get("1");
  const wake = vi.fn();
  table.watchAll(wake);

  expect(table.put(row("1"))).toBe(false);
  expect(table.get("1")).toBe(held);
  expect(wake).not.toHaveBeenCalled();
});

test("an older version never replaces a newer one", () => {
  const table = new Table<Row>(byId);
  table.put(row("1", 3, "new"));
  table.put(row("1", 2, "old"));

  expect(table.get("1")?.name).toBe("new");
});

test("a list watcher is woken once for many rows", () => {
  const table = new Table<Row>(byId);
  const wake = vi.fn();
  table.watchAll(wake);

  table.putAll([row("1"), row("2"), row("3")]);

  expect(wake).toHaveBeenCalledOnce();
});

test("replacing everything wakes only for what differs", () => {
  const table = new Table<Row>(byId);
  table.putAll([row("1"), row("2"), row("3")]);
  const woken: string[] = [];
  for (const id of ["1", "2", "3", "4"]) table.watch(id, () => woken.push(id));

  table.replaceAll([row("1"), row("2", 1, "other"), row("4")]);

  expect(woken.sort()).toEqual(["2", "3", "4"]);
  expect([...table.values()].map((held) => held.id)).toEqual(["1", "2", "4"]);
});

test("a snapshot may bring an older version than the one held", () => {
  const table = new Table<Row>(byId);
  table.put(row("1", 9, "from before"));
  table.replaceAll([row("1", 1, "restored")]);

  expect(table.get("1")?.name).toBe("restored");
});

test("a watcher that stopped is not woken", () => {
  const table = new Table<Row>(byId);
  const wake = vi.fn();
  table.watch("1", wake)();
  table.watchAll(wake)();
  table.put(row("1"));

  expect(wake).not.toHaveBeenCalled();
});

test("a watcher may stop itself while it is woken", () => {
  const table = new Table<Row>(byId);
  const order: string[] = [];
  const stop = table.watch("1", () => {
    order.push("first");
    stop();
  });
  table.watch("1", () => order.push("second"));
  table.put(row("1"));
  table.put(row("1", 2));

  expect(order).toEqual(["first", "second", "second"]);
});

test("lists inside a row are compared item by item", () => {
  const table = new Table<{ id: string; names: string[] }>(byId);
  table.put({ id: "1", names: ["a", "b"] });

  expect(table.put({ id: "1", names: ["a", "b"] })).toBe(false);
  expect(table.put({ id: "1", names: ["a", "c"] })).toBe(true);
});
