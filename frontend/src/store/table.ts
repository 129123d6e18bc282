import { sameFields } from "./same";
import type { Wake } from "./value";

/**
 * Rows of one kind, by key. A component watches the one row it shows; a list watches the table.
 *
 * Rows that carry a `version` never go backwards: a late reply or a replayed event with an
 * older version is ignored, so events and fetches may arrive in any order and any number of times.
 */
export class Table<Row extends object> {
  #rows = new Map<string, Row>();
  #watchers = new Map<string, Set<Wake>>();
  #listWatchers = new Set<Wake>();
  #revision = 0;

  constructor(readonly key: (row: Row) => string) {}

  get = (id: string): Row | undefined => this.#rows.get(id);
  has = (id: string): boolean => this.#rows.has(id);

  /** Grows with every change; a cheap way to know that a derived list is still current. */
  revision = (): number => this.#revision;

  get size(): number {
    return this.#rows.size;
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** Adds or replaces a row. Returns false when the row was older than, or equal to, the one held. */
  put(row: Row): boolean {
    const changed = this.#place(row);
    if (changed) this.#wake([this.key(row)]);
    return changed;
  }

  /** Adds or replaces many rows and wakes the list watchers once. */
  putAll(rows: Iterable<Row>): void {
    const changed: string[] = [];
    for (const row of rows) if (this.#place(row)) changed.push(this.key(row));
    if (changed.length > 0) this.#wake(changed);
  }

  /** Changes some fields of a row that is here; does nothing when it is not. */
  patch(id: string, change: Partial<Row>): void {
    const row = this.#rows.get(id);
    if (row) this.put({ ...row, ...change });
  }

  remove(id: string): void {
    if (this.#rows.delete(id)) this.#wake([id]);
  }

  removeWhere(unwanted: (row: Row) => boolean): void {
    const gone: string[] = [];
    for (const [id, row] of this.#rows) if (unwanted(row)) gone.push(id);
    for (const id of gone) this.#rows.delete(id);
    if (gone.length > 0) this.#wake(gone);
  }

  /** Makes the table hold exactly these rows, whatever their versions. */
  replaceAll(rows: Iterable<Row>): void {
    const before = this.#rows;
    this.#rows = new Map();
    for (const row of rows) {
      const id = this.key(row);
      const old = before.get(id);
      this.#rows.set(id, old && sameFields(old, row) ? old : row);
    }
    const touched = new Set([...before.keys(), ...this.#rows.keys()]);
    const changed = [...touched].filter((id) => before.get(id) !== this.#rows.get(id));
    if (changed.length > 0) this.#wake(changed);
  }

  clear(): void {
    this.replaceAll([]);
  }

  watch(id: string, wake: Wake): Wake {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(wake));
    return () => {
      watchers.delete(wake);
      if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
    };
  }

  /** Calls `wake` after any row came, changed or went. */
  watchAll = (wake: Wake): Wake => {
    this.#listWatchers.add(wake);
    return () => void this.#listWatchers.delete(wake);
  };

  #place(row: Row): boolean {
    const id = this.key(row);
    const old = this.#rows.get(id);
    if (old && (versionOf(row) < versionOf(old) || sameFields(old, row))) return false;
    this.#rows.set(id, row);
    return true;
  }

  #wake(ids: string[]): void {
    this.#revision += 1;
    for (const id of ids) {
      const watchers = this.#watchers.get(id);
      if (watchers) for (const wake of [...watchers]) wake();
    }
    for (const wake of [...this.#listWatchers]) wake();
  }
}

/** The usual key of a table. */
export const byId = (row: { id: string }): string => row.id;

function versionOf(row: object): number {
  return "version" in row && typeof row.version === "number" ? row.version : 0;
}
