import { sameList } from "./same";
import type { Wake } from "./value";

/** What a Derived depends on: a Table, seen through its revision, or a Value. */
interface Input {
  watch(wake: Wake): Wake;
  revision(): unknown;
}

/**
 * A value computed from tables and values, computed again only after one of them changed.
 * While the result is the `same`, readers get the same object and do not render.
 */
export class Derived<T> {
  #held: { result: T; revisions: unknown[] } | null = null;

  constructor(
    private readonly inputs: readonly Input[],
    private readonly compute: () => T,
    private readonly same: (a: T, b: T) => boolean = sameList,
  ) {}

  get = (): T => {
    const revisions = this.inputs.map((input) => input.revision());
    const held = this.#held;
    if (held && sameList(held.revisions, revisions)) return held.result;
    const fresh = this.compute();
    const result = held && this.same(held.result, fresh) ? held.result : fresh;
    this.#held = { result, revisions };
    return result;
  };

  watch = (wake: Wake): Wake => {
    const stops = this.inputs.map((input) => input.watch(wake));
    return () => stops.forEach((stop) => stop());
  };
}

export const fromTable = (table: { watchAll(wake: Wake): Wake; revision(): number }): Input => ({
  watch: (wake) => table.watchAll(wake),
  revision: () => table.revision(),
});

export const fromValue = (value: { watch(wake: Wake): Wake; get(): unknown }): Input => ({
  watch: (wake) => value.watch(wake),
  revision: () => value.get(),
});
