export type Wake = () => void;

/** One observable value. Setting an equal value wakes nobody. */
export class Value<T> {
  #value: T;
  #watchers = new Set<Wake>();

  constructor(initial: T) {
    this.#value = initial;
  }

  get = (): T => this.#value;

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const wake of [...this.#watchers]) wake();
  }

  /** Calls `wake` after each change. Returns the way to stop. */
  watch = (wake: Wake): Wake => {
    this.#watchers.add(wake);
    return () => void this.#watchers.delete(wake);
  };

  /** Resolves once the value satisfies `wanted`; at once if it does already. */
  until(wanted: (value: T) => boolean): Promise<T> {
    return new Promise((resolve) => {
      const check = () => {
        if (!wanted(this.#value)) return;
        stop();
        resolve(this.#value);
      };
      const stop = this.watch(check);
      check();
    });
  }
}
