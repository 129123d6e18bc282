/**
 * What this device keeps between visits: drafts, messages not yet sent, and the last snapshot.
 *
 * A thin wrapper over IndexedDB. Where the browser has none (some private modes), reads find
 * nothing and writes are dropped: the product works, it only forgets.
 */
export type Shelf = "drafts" | "outbox" | "snapshots";

const SHELVES: readonly Shelf[] = ["drafts", "outbox", "snapshots"];
const NAME = "confab";
const VERSION = 1;

let opened: Promise<IDBDatabase | null> | undefined;

function open(): Promise<IDBDatabase | null> {
  opened ??= new Promise((resolve) => {
    if (typeof indexedDB === "undefined") return resolve(null);
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const shelf of SHELVES) {
        if (!request.result.objectStoreNames.contains(shelf)) request.result.createObjectStore(shelf);
      }
    };
    request.onsuccess = () => {
      const database = request.result;
      // Another tab with a newer version must not wait for this one.
      database.onversionchange = () => database.close();
      database.onclose = () => (opened = undefined);
      resolve(database);
    };
    request.onerror = () => resolve(null);
    request.onblocked = () => resolve(null);
  });
  return opened;
}

async function run<T>(
  shelf: Shelf,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  const database = await open();
  if (!database) return undefined;
  return new Promise((resolve) => {
    try {
      const transaction = database.transaction(shelf, mode);
      const request = act(transaction.objectStore(shelf));
      // Left to itself a transaction waits for this page to hear of the write; a page that closes never does.
      if (mode === "readwrite") transaction.commit();
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => resolve(undefined);
    } catch {
      // The connection was closed under us; the next call opens a new one.
      opened = undefined;
      resolve(undefined);
    }
  });
}

export const persist = {
  get: <T>(shelf: Shelf, key: string) => run(shelf, "readonly", (store) => store.get(key) as IDBRequest<T>),

  all: async <T>(shelf: Shelf): Promise<T[]> =>
    (await run(shelf, "readonly", (store) => store.getAll() as IDBRequest<T[]>)) ?? [],

  /** Resolves once the value is on the device. */
  put: async (shelf: Shelf, key: string, value: unknown): Promise<void> => {
    await run(shelf, "readwrite", (store) => store.put(value, key));
  },

  delete: async (shelf: Shelf, key: string): Promise<void> => {
    await run(shelf, "readwrite", (store) => store.delete(key));
  },

  /** Forgets everything on this device: somebody signed out. */
  wipe: async (): Promise<void> => {
    for (const shelf of SHELVES) await run(shelf, "readwrite", (store) => store.clear());
  },
};
