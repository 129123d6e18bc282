type Task = () => Promise<unknown>;
type Options = { signal?: AbortSignal; steal?: boolean };

/**
 * Web Locks for tests: Node has none. Exclusive locks only, granted in the order asked for, with
 * `signal` and `steal` as the standard has them.
 */
export class TestLocks {
  #held = new Map<string, { reject: (error: unknown) => void }>();
  #queues = new Map<string, (() => void)[]>();

  request(name: string, ...rest: [Task] | [Options, Task]): Promise<unknown> {
    const [options, task] = rest.length === 2 ? rest : [{}, rest[0]];
    return new Promise((resolve, reject) => {
      const grant = () => {
        const holder = { reject };
        this.#held.set(name, holder);
        task()
          .then(resolve, reject)
          .finally(() => {
            if (this.#held.get(name) === holder) this.#release(name);
          });
      };
      if (options.steal) {
        this.#held.get(name)?.reject(new DOMException("stolen", "AbortError"));
        return grant();
      }
      if (options.signal?.aborted) return reject(new DOMException("aborted", "AbortError"));
      if (!this.#held.has(name)) return grant();
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      queue.push(grant);
      options.signal?.addEventListener("abort", () => {
        const index = queue.indexOf(grant);
        if (index === -1) return;
        queue.splice(index, 1);
        reject(new DOMException("aborted", "AbortError"));
      });
    });
  }

  #release(name: string): void {
    this.#held.delete(name);
    this.#queues.get(name)?.shift()?.();
  }
}
