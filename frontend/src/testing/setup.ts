// Node has IndexedDB only through this implementation of the standard.
import "fake-indexeddb/auto";

// Browsers show what a handler throws in the console; a test must fail on it.
globalThis.reportError ??= (error) => {
  throw error;
};
