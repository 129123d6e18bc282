/**
 * Runs `task` while this tab holds a lock that only one tab of the browser can hold. Waits for
 * the lock as long as `signal` allows; resolves when the task ended or the wait was given up.
 *
 * A holder that lost the lock to `seize` learns it by the signal handed to the task.
 * Without Web Locks (plain http on a network address) every tab runs its task: whatever is
 * done under such a lock must be harmless when done twice.
 */
export async function whileHolding(
  name: string,
  signal: AbortSignal,
  task: (held: AbortSignal) => Promise<void>,
  seize = false,
): Promise<void> {
  if (!globalThis.navigator?.locks) return task(signal);
  const lost = new AbortController();
  const held = AbortSignal.any([signal, lost.signal]);
  let running: Promise<void> | undefined;
  try {
    // `steal` and `signal` exclude each other in the standard.
    await navigator.locks.request(name, seize ? { steal: true } : { signal }, () => (running = task(held)));
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "AbortError") throw error;
    lost.abort();
    await running;
  }
}
