import { expect, test, vi } from "vitest";
import { Derived, fromTable, fromValue } from "./derived";
import { persist } from "./persist";
import { byId, Table } from "./table";
import { Value } from "./value";

test("setting an equal value wakes nobody", () => {
  const value = new Value(1);
  const wake = vi.fn();
  value.watch(wake);
  value.set(1);
  expect(wake).not.toHaveBeenCalled();
  value.set(2);
  expect(wake).toHaveBeenCalledOnce();
});

test("waiting for a value ends at once when it is there already", async () => {
  expect(await new Value(5).until((value) => value > 3)).toBe(5);
});

test("waiting for a value ends with the change that brings it", async () => {
  const value = new Value(1);
  const waiting = value.until((now) => now === 3);
  value.set(2);
  value.set(3);
  expect(await waiting).toBe(3);
});

test("a derived list is the same object until its items differ", () => {
  const table = new Table<{ id: string; kind: string; note: string }>(byId);
  const filter = new Value("a");
  const derived = new Derived([fromTable(table), fromValue(filter)], () =>
    [...table.values()].filter((row) => row.kind === filter.get()).map((row) => row.id),
  );
  table.put({ id: "1", kind: "a", note: "" });
  const first = derived.get();
  table.put({ id: "1", kind: "a", note: "changed" });
  expect(derived.get()).toBe(first);
  table.put({ id: "2", kind: "a", note: "" });
  expect(derived.get()).toEqual(["1", "2"]);
  filter.set("b");
  expect(derived.get()).toEqual([]);
});

test("what is kept on the device can be read, listed and forgotten", async () => {
  await persist.put("drafts", "1/2", { body: "hello" });
  await persist.put("drafts", "1/3", { body: "there" });
  expect(await persist.get("drafts", "1/2")).toEqual({ body: "hello" });
  expect(await persist.all("drafts")).toHaveLength(2);

  await persist.delete("drafts", "1/2");
  expect(await persist.get("drafts", "1/2")).toBeUndefined();

  await persist.wipe();
  expect(await persist.all("drafts")).toEqual([]);
});
