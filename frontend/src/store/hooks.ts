import { useCallback, useRef, useSyncExternalStore } from "react";
import { sameList } from "./same";
import type { Table } from "./table";
import type { Value } from "./value";

/** The row with this key, and a new render only when that row changes. */
export function useRow<Row extends object>(table: Table<Row>, id: string): Row | undefined {
  const watch = useCallback((wake: () => void) => table.watch(id, wake), [table, id]);
  return useSyncExternalStore(watch, () => table.get(id));
}

export function useValue<T>(value: Value<T>): T {
  return useSyncExternalStore(value.watch, value.get);
}

/** Anything that can be watched and read: a Value, a Timeline, a derived list. */
export interface Source<T> {
  watch(wake: () => void): () => void;
  get(): T;
}

/** Reads a source; `get` must return the same object until something changed. */
export function useSource<T>(source: Source<T>): T {
  const watch = useCallback((wake: () => void) => source.watch(wake), [source]);
  return useSyncExternalStore(watch, () => source.get());
}

/**
 * Something computed from a whole table: a sorted list, a count. Renders again only when
 * the result is no longer `same` as before. `select` may close over props.
 */
export function useTable<Row extends object, Result>(
  table: Table<Row>,
  select: (table: Table<Row>) => Result,
  same: (a: Result, b: Result) => boolean = sameList,
): Result {
  const held = useRef<{ result: Result } | null>(null);
  return useSyncExternalStore(table.watchAll, () => {
    const result = select(table);
    if (held.current && same(held.current.result, result)) return held.current.result;
    held.current = { result };
    return result;
  });
}
